-- How much one person said of incidents within an hour is asked each time something is said.
create index incident_update_author on incident_update (tenant_id, author_id, at);
