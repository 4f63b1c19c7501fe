-- What gateways show to backends and nobody reads back. The value is sealed with the tenant's data key; gateways get it sealed again,
-- under the key of their group, as part of the routes whose policies name it.
--
-- The program before reads and writes none of this and lives with it as long as no policy names a backend secret. Once one does it
-- cannot read the routes that hold sealed fields, and refuses what changes them: replace every process before.
create table backend_secret (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    -- Of one API: what its policies may name goes to no other API's backends.
    api_id uuid not null,
    name text not null,
    value_enc bytea not null,
    value_key_id uuid not null,
    created_at timestamptz not null,
    -- When a value was put last.
    put_at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    unique (tenant_id, api_id, id),
    constraint backend_secret_name_key unique (tenant_id, api_id, name),
    foreign key (tenant_id, api_id) references api (tenant_id, id),
    foreign key (tenant_id, value_key_id) references data_key (tenant_id, id)
);
select make_tenant_owned('backend_secret');

-- Which policies name which: of the same API only.
alter table policy add constraint policy_of_api unique (tenant_id, api_id, id);
create table policy_backend_secret (
    tenant_id uuid not null references tenant (id),
    api_id uuid not null,
    policy_id uuid not null,
    backend_secret_id uuid not null,
    primary key (tenant_id, policy_id, backend_secret_id),
    foreign key (tenant_id, api_id, policy_id) references policy (tenant_id, api_id, id) on delete cascade,
    constraint policy_backend_secret_named foreign key (tenant_id, api_id, backend_secret_id)
        references backend_secret (tenant_id, api_id, id)
);
create index policy_backend_secret_of on policy_backend_secret (tenant_id, backend_secret_id);
select make_tenant_owned('policy_backend_secret', 'select, insert, delete');
