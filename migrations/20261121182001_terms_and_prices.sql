-- Terms that whoever asks for a plan accepts, in numbered versions that never change.
create table terms (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    slug text not null,
    title text not null check (char_length(title) between 1 and 120),
    created_at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    constraint terms_slug_key unique (tenant_id, slug)
);
select make_tenant_owned('terms');

create table terms_version (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    terms_id uuid not null,
    number int not null check (number > 0),
    markdown text not null check (octet_length(markdown) between 1 and 204800),
    created_at timestamptz not null,
    unique (tenant_id, id),
    unique (tenant_id, terms_id, number),
    foreign key (tenant_id, terms_id) references terms (tenant_id, id)
);
select make_tenant_owned('terms_version', 'select, insert');

-- What a plan costs (told, not charged), whether it is for trying out, and what is accepted with it.
alter table plan add column price jsonb;
alter table plan add column trial boolean not null default false;
alter table plan add column terms_id uuid;
alter table plan add foreign key (tenant_id, terms_id) references terms (tenant_id, id);
alter table plan add constraint plan_trial_ends check (not trial or max_subscription_days is not null);

-- Who accepted which version for which subscription. Nobody is made to unsay it.
create table terms_acceptance (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    subscription_id uuid not null,
    terms_version_id uuid not null,
    accepted_by uuid references app_user (id),
    accepted_at timestamptz not null,
    unique (tenant_id, id),
    constraint terms_acceptance_key unique (tenant_id, subscription_id, terms_version_id),
    foreign key (tenant_id, subscription_id) references subscription (tenant_id, id),
    foreign key (tenant_id, terms_version_id) references terms_version (tenant_id, id)
);
select make_tenant_owned('terms_acceptance', 'select, insert');
