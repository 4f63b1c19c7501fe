-- Where an accepted invitation leads, and a role it gives for a part of the tenant, or one of the tenant's own.
alter table invitation add column api_id uuid;
alter table invitation add foreign key (tenant_id, api_id) references api (tenant_id, id) on delete set null (api_id);

-- A table beside invitation, because whoever does not know of scopes gives the role in that row for the whole tenant. With a row
-- here that one is only what every member is.
create table invitation_grant (
    tenant_id uuid not null,
    invitation_id uuid not null,
    role text not null,
    -- Set when it is one of the tenant's own roles.
    role_id uuid,
    -- What it holds for; none of the three is the whole tenant.
    team_id uuid,
    product_id uuid,
    api_id uuid,
    primary key (tenant_id, invitation_id),
    check (num_nonnulls(team_id, product_id, api_id) <= 1),
    check (role <> 'owner'),
    check (role_id is not null or role in ('admin', 'publisher', 'approver', 'operator', 'auditor', 'developer')),
    check (role_id is not null or num_nonnulls(team_id, product_id, api_id) = 1),
    foreign key (tenant_id, invitation_id) references invitation (tenant_id, id) on delete cascade,
    foreign key (tenant_id, role_id) references role (tenant_id, id) on delete cascade,
    foreign key (tenant_id, team_id) references team (tenant_id, id) on delete cascade,
    foreign key (tenant_id, product_id) references product (tenant_id, id) on delete cascade,
    foreign key (tenant_id, api_id) references api (tenant_id, id) on delete cascade
);
select make_tenant_owned('invitation_grant');
