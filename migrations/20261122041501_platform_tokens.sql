-- The person of the platform a token speaks for above all tenants, too. At each use they are asked for their role of the platform
-- again, so it ends with the role; and they must still be whose the token is (created_by). Handing a token over clears it. The
-- program before knows nothing of it and hands tokens over without: then the two differ, and the token speaks for nobody.
alter table access_token add column platform_user_id uuid references app_user (id);
alter table access_token add constraint access_token_platform_check
    check (platform_user_id is null or (api_ids is null and ci_trust_id is null));
