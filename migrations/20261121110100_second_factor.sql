-- A second proof at sign-in: a secret that the person's authenticator app has too (TOTP, RFC 6238), and codes for when the app is
-- lost. Both are the person's, in every tenant.
create table second_factor (
    user_id uuid primary key references app_user (id),
    -- Sealed to this row.
    secret_enc bytea not null,
    -- The data key it was sealed with.
    secret_key_id uuid not null references installation_key (id),
    -- Null until a first code has shown that the app has the secret; until then nobody is asked for one.
    confirmed_at timestamptz,
    -- The step (30 s) of the last code taken: that one and older ones are refused.
    last_step bigint,
    created_at timestamptz not null
);
select make_global('second_factor');

create table recovery_code (
    user_id uuid not null references second_factor (user_id) on delete cascade,
    -- SHA-256 of 80 random bits.
    code_hash bytea not null,
    used_at timestamptz,
    primary key (user_id, code_hash)
);
select make_global('recovery_code');

-- Whether people whose roles open the console need one.
alter table tenant add column second_factor_required boolean not null default false;
