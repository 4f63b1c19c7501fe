-- What owners write for those who use an API, and what happened to it.
create table guide (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    api_id uuid not null,
    slug text not null,
    title text not null check (char_length(title) between 1 and 120),
    position int not null default 0 check (position between 0 and 10000),
    markdown text not null check (octet_length(markdown) <= 204800),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    constraint guide_slug_key unique (tenant_id, api_id, slug),
    foreign key (tenant_id, api_id) references api (tenant_id, id)
);
select make_tenant_owned('guide');

create table changelog_entry (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    api_id uuid not null,
    -- Null: about the API as a whole.
    api_version_id uuid,
    kind text not null check (kind in ('published', 'updated', 'deprecated', 'retired', 'note')),
    -- Changes that break callers of the description before.
    breaking int not null default 0 check (breaking >= 0),
    title text not null check (char_length(title) between 1 and 120),
    markdown text not null check (char_length(markdown) <= 20000),
    at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    foreign key (tenant_id, api_id) references api (tenant_id, id),
    foreign key (tenant_id, api_version_id) references api_version (tenant_id, id)
);
create index changelog_entry_api on changelog_entry (tenant_id, api_id, id desc);
select make_tenant_owned('changelog_entry');

-- How to move to the successor of a deprecated version.
alter table api_version add column guide_id uuid;
alter table api_version add foreign key (tenant_id, guide_id) references guide (tenant_id, id);
