-- Decisions in time: how long they may take, who is told when they are late, and who decides for somebody away.
create table approval_settings (
    tenant_id uuid primary key references tenant (id),
    due_s int not null check (due_s between 60 and 7776000),
    -- Null: nobody is reminded.
    remind_before_s int check (remind_before_s between 60 and 7776000),
    -- Null: the tenant's owners.
    escalation_team_id uuid,
    row_version int not null default 1,
    foreign key (tenant_id, escalation_team_id) references team (tenant_id, id)
);
select make_tenant_owned('approval_settings');

create table approval_delegation (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    from_user_id uuid not null,
    to_user_id uuid not null,
    -- Null: every API.
    api_id uuid,
    reason text not null default '' check (char_length(reason) <= 500),
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    created_by uuid references app_user (id),
    created_at timestamptz not null,
    revoked_at timestamptz,
    unique (tenant_id, id),
    check (ends_at > starts_at),
    check (from_user_id <> to_user_id),
    foreign key (tenant_id, from_user_id) references membership (tenant_id, user_id),
    foreign key (tenant_id, to_user_id) references membership (tenant_id, user_id),
    foreign key (tenant_id, api_id) references api (tenant_id, id)
);
create index approval_delegation_deputy on approval_delegation (tenant_id, to_user_id, ends_at) where revoked_at is null;
create index approval_delegation_from on approval_delegation (tenant_id, from_user_id, ends_at);
select make_tenant_owned('approval_delegation');
