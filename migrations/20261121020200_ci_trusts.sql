-- Workloads of CI whose identity tokens are exchanged for short access tokens: nothing secret is kept on either side.
create table ci_trust (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    name text not null check (char_length(name) between 1 and 80),
    issuer text not null check (char_length(issuer) <= 500),
    audience text not null check (char_length(audience) between 1 and 255),
    subject_pattern text not null check (char_length(subject_pattern) between 1 and 500),
    scopes text[] not null check (cardinality(scopes) > 0),
    api_ids uuid[],
    ttl_s int not null check (ttl_s between 60 and 3600),
    created_by uuid references app_user (id),
    created_at timestamptz not null,
    last_used_at timestamptz,
    row_version int not null default 1,
    unique (tenant_id, id)
);
select make_tenant_owned('ci_trust');

-- A workload names the trust before its tenant is known; the id is no secret and opens nothing by itself.
create function find_ci_trust(wanted uuid) returns table (id uuid, tenant_id uuid)
    language sql stable security definer set search_path = public, pg_temp
as $$
    select t.id, t.tenant_id from ci_trust t where t.id = wanted
$$;
create policy owner_lookup on ci_trust for select to current_user using (true);
revoke all on function find_ci_trust(uuid) from public;
grant execute on function find_ci_trust(uuid) to gatehouse_app;

-- The trust a token was exchanged by; it ends with the trust. No foreign key: what remains of a token outlives it.
alter table access_token add column ci_trust_id uuid;
create index access_token_exchanged on access_token (expires_at) where ci_trust_id is not null;
