-- Audit, outbox, mail, notifications, idempotency.
create table audit_head (
    tenant_id uuid primary key references tenant (id),
    seq bigint not null default 0,
    hash bytea not null default decode(repeat('00', 32), 'hex')
);
select make_tenant_owned('audit_head', 'select, insert, update');

create table audit_log (
    tenant_id uuid not null references tenant (id),
    seq bigint not null,
    at timestamptz not null,
    actor_type text not null check (actor_type in ('user', 'token', 'node', 'system')),
    actor_id uuid,
    actor_name text not null,
    ip inet,
    action text not null,
    subject text not null,
    before jsonb,
    after jsonb,
    reason text,
    request_id text,
    change_id uuid,
    prev_hash bytea not null,
    hash bytea not null,
    primary key (tenant_id, seq)
);
create index audit_log_subject on audit_log (tenant_id, subject);
-- Insert only: nobody the program connects as can change what was written.
select make_tenant_owned('audit_log', 'select, insert');

create table outbox (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    type text not null,
    subject text not null,
    payload jsonb not null,
    at timestamptz not null,
    published_at timestamptz
);
create index outbox_waiting on outbox (at) where published_at is null;
select make_tenant_owned('outbox');

create table mail (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    -- The event that caused it; one mail per event and address.
    event_id uuid,
    to_address text not null,
    template text not null,
    subject text not null,
    body_text text not null,
    body_html text not null,
    -- The one-time token of the link, sealed to this row; gone once the mail is sent.
    sealed_token bytea,
    state text not null check (state in ('pending', 'sent', 'held', 'dead')),
    attempts int not null default 0,
    next_at timestamptz not null,
    last_error text,
    created_at timestamptz not null,
    sent_at timestamptz,
    unique (tenant_id, id),
    constraint mail_once_key unique (tenant_id, event_id, to_address)
);
create index mail_waiting on mail (next_at) where state = 'pending';
select make_tenant_owned('mail');

create table notification (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    user_id uuid not null references app_user (id),
    event_id uuid,
    type text not null,
    title text not null,
    body text not null default '',
    -- A path inside the portal, never a whole address.
    link text not null default '/',
    created_at timestamptz not null,
    read_at timestamptz,
    unique (tenant_id, id),
    constraint notification_once_key unique (tenant_id, event_id, user_id)
);
create index notification_inbox on notification (tenant_id, user_id, created_at desc);
select make_tenant_owned('notification');

create table idempotency_key (
    tenant_id uuid not null references tenant (id),
    -- The token or user that sent it.
    actor_id uuid not null,
    key text not null check (char_length(key) between 1 and 255),
    request_hash bytea not null,
    -- Null while the first request runs.
    status int,
    -- Sealed when it carries a secret.
    response bytea,
    -- The same response without its secret, for replays after secret_until.
    response_without_secret bytea,
    secret_until timestamptz,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (tenant_id, actor_id, key)
);
create index idempotency_key_expiry on idempotency_key (expires_at);
select make_tenant_owned('idempotency_key');
