-- What the two sides of a request write to one another.
create table subscription_message (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    subscription_id uuid not null,
    author_id uuid not null references app_user (id),
    side text not null check (side in ('requester', 'approver')),
    body text not null check (char_length(body) between 1 and 2000),
    created_at timestamptz not null,
    unique (tenant_id, id),
    foreign key (tenant_id, subscription_id) references subscription (tenant_id, id)
);
create index subscription_message_subscription on subscription_message (tenant_id, subscription_id, id);
select make_tenant_owned('subscription_message');

alter table approval_settings
    -- What approvers start a rejection from. Null: the program's own list.
    add column reject_reasons jsonb;
