-- Long work that somebody asked for and looks at. What the program does by itself has no row here.
create table job (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    kind text not null check (kind in ('tenant_export')),
    state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
    -- What it is at, in words for people.
    stage text not null default '' check (char_length(stage) <= 200),
    done bigint not null default 0,
    total bigint,
    -- Why it failed, in words for people.
    error text,
    -- What it found or made, by its kind.
    result jsonb,
    output_bytes bigint,
    -- Until when its output is kept.
    output_until timestamptz,
    requested_by uuid references app_user (id),
    requested_by_name text not null,
    cancel_requested_at timestamptz,
    -- Who works on it, and until when that is believed without a further word.
    lease uuid,
    leased_until timestamptz,
    attempts int not null default 0,
    created_at timestamptz not null,
    started_at timestamptz,
    ended_at timestamptz,
    row_version int not null default 1,
    unique (tenant_id, id),
    check ((state in ('done', 'failed', 'cancelled')) = (ended_at is not null)),
    check ((state = 'running') = (lease is not null))
);
create index job_open on job (created_at) where state in ('waiting', 'running');
-- One of a kind at a time: the second would do the same again.
create unique index job_open_key on job (tenant_id, kind) where state in ('waiting', 'running');
select make_tenant_owned('job');

-- What a job wrote, in order.
create table job_output (
    tenant_id uuid not null,
    job_id uuid not null,
    part int not null,
    content bytea not null,
    primary key (tenant_id, job_id, part),
    foreign key (tenant_id, job_id) references job (tenant_id, id) on delete cascade
);
select make_tenant_owned('job_output');
