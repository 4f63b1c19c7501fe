-- Webhooks: where events are sent, and what became of each. Layout and signature: Standard Webhooks 1.0.
create unique index outbox_tenant_key on outbox (tenant_id, id);

create table webhook_endpoint (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    name text not null check (char_length(name) between 1 and 80),
    url text not null check (char_length(url) between 1 and 2000),
    -- Whose events it gets: with neither, the whole tenant's.
    team_id uuid,
    application_id uuid,
    -- Types, or groups of them such as subscription.*; empty is every type.
    types text[] not null default '{}' check (cardinality(types) <= 50),
    secret_enc bytea not null,
    secret_key_id uuid not null,
    -- The secret before, while receivers change over.
    prev_secret_enc bytea,
    prev_secret_key_id uuid,
    prev_secret_until timestamptz,
    state text not null default 'active' check (state in ('active', 'paused', 'disabled')),
    disabled_reason text,
    -- Since when every attempt failed, and how many.
    failing_since timestamptz,
    failures int not null default 0,
    last_success_at timestamptz,
    created_by uuid references app_user (id),
    created_at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    check (team_id is null or application_id is null),
    check ((prev_secret_enc is null) = (prev_secret_until is null)),
    check ((prev_secret_enc is null) = (prev_secret_key_id is null)),
    check ((state = 'disabled') = (disabled_reason is not null)),
    foreign key (tenant_id, team_id) references team (tenant_id, id),
    foreign key (tenant_id, application_id) references application (tenant_id, id),
    foreign key (tenant_id, secret_key_id) references data_key (tenant_id, id),
    foreign key (tenant_id, prev_secret_key_id) references data_key (tenant_id, id)
);
select make_tenant_owned('webhook_endpoint');

create table webhook_delivery (
    id uuid primary key,
    tenant_id uuid not null,
    endpoint_id uuid not null,
    event_id uuid not null,
    type text not null,
    -- Pending: never tried. Failed: will be tried again. Dead: given up; may be sent again by hand.
    state text not null check (state in ('pending', 'failed', 'delivered', 'dead')),
    attempts int not null default 0,
    next_at timestamptz not null,
    -- A sender has it until then.
    leased_until timestamptz,
    -- Of the last attempt.
    status int,
    error text,
    created_at timestamptz not null,
    -- When its time of trying began; a delivery sent again by hand begins anew.
    since timestamptz not null,
    finished_at timestamptz,
    unique (tenant_id, id),
    constraint webhook_delivery_once_key unique (tenant_id, endpoint_id, event_id),
    foreign key (tenant_id, endpoint_id) references webhook_endpoint (tenant_id, id) on delete cascade,
    foreign key (tenant_id, event_id) references outbox (tenant_id, id)
);
create index webhook_delivery_due on webhook_delivery (next_at) where state in ('pending', 'failed');
create index webhook_delivery_log on webhook_delivery (tenant_id, endpoint_id, id desc);
create index webhook_delivery_age on webhook_delivery (created_at);
create index webhook_delivery_event on webhook_delivery (tenant_id, event_id);
select make_tenant_owned('webhook_delivery');

create table webhook_attempt (
    id uuid primary key,
    tenant_id uuid not null,
    delivery_id uuid not null,
    number int not null,
    at timestamptz not null,
    duration_ms int not null,
    status int,
    error text,
    -- The beginning of what the receiver answered.
    answer text not null default '' check (octet_length(answer) <= 4096),
    unique (tenant_id, id),
    unique (delivery_id, id),
    foreign key (tenant_id, delivery_id) references webhook_delivery (tenant_id, id) on delete cascade
);
select make_tenant_owned('webhook_attempt', 'select, insert');
grant delete on webhook_attempt to gatehouse_system;
