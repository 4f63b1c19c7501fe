-- The newest record of a log, named hourly and signed with a key that is not in the database.
create table audit_checkpoint (
    tenant_id uuid not null references tenant (id),
    seq bigint not null check (seq > 0),
    hash bytea not null,
    at timestamptz not null,
    -- Hexadecimal; the key is derived from the master key.
    public_key text not null,
    signature bytea not null,
    primary key (tenant_id, seq)
);
-- Insert only, as the log itself.
select make_tenant_owned('audit_checkpoint', 'select, insert');
create index audit_log_actor on audit_log (tenant_id, actor_id);
create index audit_log_at on audit_log (tenant_id, at);
