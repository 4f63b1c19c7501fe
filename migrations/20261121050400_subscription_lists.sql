-- What lists of a million subscriptions are read by: whose applications, and how an application's name begins. Kept in lower
-- case: below row security an index is only read by what cannot leak, and lower() is not known not to.
alter table application add column search_name text collate "C" generated always as (lower(name)) stored;
create index application_search on application (tenant_id, search_name);
create index application_team on application (tenant_id, owner_team_id);
