-- What gateways do with calls besides letting subscribed ones through, each attached at one place: to the tenant, an API, a version
-- or an operation by its stable key, in one environment or in all.
alter table api_version add constraint api_version_of_api unique (tenant_id, api_id, id);

create table policy (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    slug text not null,
    level text not null check (level in ('tenant', 'api', 'version', 'operation')),
    api_id uuid,
    api_version_id uuid,
    operation_key text check (octet_length(operation_key) between 1 and 2000),
    -- Null: in every environment.
    environment_id uuid,
    kind text not null check (kind in ('cors', 'jwt', 'rate_limit', 'headers')),
    config jsonb not null,
    mode text not null check (mode in ('enforce', 'shadow', 'off')),
    inherit text not null check (inherit in ('default', 'locked')),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    constraint policy_slug_key unique (tenant_id, slug),
    constraint policy_place_key unique nulls not distinct (tenant_id, api_id, api_version_id, operation_key, environment_id, kind),
    foreign key (tenant_id, api_id) references api (tenant_id, id),
    foreign key (tenant_id, api_id, api_version_id) references api_version (tenant_id, api_id, id),
    foreign key (tenant_id, environment_id) references environment (tenant_id, id),
    constraint policy_place check (
        (level = 'tenant') = (api_id is null)
        and (level in ('version', 'operation')) = (api_version_id is not null)
        and (level = 'operation') = (operation_key is not null)
    ),
    constraint policy_shadow check (mode <> 'shadow' or kind in ('jwt', 'rate_limit'))
);
select make_tenant_owned('policy');
