-- Signing in through somebody else: the OpenID Connect providers of a tenant, sign-ins under way, and identities that wait to be
-- proved.
create table identity_provider (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    slug text not null,
    name text not null check (char_length(name) between 1 and 80),
    issuer text not null check (char_length(issuer) <= 500),
    client_id text not null check (char_length(client_id) between 1 and 255),
    -- Sealed to this row; null for a client that has none.
    client_secret_enc bytea,
    -- The data key it was sealed with.
    client_secret_key_id uuid,
    scopes text[] not null,
    -- Only addresses of these domains may come in; none is every domain.
    email_domains text[] not null default '{}',
    default_role text not null,
    -- The claim whose values `grants` speaks of.
    claim text,
    -- [{"value", "role", "team"}]: what a value of the claim gives to people who join.
    grants jsonb not null default '[]',
    -- Scheme, host and port of its sign-in page; forms of ours may lead there.
    authorization_origin text not null,
    enabled boolean not null default true,
    created_at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    check ((client_secret_enc is null) = (client_secret_key_id is null)),
    constraint identity_provider_slug_key unique (tenant_id, slug),
    constraint identity_provider_client_key unique (tenant_id, issuer, client_id)
);
select make_tenant_owned('identity_provider');

-- One row from the button to the callback; whoever takes it out first has it.
create table sign_in_flow (
    state_hash bytea primary key,
    tenant_id uuid not null references tenant (id),
    provider_id uuid not null,
    -- SHA-256 of the cookie of the browser that pressed the button.
    browser_hash bytea not null,
    -- Nonce and PKCE verifier, sealed.
    sealed bytea not null,
    next text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    foreign key (tenant_id, provider_id) references identity_provider (tenant_id, id) on delete cascade
);
create index sign_in_flow_expiry on sign_in_flow (expires_at);
select make_tenant_owned('sign_in_flow');

-- Who a provider says somebody is, before that person has proved the address or the account to us.
create table pending_identity (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    provider_id uuid not null,
    browser_hash bytea not null,
    -- Of the mailed link; null where the account's own password is the proof.
    token_hash bytea constraint pending_identity_token_key unique,
    issuer text not null,
    subject text not null,
    email text not null,
    name text not null,
    roles text[] not null,
    teams uuid[] not null,
    next text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    foreign key (tenant_id, provider_id) references identity_provider (tenant_id, id) on delete cascade
);
create index pending_identity_expiry on pending_identity (expires_at);
select make_tenant_owned('pending_identity');

alter table user_identity
    add column created_at timestamptz,
    add column last_used_at timestamptz;
create index user_identity_of_user on user_identity (user_id);
