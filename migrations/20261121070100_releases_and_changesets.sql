-- Configuration as code: what files say, changes that are looked at before they are made, and numbered configurations.

-- What configuration says of a thing: the fields it owns, what they were last set to, and the scope it is kept in.
create table managed_resource (
    tenant_id uuid not null references tenant (id),
    -- kind/api/name, as files name it.
    key text not null check (char_length(key) <= 200),
    scope text check (scope ~ '^[a-z0-9][a-z0-9.-]{0,62}$'),
    -- JSON pointers below spec.
    fields text[] not null,
    -- The spec as it was applied, references resolved.
    applied jsonb not null,
    -- Pointer to reference, as the file has it.
    refs jsonb not null default '{}',
    changeset_id uuid not null,
    applied_at timestamptz not null,
    primary key (tenant_id, key)
);
create index managed_resource_scope on managed_resource (tenant_id, scope);
select make_tenant_owned('managed_resource');

-- What happens when somebody changes by hand what configuration owns. No row: it is recorded as drift.
create table config_policy (
    tenant_id uuid primary key references tenant (id),
    interactive_edits text not null check (interactive_edits in ('record', 'refuse')),
    row_version int not null default 1
);
select make_tenant_owned('config_policy');

create table changeset (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    mode text not null check (mode in ('apply', 'sync')),
    scope text,
    source jsonb not null default '{}',
    state text not null check (state in ('planned', 'applied')),
    -- Key to the SHA-256 of what was read there; null where there was nothing.
    base jsonb not null,
    changes jsonb not null,
    impact jsonb not null,
    -- Why it could not be applied as it was made, if so.
    refused text,
    -- Values of references, sealed to this row.
    sealed_values bytea,
    created_by_kind text not null check (created_by_kind in ('user', 'token', 'system')),
    created_by uuid,
    created_by_name text not null,
    created_at timestamptz not null,
    applied_at timestamptz,
    release_number bigint,
    unique (tenant_id, id),
    check ((state = 'applied') = (applied_at is not null)),
    check (mode <> 'sync' or scope is not null)
);
create index changeset_age on changeset (created_at);
select make_tenant_owned('changeset');

create table changeset_file (
    tenant_id uuid not null,
    changeset_id uuid not null,
    path text not null,
    content text not null,
    primary key (tenant_id, changeset_id, path),
    foreign key (tenant_id, changeset_id) references changeset (tenant_id, id) on delete cascade
);
select make_tenant_owned('changeset_file');

-- A numbered configuration. Insert only: what was in force stays readable.
create table release (
    tenant_id uuid not null references tenant (id),
    number bigint not null check (number > 0),
    kind text not null,
    subject text not null,
    actor_type text not null check (actor_type in ('user', 'token', 'system')),
    actor_id uuid,
    actor_name text not null,
    source jsonb not null default '{}',
    changeset_id uuid,
    rolled_back_to bigint,
    change_id uuid,
    created_at timestamptz not null,
    primary key (tenant_id, number)
);
select make_tenant_owned('release', 'select, insert');

-- What a release changed, thing by thing. What a thing is in release n is its newest row up to n.
create table release_change (
    tenant_id uuid not null,
    number bigint not null,
    key text not null,
    -- The prefixed id of the thing.
    subject text not null,
    before jsonb,
    after jsonb,
    primary key (tenant_id, key, number),
    foreign key (tenant_id, number) references release (tenant_id, number)
);
create index release_change_number on release_change (tenant_id, number);
create index release_change_subject on release_change (tenant_id, subject);
select make_tenant_owned('release_change', 'select, insert');

-- The number a release got in each group of gateways.
create table release_group (
    tenant_id uuid not null,
    number bigint not null,
    group_id uuid not null references gateway_group (id),
    seq bigint not null,
    primary key (tenant_id, number, group_id),
    foreign key (tenant_id, number) references release (tenant_id, number)
);
create index release_group_seq on release_group (tenant_id, group_id, seq);
select make_tenant_owned('release_group', 'select, insert');

-- Limits of this number and below come into force by a rollback only, never by their time: it went back before them.
alter table plan add column settled_number int not null default 0;
