-- Tenants, people, sessions, teams and tokens.
create table installation (
    singleton boolean primary key default true check (singleton),
    -- HMAC of a fixed text under the master key: a replica with another key refuses to start.
    master_key_check bytea not null,
    -- The number of the key configuration is signed with; keys are derived from the master key.
    config_key int not null default 1 check (config_key > 0),
    created_at timestamptz not null
);
select make_global('installation', 'select, insert');
grant update (config_key) on installation to gatehouse_system;

create table tenant (
    id uuid primary key,
    slug text not null constraint tenant_slug_key unique,
    name text not null check (char_length(name) between 1 and 80),
    status text not null default 'active' check (status in ('active', 'suspended', 'closing', 'closed')),
    signup_mode text not null default 'open' check (signup_mode in ('open', 'domain', 'invite', 'closed')),
    email_domains text[] not null default '{}',
    time_zone text not null default 'UTC',
    created_at timestamptz not null,
    row_version int not null default 1
);
select make_global('tenant', 'select, insert, update');

create table app_user (
    id uuid primary key,
    email text not null,
    name text not null check (char_length(name) between 1 and 80),
    password_hash text,
    email_verified_at timestamptz,
    status text not null default 'unverified' check (status in ('unverified', 'active', 'locked', 'deactivated')),
    created_at timestamptz not null,
    row_version int not null default 1
);
create unique index app_user_email_key on app_user (lower(email));
select make_global('app_user', 'select, insert, update');

create table user_identity (
    issuer text not null,
    subject text not null,
    user_id uuid not null references app_user (id),
    primary key (issuer, subject)
);
select make_global('user_identity');

-- One-time links: e-mail verification, password reset, the first administrator. Only the hash is kept.
create table user_token (
    token_hash bytea primary key,
    purpose text not null check (purpose in ('verify_email', 'reset_password', 'first_admin')),
    user_id uuid references app_user (id),
    tenant_id uuid references tenant (id),
    -- What was typed at sign-up, taken over when the link is used: each link activates its own sign-up.
    name text,
    password_hash text,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);
create index user_token_of_user on user_token (user_id) where used_at is null;
create index user_token_expiry on user_token (expires_at);
select make_global('user_token');

-- Attempts at something guessable, counted by an account, an address or both, so that replicas share the count.
create table attempt (
    -- SHA-256 of what is counted.
    key bytea primary key,
    failures int not null,
    blocked_until timestamptz not null,
    -- Set where this account has signed in from this address before: a stranger's failures do not count there.
    familiar_until timestamptz,
    last_at timestamptz not null
);
create index attempt_age on attempt (last_at);
select make_global('attempt');

create table platform_grant (
    user_id uuid not null references app_user (id),
    role text not null check (role in ('platform_admin', 'platform_operator')),
    created_at timestamptz not null,
    primary key (user_id, role)
);
select make_global('platform_grant');

create table session (
    id_hash bytea primary key,
    user_id uuid references app_user (id),
    data bytea not null,
    created_at timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at timestamptz not null
);
create index session_of_user on session (user_id);
create index session_expiry on session (expires_at);
select make_global('session');

create table membership (
    tenant_id uuid not null references tenant (id),
    user_id uuid not null references app_user (id),
    status text not null check (status in ('active', 'disabled')),
    created_at timestamptz not null,
    row_version int not null default 1,
    primary key (tenant_id, user_id)
);
create index membership_user on membership (user_id);
select make_tenant_owned('membership');

create table role_grant (
    tenant_id uuid not null,
    user_id uuid not null,
    role text not null check (role in ('owner', 'admin', 'publisher', 'approver', 'operator', 'auditor', 'developer')),
    created_at timestamptz not null,
    primary key (tenant_id, user_id, role),
    foreign key (tenant_id, user_id) references membership (tenant_id, user_id)
);
select make_tenant_owned('role_grant');

create table team (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    slug text not null,
    name text not null check (char_length(name) between 1 and 80),
    kind text not null check (kind in ('provider', 'consumer')),
    personal_user_id uuid references app_user (id),
    created_at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    constraint team_slug_key unique (tenant_id, slug)
);
create unique index team_personal_key on team (tenant_id, personal_user_id) where personal_user_id is not null;
select make_tenant_owned('team');

create table team_member (
    tenant_id uuid not null,
    team_id uuid not null,
    user_id uuid not null,
    role text not null check (role in ('lead', 'member')),
    created_at timestamptz not null,
    primary key (tenant_id, team_id, user_id),
    foreign key (tenant_id, team_id) references team (tenant_id, id) on delete cascade,
    foreign key (tenant_id, user_id) references membership (tenant_id, user_id)
);
create index team_member_user on team_member (tenant_id, user_id);
select make_tenant_owned('team_member');

create table invitation (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    email text not null,
    role text not null check (role in ('owner', 'admin', 'publisher', 'approver', 'operator', 'auditor', 'developer')),
    -- Joined on acceptance.
    team_id uuid,
    token_hash bytea not null unique,
    invited_by uuid references app_user (id),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    accepted_at timestamptz,
    unique (tenant_id, id),
    foreign key (tenant_id, team_id) references team (tenant_id, id)
);
create unique index invitation_open_key on invitation (tenant_id, lower(email)) where accepted_at is null;
select make_tenant_owned('invitation');

create table access_token (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    name text not null check (char_length(name) between 1 and 80),
    key_id bigint not null constraint access_token_key_id_key unique,
    secret_hash bytea not null,
    last4 text not null,
    scopes text[] not null check (cardinality(scopes) > 0),
    api_ids uuid[],
    created_by uuid references app_user (id),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz,
    row_version int not null default 1,
    unique (tenant_id, id)
);
select make_tenant_owned('access_token');

-- A token arrives before its tenant is known; this is the one lookup that crosses tenants, by an unguessable key id.
create function find_access_token(wanted bigint)
    returns table (id uuid, tenant_id uuid, name text, secret_hash bytea, scopes text[], api_ids uuid[], expires_at timestamptz,
                   revoked_at timestamptz, last_used_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp
as $$
    select t.id, t.tenant_id, t.name, t.secret_hash, t.scopes, t.api_ids, t.expires_at, t.revoked_at, t.last_used_at
    from access_token t
    where t.key_id = wanted
$$;
-- The owner is subject to its own forced policies, so the function needs one that shows it this table.
create policy owner_lookup on access_token for select to current_user using (true);
revoke all on function find_access_token(bigint) from public;
grant execute on function find_access_token(bigint) to gatehouse_app;

-- The tenants a signed-in person belongs to, asked before one of them is chosen.
create function memberships_of(person uuid) returns table (tenant_id uuid, status text)
    language sql stable security definer set search_path = public, pg_temp
as $$
    select m.tenant_id, m.status from membership m where m.user_id = person
$$;
create policy owner_lookup on membership for select to current_user using (true);
revoke all on function memberships_of(uuid) from public;
grant execute on function memberships_of(uuid) to gatehouse_app;

-- Sign-ups nobody ever proved, in no tenant. Their memberships are in any tenant, and nothing else may delete a person, hence
-- a function; a few at a time, for a deletion looks at every table that names people.
create function forget_unverified(made_before timestamptz, present timestamptz) returns bigint
    language plpgsql security definer set search_path = public, pg_temp
as $$
declare
    gone uuid[];
begin
    gone := array(
        select u.id from app_user u
        where u.status = 'unverified' and u.created_at < made_before
          and not exists (select from user_token t where t.user_id = u.id and t.used_at is null and t.expires_at > present)
          and not exists (select from membership m where m.user_id = u.id)
          and not exists (select from platform_grant g where g.user_id = u.id)
          and not exists (select from user_identity i where i.user_id = u.id)
        limit 50
        for update of u skip locked);
    delete from user_token where user_id = any (gone);
    delete from session where user_id = any (gone);
    delete from app_user where id = any (gone);
    return cardinality(gone);
end
$$;
revoke all on function forget_unverified(timestamptz, timestamptz) from public;
grant execute on function forget_unverified(timestamptz, timestamptz) to gatehouse_app;

-- An invitation link is opened before its tenant is known.
create function find_invitation(wanted bytea)
    returns table (id uuid, tenant_id uuid, email text, role text, team_id uuid, expires_at timestamptz, accepted_at timestamptz)
    language sql stable security definer set search_path = public, pg_temp
as $$
    select i.id, i.tenant_id, i.email, i.role, i.team_id, i.expires_at, i.accepted_at from invitation i where i.token_hash = wanted
$$;
create policy owner_lookup on invitation for select to current_user using (true);
revoke all on function find_invitation(bytea) from public;
grant execute on function find_invitation(bytea) to gatehouse_app;
