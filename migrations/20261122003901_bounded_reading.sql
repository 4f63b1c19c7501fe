-- The newest applications of a team, and those subscribed to a plan: so many of them are read, and no others. Ordered by what no
-- other index is ordered by, because one that is ordered by all ids seems as good where most rows match, and reads all where few do.
create index application_of_team on application (tenant_id, owner_team_id, created_at);
drop index application_team;
create index subscription_in_plan on subscription (tenant_id, plan_id, environment_id, created_at) where state = 'active';
drop index subscription_of_plan;
