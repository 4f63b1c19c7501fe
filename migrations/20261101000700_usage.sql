-- The usage ledger: ingested exactly once, rolled up by minute, hour and day, in monthly partitions.
create table usage_mark (
    node_id uuid not null references gateway_node (id),
    boot uuid not null,
    -- The last batch taken from this boot of this node; the next must be one higher.
    sequence bigint not null,
    at timestamptz not null,
    primary key (node_id, boot)
);
select make_global('usage_mark');

-- Calls that no tenant can be charged for: folded, so that a flood without a key grows no table.
create table unattributed_usage (
    bucket timestamptz not null,
    group_id uuid not null references gateway_group (id),
    reason text not null,
    count bigint not null,
    primary key (bucket, group_id, reason)
);
select make_global('unattributed_usage');

create function create_usage_rollup(name text) returns void language plpgsql as $$
begin
    execute format($sql$
        create table %I (
            tenant_id uuid not null references tenant (id),
            bucket timestamptz not null,
            environment_id uuid not null,
            api_version_id uuid not null,
            operation_key text not null,
            application_id uuid not null,
            subscription_id uuid not null,
            plan_id uuid not null,
            credential_id uuid not null,
            status_class smallint not null check (status_class between 1 and 5),
            reason text not null,
            count bigint not null,
            interrupted bigint not null default 0,
            bytes_in bigint not null,
            bytes_out bigint not null,
            latency_us_sum bigint not null,
            upstream_us_sum bigint not null,
            -- Counts per latency bucket; the bounds are domain constants.
            latency_histogram bigint[] not null,
            primary key (tenant_id, bucket, environment_id, api_version_id, operation_key, application_id, subscription_id,
                         plan_id, credential_id, status_class, reason)
        ) partition by range (bucket)
    $sql$, name);
    perform make_tenant_owned(name::regclass);
end
$$;
select create_usage_rollup('usage_minute'), create_usage_rollup('usage_hour'), create_usage_rollup('usage_day');
drop function create_usage_rollup(text);

create table call_log (
    tenant_id uuid not null references tenant (id),
    at timestamptz not null,
    request_id uuid not null,
    environment_id uuid not null,
    api_version_id uuid,
    operation_key text not null,
    application_id uuid,
    subscription_id uuid,
    credential_id uuid,
    method text not null,
    path text not null,
    status int not null,
    reason text not null,
    latency_us bigint not null,
    upstream_us bigint not null,
    bytes_in bigint not null,
    bytes_out bigint not null,
    interrupted boolean not null default false,
    -- Of the trace the call was part of (W3C Trace Context), where it was part of one.
    trace_id uuid
) partition by range (at);
create index call_log_application on call_log (tenant_id, application_id, at desc);
create index call_log_request on call_log (tenant_id, request_id);
select make_tenant_owned('call_log', 'select, insert');

create table quota_counter (
    tenant_id uuid not null references tenant (id),
    subscription_id uuid not null,
    period text not null check (period in ('day', 'month')),
    window_start timestamptz not null,
    used bigint not null,
    primary key (tenant_id, subscription_id, period, window_start),
    foreign key (tenant_id, subscription_id) references subscription (tenant_id, id)
);
select make_tenant_owned('quota_counter');

-- What a gateway may let through of a quota's window, and what of it the ledger has. The counter's row is locked before
-- these, by whoever grants and by whoever settles.
create table quota_lease (
    tenant_id uuid not null,
    subscription_id uuid not null,
    period text not null check (period in ('day', 'month')),
    window_start timestamptz not null,
    node_id uuid not null references gateway_node (id),
    -- The number that the gateway's own calls may reach.
    granted bigint not null default 0 check (granted >= 0),
    -- Its own calls that the ledger has.
    settled bigint not null default 0 check (settled >= 0),
    primary key (tenant_id, subscription_id, period, window_start, node_id),
    foreign key (tenant_id, subscription_id) references subscription (tenant_id, id)
);
create index quota_lease_window on quota_lease (window_start);
select make_tenant_owned('quota_lease');

-- How live gateways share the rates that are asked for just now. Not logged: lost in a crash of the database, it is told
-- anew within a heartbeat.
create unlogged table rate_share (
    tenant_id uuid not null,
    subscription_id uuid not null,
    limit_id uuid not null,
    node_id uuid not null references gateway_node (id),
    -- Calls of the last second.
    demand bigint not null,
    -- The most the gateway may have in force, in millionths of the limit.
    held int not null check (held between 0 and 1000000),
    asked_at timestamptz not null,
    primary key (tenant_id, subscription_id, limit_id, node_id),
    foreign key (tenant_id, subscription_id) references subscription (tenant_id, id)
);
create index rate_share_node on rate_share (node_id, asked_at);
select make_tenant_owned('rate_share');

-- The use of each key, exact to the call. Apart from the keys themselves: a busy key is no row that its revocation waits for.
create table credential_use (
    tenant_id uuid not null references tenant (id),
    credential_id uuid not null,
    calls bigint not null,
    first_call_at timestamptz not null,
    first_call_status int not null,
    first_call_latency_us bigint not null,
    last_used_at timestamptz not null,
    primary key (tenant_id, credential_id),
    foreign key (tenant_id, credential_id) references credential (tenant_id, id)
) with (fillfactor = 70);
select make_tenant_owned('credential_use');

-- Makes the monthly partitions that hold [from, until) of every partitioned table. Run ahead of time by a job, and here once
-- so that a fresh database takes its first record. Security definer: the working roles may not create tables.
create function ensure_partitions(from_time timestamptz, until_time timestamptz) returns int
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    month timestamptz;
    parent text;
    child text;
    made int := 0;
begin
    foreach parent in array array['usage_minute', 'usage_hour', 'usage_day', 'call_log'] loop
        month := date_trunc('month', from_time at time zone 'UTC') at time zone 'UTC';
        while month < until_time loop
            child := parent || '_' || to_char(month at time zone 'UTC', 'YYYYMM');
            if to_regclass(child) is null then
                -- Two at once would both find it missing, and only then is there anything to wait for. The number is
                -- arbitrary; it stands for this work.
                perform pg_advisory_xact_lock(7165002000700);
            end if;
            -- Read as a row: the name lookup above may remember that there was none.
            if not exists (select from pg_class where relname = child and relnamespace = 'public'::regnamespace) then
                execute format('create table %I partition of %I for values from (%L) to (%L)', child, parent, month,
                               ((month at time zone 'UTC') + interval '1 month') at time zone 'UTC');
                made := made + 1;
            end if;
            month := ((month at time zone 'UTC') + interval '1 month') at time zone 'UTC';
        end loop;
    end loop;
    return made;
end
$$;
revoke all on function ensure_partitions(timestamptz, timestamptz) from public;
grant execute on function ensure_partitions(timestamptz, timestamptz) to gatehouse_system;
