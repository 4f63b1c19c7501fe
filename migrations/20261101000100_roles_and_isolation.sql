-- The three database roles and the one function that makes a table tenant-owned.
-- gatehouse_owner runs migrations; gatehouse_app serves every request; gatehouse_system runs the named background verbs.
do $$
begin
    if not exists (select from pg_roles where rolname = 'gatehouse_app') then
        create role gatehouse_app nologin;
        -- A managed database has one login for everything; its transactions switch to the working roles themselves.
        execute format('grant gatehouse_app to %I', current_user);
    end if;
    if not exists (select from pg_roles where rolname = 'gatehouse_system') then
        create role gatehouse_system nologin;
        execute format('grant gatehouse_system to %I', current_user);
    end if;
end
$$;

grant usage on schema public to gatehouse_app, gatehouse_system;

-- Row-level security compares with the tenant of the running transaction. A pooled connection holds '' after its first
-- use, hence nullif: no tenant means no rows, never an error.
create function current_tenant() returns uuid
    language sql stable
    return nullif(current_setting('gatehouse.tenant', true), '')::uuid;

create function in_system_scope() returns boolean
    language sql stable
    return coalesce(current_setting('gatehouse.scope', true), '') = 'system';

create function make_tenant_owned(owned regclass, app_rights text default 'select, insert, update, delete') returns void
    language plpgsql as $$
begin
    execute format('alter table %s enable row level security', owned);
    execute format('alter table %s force row level security', owned);
    execute format('create policy tenant_rows on %s to gatehouse_app using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', owned);
    execute format('create policy system_rows on %s to gatehouse_system using (in_system_scope()) with check (in_system_scope())', owned);
    execute format('grant %s on %s to gatehouse_app, gatehouse_system', app_rights, owned);
end
$$;

create function make_global(shared regclass, app_rights text default 'select, insert, update, delete') returns void
    language plpgsql as $$
begin
    execute format('grant %s on %s to gatehouse_app, gatehouse_system', app_rights, shared);
end
$$;
