-- Products, plans, applications, subscriptions and credentials.
create table product (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    owner_team_id uuid not null,
    slug text not null,
    name text not null,
    state text not null default 'published' check (state in ('draft', 'published', 'deprecated', 'retired')),
    visibility text not null default 'tenant' check (visibility in ('private', 'restricted', 'tenant', 'public')),
    -- Set on the product that stands for one API, which small installations never notice.
    api_id uuid,
    created_at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    constraint product_slug_key unique (tenant_id, slug),
    constraint product_api_key unique (tenant_id, api_id),
    foreign key (tenant_id, owner_team_id) references team (tenant_id, id),
    foreign key (tenant_id, api_id) references api (tenant_id, id)
);
select make_tenant_owned('product');

create table product_item (
    tenant_id uuid not null,
    product_id uuid not null,
    api_version_id uuid not null,
    primary key (tenant_id, product_id, api_version_id),
    foreign key (tenant_id, product_id) references product (tenant_id, id) on delete cascade,
    foreign key (tenant_id, api_version_id) references api_version (tenant_id, id)
);
create index product_item_version on product_item (tenant_id, api_version_id);
select make_tenant_owned('product_item');

create table visibility_grant (
    tenant_id uuid not null,
    product_id uuid not null,
    team_id uuid not null,
    primary key (tenant_id, product_id, team_id),
    foreign key (tenant_id, product_id) references product (tenant_id, id) on delete cascade,
    foreign key (tenant_id, team_id) references team (tenant_id, id) on delete cascade
);
select make_tenant_owned('visibility_grant');

-- Who may find what, decided here alone: the catalogue, search, reference pages, downloads and access requests all ask
-- these functions. A viewer is a person or nobody, and a member of the tenant or not. In plpgsql, because a session keeps their
-- plans: as SQL functions they were planned anew by every statement, which took longer than running them.
create function reaches_audience(product_id uuid, person uuid, member boolean) returns boolean
    language plpgsql stable
as $$
begin
    return exists (
        select from product p
        where p.id = reaches_audience.product_id
          and p.state in ('published', 'deprecated')
          and (p.visibility = 'public'
               or reaches_audience.member and p.visibility = 'tenant'
               or reaches_audience.member and exists (
                   select from team_member m
                   where m.user_id = reaches_audience.person
                     and (m.team_id = p.owner_team_id
                          or p.visibility = 'restricted'
                             and exists (select from visibility_grant g where g.product_id = p.id and g.team_id = m.team_id)))));
end
$$;

create function visible_version(version_id uuid, person uuid, member boolean) returns boolean
    language plpgsql stable
as $$
begin
    return exists (
        select from api_version v
        join product_item i on i.api_version_id = v.id
        where v.id = visible_version.version_id
          and v.state in ('published', 'deprecated')
          and reaches_audience(i.product_id, visible_version.person, visible_version.member));
end
$$;

create function visible_product(product_id uuid, person uuid, member boolean) returns boolean
    language plpgsql stable
as $$
begin
    return reaches_audience(visible_product.product_id, visible_product.person, visible_product.member)
       and exists (
           select from product_item i
           join api_version v on v.id = i.api_version_id
           where i.product_id = visible_product.product_id
             and v.state in ('published', 'deprecated'));
end
$$;

create table plan (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    product_id uuid not null,
    slug text not null,
    name text not null check (char_length(name) between 1 and 80),
    summary text not null default '' check (char_length(summary) <= 400),
    state text not null default 'published' check (state in ('staging', 'published', 'deprecated', 'closed')),
    approval text not null check (approval in ('auto', 'manual', 'two_person')),
    environments text[] not null default '{sandbox,production}' check (environments <@ '{sandbox,production}'::text[] and cardinality(environments) > 0),
    max_subscription_days int check (max_subscription_days between 1 and 3650),
    max_key_days int check (max_key_days between 1 and 3650),
    max_overlap_s int not null default 2592000 check (max_overlap_s between 0 and 2592000),
    current_revision_id uuid,
    position int not null default 0,
    created_at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    unique (tenant_id, product_id, id),
    constraint plan_slug_key unique (tenant_id, product_id, slug),
    foreign key (tenant_id, product_id) references product (tenant_id, id)
);
select make_tenant_owned('plan');

create table plan_revision (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    plan_id uuid not null,
    number int not null,
    effective_at timestamptz not null,
    created_at timestamptz not null,
    unique (tenant_id, id),
    unique (tenant_id, plan_id, number),
    foreign key (tenant_id, plan_id) references plan (tenant_id, id)
);
alter table plan add foreign key (tenant_id, current_revision_id) references plan_revision (tenant_id, id);
select make_tenant_owned('plan_revision', 'select, insert');

create table plan_limit (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    plan_revision_id uuid not null,
    algorithm text not null check (algorithm in ('token_bucket', 'quota')),
    amount bigint not null check (amount > 0),
    window_s int check (window_s between 1 and 3600),
    burst int check (burst > 0),
    period text check (period in ('day', 'month')),
    position int not null default 0,
    unique (tenant_id, id),
    foreign key (tenant_id, plan_revision_id) references plan_revision (tenant_id, id),
    constraint plan_limit_shape check (
        (algorithm = 'token_bucket' and window_s is not null and burst is not null and period is null)
        or (algorithm = 'quota' and period is not null and window_s is null and burst is null))
);
select make_tenant_owned('plan_limit', 'select, insert');

create table application (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    owner_team_id uuid not null,
    slug text not null,
    name text not null check (char_length(name) between 1 and 80),
    description text not null default '' check (char_length(description) <= 400),
    state text not null default 'active' check (state in ('active', 'suspended', 'deleted')),
    created_by uuid references app_user (id),
    created_at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    foreign key (tenant_id, owner_team_id) references team (tenant_id, id)
);
-- A deleted application gives its name back.
create unique index application_slug_key on application (tenant_id, slug) where state <> 'deleted';
select make_tenant_owned('application');

create table subscription (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    application_id uuid not null,
    product_id uuid not null,
    plan_id uuid not null,
    environment_id uuid not null,
    state text not null check (state in ('pending', 'active', 'rejected', 'withdrawn', 'ended')),
    starts_at timestamptz,
    ends_at timestamptz check (ends_at > starts_at),
    provider_hold_at timestamptz,
    provider_hold_by uuid,
    provider_hold_reason text,
    consumer_hold_at timestamptz,
    consumer_hold_by uuid,
    ended_reason text check (ended_reason in ('cancelled', 'revoked', 'expired', 'superseded')),
    ended_at timestamptz,
    ended_by uuid,
    ended_note text,
    -- A plan asked for while another is in force.
    wanted_plan_id uuid,
    requested_by uuid references app_user (id),
    request_reason text not null default '' check (char_length(request_reason) <= 1000),
    decided_at timestamptz,
    -- Since when gateways no longer hold it, although it is over: see the setting configuration.ended_kept.
    forgotten_at timestamptz,
    created_at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    check (forgotten_at is null or state not in ('pending', 'active')),
    check ((state = 'ended') = (ended_reason is not null)),
    check (state <> 'active' or starts_at is not null),
    foreign key (tenant_id, application_id) references application (tenant_id, id),
    foreign key (tenant_id, product_id, plan_id) references plan (tenant_id, product_id, id),
    foreign key (tenant_id, product_id, wanted_plan_id) references plan (tenant_id, product_id, id),
    foreign key (tenant_id, environment_id) references environment (tenant_id, id)
);
create unique index subscription_open_key on subscription (tenant_id, application_id, product_id, environment_id)
    where state in ('pending', 'active');
create index subscription_product on subscription (tenant_id, product_id, state);
create index subscription_ends on subscription (ends_at) where state = 'active' and ends_at is not null;
create index subscription_to_forget on subscription (coalesce(ended_at, decided_at, created_at))
    where state not in ('pending', 'active') and forgotten_at is null;
select make_tenant_owned('subscription');

create table approval_request (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    subject_type text not null check (subject_type in ('subscription', 'plan_change', 'renewal')),
    subscription_id uuid not null,
    required int not null check (required between 0 and 2),
    state text not null check (state in ('open', 'approved', 'rejected', 'withdrawn')),
    requested_by uuid references app_user (id),
    reason text not null default '' check (char_length(reason) <= 1000),
    created_at timestamptz not null,
    due_at timestamptz not null,
    closed_at timestamptz,
    unique (tenant_id, id),
    foreign key (tenant_id, subscription_id) references subscription (tenant_id, id)
);
create unique index approval_request_open_key on approval_request (subscription_id, subject_type) where state = 'open';
create index approval_request_queue on approval_request (tenant_id, state, created_at);
select make_tenant_owned('approval_request');

create table approval_decision (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    request_id uuid not null,
    -- Null: an auto rule decided.
    actor_id uuid references app_user (id),
    decision text not null check (decision in ('approved', 'rejected')),
    reason text not null default '' check (char_length(reason) <= 500),
    conditions jsonb not null default '{}',
    created_at timestamptz not null,
    unique (tenant_id, id),
    constraint approval_decision_actor_key unique (tenant_id, request_id, actor_id),
    foreign key (tenant_id, request_id) references approval_request (tenant_id, id)
);
select make_tenant_owned('approval_decision', 'select, insert');

create table credential (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    application_id uuid not null,
    environment_id uuid not null,
    kind text not null default 'api_key' check (kind in ('api_key')),
    name text not null default '' check (char_length(name) <= 80),
    key_id bigint not null constraint credential_key_id_key unique,
    secret_hash bytea not null check (octet_length(secret_hash) = 32),
    last4 text not null,
    state text not null check (state in ('active', 'retiring', 'revoked', 'expired')),
    not_before timestamptz,
    expires_at timestamptz,
    retire_at timestamptz,
    rotated_from uuid,
    revoked_at timestamptz,
    revoked_by uuid,
    revoked_reason text,
    -- Since when gateways no longer hold it, although it is over: see the setting configuration.ended_kept.
    forgotten_at timestamptz,
    created_by uuid references app_user (id),
    created_at timestamptz not null,
    row_version int not null default 1,
    unique (tenant_id, id),
    check (forgotten_at is null or state not in ('active', 'retiring')),
    check ((state = 'retiring') <= (retire_at is not null)),
    foreign key (tenant_id, application_id) references application (tenant_id, id),
    foreign key (tenant_id, environment_id) references environment (tenant_id, id),
    foreign key (tenant_id, rotated_from) references credential (tenant_id, id)
);
-- Only keys that end by the clock, so that asking for those that did reads no others.
create index credential_ends on credential (least(expires_at, retire_at))
    where state in ('active', 'retiring') and least(expires_at, retire_at) is not null;
create index credential_to_forget on credential (coalesce(revoked_at, expires_at, created_at))
    where state not in ('active', 'retiring') and forgotten_at is null;
create index credential_application on credential (tenant_id, application_id, state);
-- At most one key of a chain is retiring: a key is replaced once.
create unique index credential_rotated_from_key on credential (rotated_from) where rotated_from is not null and state in ('active', 'retiring');
select make_tenant_owned('credential');
