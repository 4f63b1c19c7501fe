-- The newest applications of a team, without sorting all of them: what a team has access to is told beside each of its requests.
create index application_of_team on application (tenant_id, owner_team_id, id);
drop index application_team;

-- Those of a plan in the order of their ids: so many of them are counted, without reading any others.
create index subscription_in_plan on subscription (tenant_id, plan_id, environment_id, id) where state = 'active';
drop index subscription_of_plan;
