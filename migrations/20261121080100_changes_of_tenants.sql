-- Changes of configuration are numbered per gateway group, which tenants share; gateways read them without a tenant. Within a
-- tenant's transaction only its own are there, whatever a statement forgets to ask.
alter table config_change enable row level security;
alter table config_change force row level security;
create policy tenant_rows on config_change to gatehouse_app
    using (current_tenant() is null or tenant_id = current_tenant())
    with check (current_tenant() is null or tenant_id = current_tenant());
create policy system_rows on config_change to gatehouse_system using (in_system_scope()) with check (in_system_scope());
