-- A tenant that is closed: until when that can be taken back, and when its rows were deleted.
alter table tenant add column purge_at timestamptz;
alter table tenant add column purged_at timestamptz;
create index tenant_purge on tenant (purge_at) where purged_at is null;

-- Records may be written but not deleted by the working roles, and the owner is held by the policies of its own tables. Deleting
-- all there is of a closed tenant is the one exception: a function of the owner, who then sees the rows of that tenant alone.
create or replace function make_tenant_owned(owned regclass, app_rights text default 'select, insert, update, delete') returns void
    language plpgsql as $$
begin
    execute format('alter table %s enable row level security', owned);
    execute format('alter table %s force row level security', owned);
    execute format('create policy tenant_rows on %s to gatehouse_app using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', owned);
    execute format('create policy system_rows on %s to gatehouse_system using (in_system_scope()) with check (in_system_scope())', owned);
    execute format('create policy purged_rows on %s to current_user using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', owned);
    execute format('grant %s on %s to gatehouse_app, gatehouse_system', app_rights, owned);
end
$$;
do $$
declare
    owned regclass;
begin
    for owned in
        select c.oid::regclass from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and c.relforcerowsecurity
          and c.relname <> 'config_change'
    loop
        execute format('create policy purged_rows on %s to current_user using (tenant_id = current_tenant()) with check (tenant_id = current_tenant())', owned);
    end loop;
end
$$;

-- Every table that is tenant-owned, whichever there are. Its environments stay, so that its addresses go to nobody else; what
-- gateways were sent (config_change) goes with its age.
create function purge_tenant(gone uuid) returns bigint
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    owned text;
    waiting text[];
    blocked text[];
    rows bigint;
    total bigint := 0;
begin
    if current_tenant() is distinct from gone
       or not exists (select from tenant where id = gone and status = 'closed') then
        raise exception 'only the rows of a closed tenant are purged, in a transaction of that tenant';
    end if;
    select array_agg(c.relname::text order by c.relname) into waiting
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and c.relforcerowsecurity
      and c.relname not in ('environment', 'group_environment', 'config_change');
    -- The two circles of references.
    update api_version set current_revision_id = null where tenant_id = gone;
    update plan set current_revision_id = null where tenant_id = gone;
    -- Whatever others still refer to waits for the next round.
    while waiting is not null loop
        blocked := null;
        foreach owned in array waiting loop
            begin
                execute format('delete from %I where tenant_id = $1', owned) using gone;
                get diagnostics rows = row_count;
                total := total + rows;
            exception when foreign_key_violation then
                blocked := array_append(blocked, owned);
            end;
        end loop;
        if blocked = waiting then
            raise exception 'these tables refer to each other: %', blocked;
        end if;
        waiting := blocked;
    end loop;
    return total;
end
$$;
revoke all on function purge_tenant(uuid) from public;
grant execute on function purge_tenant(uuid) to gatehouse_app;
