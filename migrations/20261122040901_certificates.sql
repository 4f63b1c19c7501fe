-- Certificates that a tenant brings for the hosts of its environments. The private key is sealed with the tenant's data key; gateways
-- get it sealed again, under the key of their group.
create table certificate (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    name text not null,
    -- Names of the leaf: hosts in lower case, '*' as the first label for any one.
    hosts text[] not null check (cardinality(hosts) > 0),
    not_before timestamptz not null,
    not_after timestamptz not null,
    -- SHA-256 of the leaf.
    fingerprint bytea not null check (octet_length(fingerprint) = 32),
    -- DER, the leaf first.
    chain bytea[] not null check (cardinality(chain) > 0),
    key_enc bytea not null,
    key_key_id uuid not null,
    created_at timestamptz not null,
    -- When it was put last: a renewal keeps the row.
    put_at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    constraint certificate_name_key unique (tenant_id, name),
    foreign key (tenant_id, key_key_id) references data_key (tenant_id, id)
);
select make_tenant_owned('certificate');
