-- Roles of the tenant's own, and grants that hold for less than the tenant.
create table role (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    slug text not null,
    name text not null check (char_length(name) between 1 and 80),
    description text not null default '' check (char_length(description) <= 400),
    permissions text[] not null check (cardinality(permissions) > 0),
    created_at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    constraint role_slug_key unique (tenant_id, slug),
    -- Those the program brings are not rows.
    check (slug not in ('owner', 'admin', 'publisher', 'approver', 'operator', 'auditor', 'developer'))
);
select make_tenant_owned('role');

-- A table beside role_grant, because whoever does not know of scopes takes every row there for the whole tenant. role_grant holds
-- built-in roles for the whole tenant, this one everything else: other scopes, and the tenant's own roles.
create table scoped_grant (
    id uuid primary key,
    tenant_id uuid not null,
    user_id uuid not null,
    role text not null,
    -- Set when it is one of the tenant's own roles.
    role_id uuid,
    -- What it holds for; none of the three is the whole tenant.
    team_id uuid,
    product_id uuid,
    api_id uuid,
    scope_id uuid generated always as (coalesce(team_id, product_id, api_id)) stored,
    granted_by uuid references app_user (id),
    created_at timestamptz not null,
    unique (tenant_id, id),
    check (num_nonnulls(team_id, product_id, api_id) <= 1),
    check (role <> 'owner'),
    check (role_id is not null or role in ('admin', 'publisher', 'approver', 'operator', 'auditor', 'developer')),
    check (role_id is not null or num_nonnulls(team_id, product_id, api_id) = 1),
    foreign key (tenant_id, user_id) references membership (tenant_id, user_id),
    foreign key (tenant_id, role_id) references role (tenant_id, id),
    foreign key (tenant_id, team_id) references team (tenant_id, id) on delete cascade,
    foreign key (tenant_id, product_id) references product (tenant_id, id) on delete cascade,
    foreign key (tenant_id, api_id) references api (tenant_id, id) on delete cascade
);
create unique index scoped_grant_key on scoped_grant (tenant_id, user_id, role, coalesce(scope_id, '00000000-0000-0000-0000-000000000000'));
create index scoped_grant_role on scoped_grant (tenant_id, role_id) where role_id is not null;
select make_tenant_owned('scoped_grant');
