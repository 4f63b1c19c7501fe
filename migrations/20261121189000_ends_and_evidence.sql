-- The hours in which an application was used, however much others were.
create index usage_hour_application on usage_hour (tenant_id, application_id, bucket);

-- Tenants that were closed before closing had a date: the thirty days begin now.
update tenant set purge_at = now() + interval '30 days' where status in ('closing', 'closed') and purge_at is null;
