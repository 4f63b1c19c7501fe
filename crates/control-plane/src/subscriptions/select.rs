//! How subscriptions are read, for verbs, lists and queues alike: which ones by one statement, what they are by another.

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::row::Row;
use crate::refusal::Refusal;

/// Which subscriptions a list has. Empty conditions hold for every one.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    /// Only those of applications whose name in lower case lies from the one to before the other. They come by that name, and
    /// those of one application newest first.
    pub(super) named: Option<(String, String)>,
    /// Only those behind this one.
    pub(super) after: Option<Uuid>,
    pub(super) state: Option<&'static str>,
    pub(super) application_id: Option<Uuid>,
    pub(super) application_slug: Option<String>,
    pub(super) api_id: Option<Uuid>,
    pub(super) api_slug: Option<String>,
    pub(super) environment_slug: Option<String>,
    /// Only those of the person's teams.
    pub(super) only_own: bool,
    /// Only those for what one of these scopes names, and the person's teams' own; `None` is no condition.
    pub(super) reach: Option<Vec<Uuid>>,
    /// Of the person's teams' own, only those for what one of these names; `None` is no condition.
    pub(super) reach_own: Option<Vec<Uuid>>,
    /// Only those of products with these ids, or that open one of these APIs.
    pub(super) apis: Option<Vec<Uuid>>,
    /// Only those that are pending or active.
    pub(super) only_open: bool,
    pub(super) limit: i64,
}

/// Reads the subscriptions that are wanted, newest first unless they are looked for by name.
pub(super) async fn list(
    conn: &mut PgConnection,
    person: Option<Uuid>,
    wanted: &Wanted,
) -> Result<Vec<Row>, Refusal> {
    let ids = chosen(conn, person, wanted).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    rows(conn, person, &ids).await
}

/// Reads these subscriptions in this order, as one person sees them; those that do not exist are left out.
pub(super) async fn rows(
    conn: &mut PgConnection,
    person: Option<Uuid>,
    ids: &[Uuid],
) -> Result<Vec<Row>, Refusal> {
    plan(conn, Planned::Once).await?;
    let rows = sqlx::query_as!(
        Row,
        r#"select s.id, s.application_id, a.slug as application_slug, a.name as application_name,
                  t.id as team_id, t.slug as team_slug, t.name as team_name,
                  api.id as "api_id!", api.slug as "api_slug!", pr.name as api_name, pr.api_id is not null as "of_one_api!", pr.slug as product_slug,
                  s.product_id, pr.owner_team_id as provider_team_id, s.plan_id, p.slug as plan_slug, p.name as plan_name, p.max_subscription_days as plan_term_days,
                  s.wanted_plan_id, w.slug as "wanted_plan_slug?", w.name as "wanted_plan_name?",
                  s.environment_id, e.slug as environment_slug, e.kind as environment_kind,
                  s.state, s.starts_at, s.ends_at,
                  s.provider_hold_at, s.provider_hold_by, ph.name as "provider_hold_name?", s.provider_hold_reason,
                  s.consumer_hold_at, s.consumer_hold_by, ch.name as "consumer_hold_name?",
                  s.ended_reason, s.ended_at, s.ended_by, eb.name as "ended_name?", s.ended_note,
                  s.requested_by, rb.name as "requester_name?", s.request_reason, s.request_answers,
                  ta.slug as "terms_slug?", ta.title as "terms_title?", ta.number as "terms_number?",
                  td.slug as "due_slug?", td.title as "due_title?", td.number as "due_number?", s.created_at, s.row_version,
                  d.decision as "decision?", d.actor_id as "decision_by?", db.name as "decision_name?",
                  d.created_at as "decision_at?", d.reason as "decision_reason?",
                  d.rule as "decision_rule?", d.on_behalf_of as "decision_behalf?", dbh.name as "decision_behalf_name?",
                  coalesce(q.given, 0) as "approvals_given!", coalesce(q.required, 0) as "approvals_required!",
                  coalesce(o.requests, '[]'::json) as "open_requests!",
                  coalesce((select json_agg(l order by l.position, l.id) from subscription_limit l
                            where l.subscription_id = s.id), '[]'::json) as "own_limits!",
                  exists (select from team_member m
                          join membership ms on ms.tenant_id = m.tenant_id and ms.user_id = m.user_id
                          where m.team_id = a.owner_team_id and m.user_id = $1 and ms.status = 'active') as "own!"
           from subscription s
           join application a on a.id = s.application_id
           join team t on t.id = a.owner_team_id
           join product pr on pr.id = s.product_id
           -- Of a product over several APIs, the first.
           join lateral (select n.id, n.slug from api n where n.id = pr.api_id
                         union all
                         (select n.id, n.slug from product_item i join api_version v on v.id = i.api_version_id join api n on n.id = v.api_id
                          where pr.api_id is null and i.product_id = pr.id order by n.id limit 1)) api on true
           join plan p on p.id = s.plan_id
           left join plan w on w.id = s.wanted_plan_id
           join environment e on e.id = s.environment_id
           left join lateral (
               select l.slug, l.title, v.number
               from terms_acceptance c join terms_version v on v.id = c.terms_version_id join terms l on l.id = v.terms_id
               where c.subscription_id = s.id
               order by c.accepted_at desc, v.number desc, c.id desc limit 1) ta on true
           left join lateral (
               select l.slug, l.title, v.number
               from terms l join terms_version v on v.terms_id = l.id
               where l.id = p.terms_id and s.state in ('pending', 'active')
                 and v.number = (select max(n.number) from terms_version n where n.terms_id = l.id)
                 and not exists (select from terms_acceptance c where c.subscription_id = s.id and c.terms_version_id = v.id)) td on true
           left join app_user ph on ph.id = s.provider_hold_by
           left join app_user ch on ch.id = s.consumer_hold_by
           left join app_user eb on eb.id = s.ended_by
           left join app_user rb on rb.id = s.requested_by
           left join lateral (
               select d.decision, d.actor_id, d.created_at, d.reason, d.rule, d.on_behalf_of
               from approval_request r join approval_decision d on d.request_id = r.id
               where r.subscription_id = s.id and r.subject_type = 'subscription'
               order by d.created_at desc, d.id desc limit 1) d on true
           left join app_user db on db.id = d.actor_id
           left join app_user dbh on dbh.id = d.on_behalf_of
           left join lateral (
               select r.required,
                      (select count(*) from approval_decision g where g.request_id = r.id and g.decision = 'approved')::int as given
               from approval_request r
               where r.subscription_id = s.id and r.subject_type = 'subscription'
               order by r.created_at desc, r.id desc limit 1) q on true
           left join lateral (
               select json_agg(json_build_object(
                          'id', r.id, 'subject', r.subject_type, 'created_at', r.created_at, 'due_at', r.due_at,
                          'required', r.required, 'requested_by', r.requested_by, 'reason', r.reason,
                          'rule', r.rule, 'escalated_at', r.escalated_at,
                          'requester', (select u.name from app_user u where u.id = r.requested_by),
                          'given', (select count(*) from approval_decision g where g.request_id = r.id),
                          'decided', exists (select from approval_decision g where g.request_id = r.id and g.actor_id = $1))
                          order by r.created_at) as requests
               from approval_request r
               where r.subscription_id = s.id and r.state = 'open') o on true
           where s.id = any($2)
           order by array_position($2, s.id)"#,
        person,
        ids,
    )
    .fetch_all(&mut *conn)
    .await?;
    plan(conn, Planned::AsUsual).await?;
    Ok(rows)
}

/// The subscriptions that are wanted, in their order: found by what indexes know, before anything around them is read.
async fn chosen(
    conn: &mut PgConnection,
    person: Option<Uuid>,
    wanted: &Wanted,
) -> Result<Vec<Uuid>, Refusal> {
    let environment = match &wanted.environment_slug {
        None => None,
        // By its id, which an index of subscriptions knows; nothing is in one that does not exist.
        Some(slug) => Some(environment(conn, slug).await?.unwrap_or_default()),
    };
    let teams = teams(conn, person).await?;
    let applications = few_applications(conn, &teams, wanted).await?;
    let named = wanted.named.as_ref();
    let behind = match wanted.after.filter(|_| named.is_some()) {
        None => None,
        Some(after) => match name_of(conn, after).await? {
            // Nothing is behind what does not exist.
            None => return Ok(Vec::new()),
            found => found,
        },
    };
    plan(conn, Planned::ForValues).await?;
    let ids = sqlx::query_scalar!(
        r#"select s.id
           from subscription s
           join application a on a.id = s.application_id
           join product pr on pr.id = s.product_id
           where ($1::uuid is null or $13::text is not null or s.id < $1)
             and ($2::text is null or s.state = $2)
             and ($3::uuid is null or s.application_id = $3)
             and ($4::text is null or a.slug = $4 and a.state <> 'deleted')
             and ($5::uuid is null or s.product_id = any(array(
                     select i.product_id from product_item i join api_version v on v.id = i.api_version_id where v.api_id = $5
                     union select n.id from product n where n.api_id = $5)))
             and ($6::text is null or s.product_id = any(array(
                     select n.id from product n where n.slug = $6
                     union select i.product_id from product_item i join api_version v on v.id = i.api_version_id
                                  join api n on n.id = v.api_id where n.slug = $6)))
             and ($7::uuid is null or s.environment_id = $7)
             and (not $8 or a.owner_team_id = any($9))
             and ($10::uuid[] is null or s.product_id = any(array(
                     select i.product_id from product_item i join api_version v on v.id = i.api_version_id where v.api_id = any($10)
                     union select n.id from product n where n.api_id = any($10) or n.id = any($10))))
             and (not $11 or s.state in ('pending', 'active'))
             and ($12::uuid[] is null or s.application_id = any($12))
             and ($13::text is null or a.search_name >= $13 and a.search_name < $14)
             and ($15::text is null or a.search_name > $15
                  or a.search_name = $15 and (a.id > $16 or a.id = $16 and s.id < $1))
             and ($17::uuid[] is null or array[pr.owner_team_id, pr.id, pr.api_id] && $17
                  or ($18::uuid[] is null or array[pr.owner_team_id, pr.id, pr.api_id] && $18) and a.owner_team_id = any($9))
           -- A list that nothing is looked for in has no first two keys: the planner sees that they are constant.
           order by case when $13 is not null then a.search_name end, case when $13 is not null then a.id end, s.id desc
           limit $19"#,
        wanted.after,
        wanted.state,
        wanted.application_id,
        wanted.application_slug,
        wanted.api_id,
        wanted.api_slug,
        environment,
        wanted.only_own,
        &teams,
        wanted.apis.as_deref(),
        wanted.only_open,
        applications.as_deref(),
        // From the name of the last page's end on, where the index of names then begins.
        named.map(|(from, _)| {
            let reached = behind.as_ref().map_or("", |(name, _)| name);
            from.as_str().max(reached)
        }),
        named.map(|(_, until)| until.as_str()),
        behind.as_ref().map(|(name, _)| name.as_str()),
        behind.as_ref().map(|(_, application)| *application),
        wanted.reach.as_deref(),
        wanted.reach_own.as_deref(),
        wanted.limit,
    )
    .fetch_all(&mut *conn)
    .await?;
    plan(conn, Planned::AsUsual).await?;
    Ok(ids)
}

/// The name in lower case and the id of the application of a subscription, where it still exists.
async fn name_of(
    conn: &mut PgConnection,
    subscription: Uuid,
) -> Result<Option<(String, Uuid)>, Refusal> {
    let row = sqlx::query!(
        r#"select a.search_name as "name!", a.id from subscription s join application a on a.id = s.application_id where s.id = $1"#,
        subscription,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.name, row.id)))
}

/// The teams a person is in.
async fn teams(conn: &mut PgConnection, person: Option<Uuid>) -> Result<Vec<Uuid>, Refusal> {
    let teams = sqlx::query_scalar!("select team_id from team_member where user_id = $1", person)
        .fetch_all(conn)
        .await?;
    Ok(teams)
}

async fn environment(conn: &mut PgConnection, slug: &str) -> Result<Option<Uuid>, Refusal> {
    let id = sqlx::query_scalar!("select id from environment where slug = $1", slug)
        .fetch_optional(conn)
        .await?;
    Ok(id)
}

/// How the statements of a transaction are planned from here on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Planned {
    /// As the database thinks best.
    AsUsual,
    /// For the values they are run with: with conditions that may be empty, one plan for all values reads every row of large tables.
    ForValues,
    /// Once for each connection: of twenty tables that are found by their ids, planning takes longer than reading.
    Once,
}

pub(super) async fn plan(conn: &mut PgConnection, planned: Planned) -> Result<(), Refusal> {
    let mode = match planned {
        Planned::AsUsual => "auto",
        Planned::ForValues => "force_custom_plan",
        Planned::Once => "force_generic_plan",
    };
    sqlx::query("select set_config('plan_cache_mode', $1, true)")
        .bind(mode)
        .execute(conn)
        .await?;
    Ok(())
}

/// More applications than this are not named one by one.
const FEW: i64 = 5000;

/// The applications of the person's teams, where nobody else's are wanted and they are few: few rows are found by what they
/// belong to, not by reading through everybody's. `None` where they are many; the newest of many are soon found among all.
async fn few_applications(
    conn: &mut PgConnection,
    teams: &[Uuid],
    wanted: &Wanted,
) -> Result<Option<Vec<Uuid>>, Refusal> {
    if !wanted.only_own && !wanted.reach.as_ref().is_some_and(Vec::is_empty) {
        return Ok(None);
    }
    let ids = sqlx::query_scalar!(
        "select n.id from unnest($1::uuid[]) t (id)
         cross join lateral (select id from application where owner_team_id = t.id order by created_at desc limit $2) n
         limit $2",
        teams,
        FEW + 1,
    )
    .fetch_all(conn)
    .await?;
    let few = i64::try_from(ids.len()).is_ok_and(|count| count <= FEW);
    Ok(few.then_some(ids))
}
