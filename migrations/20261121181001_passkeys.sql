-- Passkeys (WebAuthn level 3): keys on people's own devices, which sign them in without a password. They are the person's, in every
-- tenant.
create table passkey (
    id uuid primary key,
    user_id uuid not null references app_user (id),
    -- What its owner calls it.
    name text not null check (char_length(name) between 1 and 80),
    -- What the device calls it.
    credential_id bytea not null constraint passkey_credential_key unique,
    -- Public key, counter and flags, as webauthn-rs keeps them.
    credential jsonb not null,
    created_at timestamptz not null,
    last_used_at timestamptz
);
create index passkey_of_user on passkey (user_id);
select make_global('passkey');

-- One row from the question to the device's answer; whoever takes it out first has it.
create table passkey_ceremony (
    -- SHA-256 of the token that comes back with the answer.
    token_hash bytea primary key,
    purpose text not null check (purpose in ('register', 'show')),
    -- Who registers one, or is to show one; null for whoever signs in.
    user_id uuid references app_user (id),
    -- SHA-256 of what ties it to one browser.
    browser_hash bytea not null,
    -- The challenge and what must hold of the answer, as webauthn-rs keeps them.
    state jsonb not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index passkey_ceremony_expiry on passkey_ceremony (expires_at);
select make_global('passkey_ceremony');
