-- What the pages of a tenant look like: one colour, words on the start page, a logo. Without a row they look as they always did.
create table branding (
    tenant_id uuid primary key references tenant (id),
    accent text check (accent ~ '^#[0-9a-f]{6}$'),
    welcome text check (octet_length(welcome) between 1 and 16000),
    logo bytea check (octet_length(logo) between 1 and 65536),
    logo_type text check (logo_type in ('image/png', 'image/jpeg', 'image/webp')),
    -- SHA-256 of the logo in hexadecimal: its name in addresses, so that pages keep it for good.
    logo_digest text check (length(logo_digest) = 64),
    row_version int not null default 1,
    constraint branding_logo_whole check (
        (logo is null) = (logo_type is null) and (logo is null) = (logo_digest is null))
);
select make_tenant_owned('branding', 'select, insert, update');
