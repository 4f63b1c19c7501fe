-- APIs, their versions and descriptions, and where their traffic goes.
create table api (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    owner_team_id uuid not null,
    slug text not null,
    name text not null check (char_length(name) between 1 and 120),
    summary text not null default '' check (char_length(summary) <= 400),
    kind text not null default 'http' check (kind in ('http')),
    data_class text not null default 'internal' check (data_class in ('public', 'internal', 'personal', 'secret')),
    -- Gateways refuse the API's calls when they have not heard from the control plane for longer; null: they never do.
    config_max_age_s int check (config_max_age_s between 10 and 2592000),
    created_at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    constraint api_slug_key unique (tenant_id, slug),
    foreign key (tenant_id, owner_team_id) references team (tenant_id, id)
);
select make_tenant_owned('api');

create table api_version (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    api_id uuid not null,
    label text not null,
    state text not null default 'draft' check (state in ('draft', 'published', 'deprecated', 'retired')),
    current_revision_id uuid,
    successor_id uuid,
    deprecated_at timestamptz,
    sunset_at timestamptz check (sunset_at >= deprecated_at),
    created_at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    constraint api_version_label_key unique (tenant_id, api_id, label),
    foreign key (tenant_id, api_id) references api (tenant_id, id),
    foreign key (tenant_id, successor_id) references api_version (tenant_id, id)
);
select make_tenant_owned('api_version');

create table spec_revision (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    api_version_id uuid not null,
    number int not null,
    format text not null check (format in ('openapi_3_0', 'openapi_3_1', 'swagger_2_0')),
    content bytea not null,
    sha256 bytea not null check (octet_length(sha256) = 32),
    title text not null,
    declared_version text not null,
    description text not null default '',
    servers text[] not null default '{}',
    warnings jsonb not null default '[]',
    state text not null check (state in ('active', 'superseded')),
    source jsonb not null default '{}',
    created_by_kind text not null check (created_by_kind in ('user', 'token', 'system')),
    created_by uuid,
    created_at timestamptz not null,
    unique (tenant_id, id),
    unique (tenant_id, api_version_id, number),
    foreign key (tenant_id, api_version_id) references api_version (tenant_id, id)
);
create unique index spec_revision_active_key on spec_revision (api_version_id) where state = 'active';
alter table api_version add foreign key (tenant_id, current_revision_id) references spec_revision (tenant_id, id);
select make_tenant_owned('spec_revision');

create table operation (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    revision_id uuid not null,
    position int not null,
    operation_key text not null,
    method text not null,
    path_template text not null,
    operation_id text,
    slug text not null,
    summary text not null default '',
    tags text[] not null default '{}',
    deprecated boolean not null default false,
    webhook boolean not null default false,
    -- Webhooks and operations another one shadows have a page but answer no call.
    routed boolean not null default true,
    -- json, not jsonb: pages show members in the order their author wrote them.
    fragment json not null,
    search tsvector not null generated always as (
        setweight(to_tsvector('simple', coalesce(operation_id, '')), 'A')
        || setweight(to_tsvector('english', summary), 'B')
        || setweight(to_tsvector('simple', translate(path_template, '/{}_-.', '      ')), 'C')
    ) stored,
    unique (tenant_id, id),
    unique (tenant_id, revision_id, slug),
    unique (tenant_id, revision_id, position),
    foreign key (tenant_id, revision_id) references spec_revision (tenant_id, id)
);
-- Fragments are most of what publishing writes; lz4 halves its time where the server was built with it.
do $$
begin
    if exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any(enumvals)) then
        alter table operation alter column fragment set compression lz4;
        alter table spec_revision alter column content set compression lz4;
    end if;
end
$$;
create index operation_search on operation using gin (search);
select make_tenant_owned('operation');

create table environment (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    slug text not null,
    kind text not null check (kind in ('sandbox', 'production')),
    -- Null: every host the gateways of the group answer on.
    host text,
    base_path text not null,
    -- The public address links are built from, when it is not the installation's gateway address and base path.
    public_url text,
    created_at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    constraint environment_slug_key unique (tenant_id, slug)
);
-- Two environments may not answer at the same place, whoever owns them.
create unique index environment_place_key on environment (coalesce(host, ''), base_path);
select make_tenant_owned('environment');

create table upstream (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    environment_id uuid not null,
    api_id uuid not null,
    name text not null,
    load_balancing text not null default 'round_robin' check (load_balancing in ('round_robin', 'least_connections')),
    connect_timeout_ms int not null default 5000 check (connect_timeout_ms between 1 and 60000),
    response_timeout_ms int not null default 30000 check (response_timeout_ms between 1 and 600000),
    idle_timeout_ms int not null default 60000 check (idle_timeout_ms between 1 and 3600000),
    created_at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    constraint upstream_place_key unique (tenant_id, api_id, environment_id),
    foreign key (tenant_id, environment_id) references environment (tenant_id, id),
    foreign key (tenant_id, api_id) references api (tenant_id, id)
);
select make_tenant_owned('upstream');

create table upstream_target (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    upstream_id uuid not null,
    url text not null,
    weight int not null default 1 check (weight between 1 and 1000),
    drain boolean not null default false,
    position int not null default 0,
    unique (tenant_id, id),
    constraint upstream_target_url_key unique (tenant_id, upstream_id, url),
    foreign key (tenant_id, upstream_id) references upstream (tenant_id, id) on delete cascade
);
select make_tenant_owned('upstream_target');

create table route (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    api_version_id uuid not null,
    environment_id uuid not null,
    upstream_id uuid,
    -- Below the environment's base path: /{api}/{version}
    path text not null,
    enabled boolean not null default true,
    unique (tenant_id, id),
    constraint route_place_key unique (tenant_id, environment_id, path),
    unique (tenant_id, api_version_id, environment_id),
    foreign key (tenant_id, api_version_id) references api_version (tenant_id, id),
    foreign key (tenant_id, environment_id) references environment (tenant_id, id),
    foreign key (tenant_id, upstream_id) references upstream (tenant_id, id)
);
select make_tenant_owned('route');
