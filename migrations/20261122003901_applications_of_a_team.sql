-- The newest applications of a team, without sorting all of them: what a team has access to is told beside each of its requests.
create index application_of_team on application (tenant_id, owner_team_id, id);
drop index application_team;
