-- Many subscriptions, their applications, decisions and keys, beside those of the test: $1 tenant, $2 how many. One in a
-- hundred waits for a decision, another one in a hundred is Eli's. Ids grow with the number and are older than any the test makes.
with numbers as (
    select n, ('01900000-0000-7' || substr(lpad(to_hex(n), 12, '0'), 1, 3) || '-8000-' || substr(lpad(to_hex(n), 12, '0'), 4, 9) || '000')::uuid as id
    from generate_series(1, $2::bigint) n
), place as (
    select p.id as plan_id, p.product_id, e.id as environment_id, t.id as team_id, u.id as user_id,
           (select n.id from team n join app_user o on o.id = n.personal_user_id where n.tenant_id = $1 and o.name = 'Eli') as eli
    from plan p join environment e on e.tenant_id = p.tenant_id and e.slug = 'production'
    join team t on t.tenant_id = p.tenant_id and t.personal_user_id is not null
    join app_user u on u.id = t.personal_user_id
    where p.tenant_id = $1 and p.slug = 'team' order by t.id limit 1
), applications as (
    insert into application (id, tenant_id, owner_team_id, slug, name, created_at)
    select n.id, $1, case when n.n % 100 = 1 then place.eli else place.team_id end, 'seeded-' || n.n, 'Seeded ' || n.n, now() from numbers n, place
), subscriptions as (
    insert into subscription (id, tenant_id, application_id, product_id, plan_id, environment_id, state, starts_at, requested_by, request_reason,
                              decided_at, created_at)
    select n.id, $1, n.id, place.product_id, place.plan_id, place.environment_id, case when n.n % 100 = 0 then 'pending' else 'active' end,
           case when n.n % 100 > 0 then now() end, place.user_id, 'Seeded.', case when n.n % 100 > 0 then now() end, now()
    from numbers n, place
), requests as (
    insert into approval_request (id, tenant_id, subject_type, subscription_id, required, state, requested_by, created_at, due_at, closed_at, plan_id)
    select n.id, $1, 'subscription', n.id, 1, case when n.n % 100 = 0 then 'open' else 'approved' end, place.user_id, now(),
           now() + interval '2 days', case when n.n % 100 > 0 then now() end, place.plan_id
    from numbers n, place
), decisions as (
    insert into approval_decision (id, tenant_id, request_id, actor_id, decision, created_at)
    select n.id, $1, n.id, null, 'approved', now() from numbers n where n.n % 100 > 0
)
insert into credential (id, tenant_id, application_id, environment_id, key_id, secret_hash, last4, state, created_at)
select n.id, $1, n.id, place.environment_id, -n.n, decode(repeat('00', 32), 'hex'), 'seed', 'active', now()
from numbers n, place;
