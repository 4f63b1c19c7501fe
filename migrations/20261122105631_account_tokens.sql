-- Whose account a token opens: who made it signed in themselves, or by a token that opens it. Null for those of machines, which CI
-- exchanged, of the platform and of the program, and for those made before this: nobody knows by which hand. Whoever hands one over
-- still knows its secret, so it opens an account only while that is whose the token is (created_by). The program before knows nothing
-- of it and hands tokens over without: then the two differ, and the token opens nothing.
alter table access_token add column account_user_id uuid references app_user (id);
-- Whether only the tenant's own identity provider said who they are when it was made: then it opens what is of the tenant, and the
-- whole account only while that is the tenant's alone.
alter table access_token add column account_vouched boolean not null default false;
alter table access_token add constraint access_token_account_check
    check (account_user_id is null or (ci_trust_id is null and platform_user_id is null));
