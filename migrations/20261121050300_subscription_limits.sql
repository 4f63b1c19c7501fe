-- Limits of one subscription, agreed to under a condition; they hold beside those of its plan.
create table subscription_limit (
    id uuid primary key,
    tenant_id uuid not null references tenant (id),
    subscription_id uuid not null,
    algorithm text not null check (algorithm in ('token_bucket', 'quota')),
    amount bigint not null check (amount > 0),
    window_s int check (window_s between 1 and 3600),
    burst int check (burst > 0),
    period text check (period in ('day', 'month')),
    position int not null default 0,
    unique (tenant_id, id),
    foreign key (tenant_id, subscription_id) references subscription (tenant_id, id),
    constraint subscription_limit_shape check (
        (algorithm = 'token_bucket' and window_s is not null and burst is not null and period is null)
        or (algorithm = 'quota' and period is not null and window_s is null and burst is null))
);
create index subscription_limit_subscription on subscription_limit (tenant_id, subscription_id);
select make_tenant_owned('subscription_limit');
