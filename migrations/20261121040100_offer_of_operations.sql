-- Notice before something gets worse for its users, and limits and products of single operations.
alter table tenant add column minimum_notice_days int not null default 0 check (minimum_notice_days between 0 and 730);

-- Counts the calls of this operation only; null: every call.
alter table plan_limit add column operation_key text;
alter table plan_limit add constraint plan_limit_operation check (operation_key is null or algorithm = 'token_bucket');

-- The only operations the product opens, as stable keys; null: all of them.
alter table product_item add column operation_filter text[] check (cardinality(operation_filter) > 0);

-- What of the plan's own row changes with a revision that comes into force later; null: nothing.
alter table plan_revision add column spans jsonb;
create index plan_revision_effective on plan_revision (effective_at);
