-- What a decision is told of: how many have a plan, and what a team's applications called.
create index subscription_of_plan on subscription (tenant_id, plan_id, environment_id) where state = 'active';
create index usage_day_application on usage_day (tenant_id, application_id, bucket);
-- The newest of one environment, however few they are among a million.
create index subscription_environment on subscription (tenant_id, environment_id, id);
