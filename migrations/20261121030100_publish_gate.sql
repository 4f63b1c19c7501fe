-- What the publish gate says of a revision, what an approver accepted, and what a tenant's rules ask of descriptions.
alter table api_version
    add column compat text not null default 'strict' check (compat in ('strict', 'warn', 'off'));

alter table spec_revision drop constraint spec_revision_state_check;
alter table spec_revision
    add constraint spec_revision_state_check check (state in ('accepted', 'rejected', 'active', 'superseded')),
    -- Null: published before comparisons were made.
    add column change_class text check (change_class in ('initial', 'none', 'additive', 'warning', 'breaking', 'not_compared')),
    -- The report without who calls: that depends on who reads it, and on when.
    add column diff jsonb,
    add column lint jsonb,
    -- What it was compared with: an acceptance holds only as long as that is in force.
    add column base_revision_id uuid,
    add constraint spec_revision_base_fkey foreign key (tenant_id, base_revision_id) references spec_revision (tenant_id, id);
create index spec_revision_sha256 on spec_revision (tenant_id, api_version_id, sha256);
create index spec_revision_base on spec_revision (tenant_id, base_revision_id);

create table spec_acceptance (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    revision_id uuid not null,
    reason text not null,
    accepted_by uuid,
    accepted_by_name text not null,
    accepted_at timestamptz not null,
    unique (tenant_id, id),
    constraint spec_acceptance_revision_key unique (tenant_id, revision_id),
    foreign key (tenant_id, revision_id) references spec_revision (tenant_id, id) on delete cascade
);
select make_tenant_owned('spec_acceptance');

create table lint_setting (
    tenant_id uuid not null references tenant (id),
    rule text not null,
    level text not null check (level in ('off', 'warn', 'block')),
    updated_at timestamptz not null,
    primary key (tenant_id, rule)
);
select make_tenant_owned('lint_setting');

-- Who called an operation lately: read at every publish that breaks something.
create index usage_day_operation on usage_day (tenant_id, api_version_id, operation_key, bucket);
