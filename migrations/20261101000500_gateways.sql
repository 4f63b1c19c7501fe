-- Gateway groups, their nodes, and the configuration road. All of it is global: a shared group serves several tenants.
create table gateway_group (
    id uuid primary key,
    tenant_id uuid references tenant (id),
    slug text not null unique,
    name text not null,
    -- Raised when a restored database would otherwise repeat sequence numbers that gateways have already seen.
    generation int not null default 1,
    head_seq bigint not null default 0,
    state_hash bytea not null default decode(repeat('00', 32), 'hex') check (octet_length(state_hash) = 32),
    key_version int not null default 1,
    created_at timestamptz not null
);
select make_global('gateway_group');

create table group_environment (
    tenant_id uuid not null,
    environment_id uuid not null,
    group_id uuid not null references gateway_group (id),
    primary key (tenant_id, environment_id, group_id),
    foreign key (tenant_id, environment_id) references environment (tenant_id, id)
);
select make_tenant_owned('group_environment');

create table join_token (
    id uuid primary key,
    group_id uuid not null references gateway_group (id),
    key_id bigint not null unique,
    secret_hash bytea not null,
    uses_left int not null check (uses_left >= 0),
    created_by uuid,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
select make_global('join_token');

create table gateway_node (
    id uuid primary key,
    group_id uuid not null references gateway_group (id),
    name text not null check (char_length(name) between 1 and 80),
    public_key bytea not null unique check (octet_length(public_key) = 32),
    version text not null,
    joined_at timestamptz not null,
    last_seen_at timestamptz not null,
    applied_generation int not null default 0,
    applied_seq bigint not null default 0,
    applied_hash bytea,
    applied_at timestamptz,
    -- Since when it says it runs something else under this number than its group has there.
    diverged_at timestamptz,
    last_error text,
    retired_at timestamptz
);
create index gateway_node_group on gateway_node (group_id) where retired_at is null;
select make_global('gateway_node');

-- A signed request is accepted once: its nonce is remembered for as long as its time is.
create table node_nonce (
    node_id uuid not null references gateway_node (id),
    nonce bytea not null,
    seen_at timestamptz not null,
    primary key (node_id, nonce)
);
create index node_nonce_age on node_nonce (seen_at);
select make_global('node_nonce', 'select, insert, delete');

create table config_change (
    group_id uuid not null references gateway_group (id),
    seq bigint not null,
    change_id uuid not null,
    tenant_id uuid,
    kind text not null,
    subject text not null,
    -- The encoded operations of the delta, as gatehouse_snapshot writes them.
    body bytea not null,
    prev_hash bytea not null,
    new_hash bytea not null,
    created_at timestamptz not null,
    primary key (group_id, seq)
);
create index config_change_id on config_change (change_id);
select make_global('config_change', 'select, insert, delete');

-- What a group's gateways hold at head_seq, object by object; a full snapshot is read from here.
create table config_object (
    group_id uuid not null references gateway_group (id),
    kind smallint not null,
    object_id uuid not null,
    tenant_id uuid,
    body bytea not null,
    sha256 bytea not null check (octet_length(sha256) = 32),
    seq bigint not null,
    -- Of environments and routes: where they answer, in the order of bytes, so that what a change may collide with is found
    -- without reading the rest.
    environment_id uuid,
    place text collate "C",
    primary key (group_id, kind, object_id)
);
create index config_object_place on config_object (group_id, kind, place, environment_id) where place is not null;
select make_global('config_object');

create table node_ack (
    node_id uuid not null references gateway_node (id),
    seq bigint not null,
    applied_at timestamptz not null,
    received_at timestamptz not null,
    primary key (node_id, seq)
);
select make_global('node_ack');
