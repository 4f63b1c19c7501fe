//! The one statement that reads subscriptions, for verbs, lists and queues alike.

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::row::Row;
use crate::refusal::Refusal;

/// Which rows are read. Empty conditions hold for every row; the person only colours what they see.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub(super) id: Option<Uuid>,
    /// Only those of applications whose name in lower case lies from the one to before the other.
    pub(super) named: Option<(String, String)>,
    /// Only these.
    pub(super) ids: Option<Vec<Uuid>>,
    pub(super) after: Option<Uuid>,
    pub(super) state: Option<&'static str>,
    pub(super) application_id: Option<Uuid>,
    pub(super) application_slug: Option<String>,
    pub(super) api_id: Option<Uuid>,
    pub(super) api_slug: Option<String>,
    pub(super) environment_slug: Option<String>,
    /// Only those with a question of this kind open.
    pub(super) open_subject: Option<&'static str>,
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
    /// Only those of applications these teams own.
    pub(super) teams: Option<Vec<Uuid>>,
    /// Those with a question of any kind open, instead of `open_subject`'s.
    pub(super) any_subject: bool,
    pub(super) limit: i64,
}

/// Reads subscriptions, newest first.
pub(super) async fn list(
    conn: &mut PgConnection,
    person: Option<Uuid>,
    wanted: &Wanted,
) -> Result<Vec<Row>, Refusal> {
    let applications = few_applications(conn, person, wanted).await?;
    let environment = match &wanted.environment_slug {
        None => None,
        // By its id, which an index of subscriptions knows; nothing is in one that does not exist.
        Some(slug) => Some(environment(conn, slug).await?.unwrap_or_default()),
    };
    let named = wanted.named.as_ref();
    plan_for_values(conn).await?;
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
           where ($2::uuid is null or s.id = $2)
             and ($3::uuid is null or s.id < $3)
             and ($4::text is null or s.state = $4)
             and ($5::uuid is null or s.application_id = $5)
             and ($6::text is null or a.slug = $6 and a.state <> 'deleted')
             and ($7::uuid is null or s.product_id = any(array(
                     select i.product_id from product_item i join api_version v on v.id = i.api_version_id where v.api_id = $7
                     union select n.id from product n where n.api_id = $7)))
             and ($8::text is null or s.product_id = any(array(
                     select n.id from product n where n.slug = $8
                     union select i.product_id from product_item i join api_version v on v.id = i.api_version_id
                                  join api n on n.id = v.api_id where n.slug = $8)))
             and ($9::uuid is null or s.environment_id = $9)
             and ($10::text is null or exists (select from approval_request r
                                               where r.subscription_id = s.id and r.state = 'open' and ($15 or r.subject_type = $10)))
             and (not $11 or exists (select from team_member m where m.team_id = a.owner_team_id and m.user_id = $1))
             and ($12::uuid[] is null or s.product_id = any(array(
                     select i.product_id from product_item i join api_version v on v.id = i.api_version_id where v.api_id = any($12)
                     union select n.id from product n where n.api_id = any($12) or n.id = any($12))))
             and (not $13 or s.state in ('pending', 'active'))
             and ($14::uuid[] is null or a.owner_team_id = any($14))
             and ($17::uuid[] is null or array[pr.owner_team_id, pr.id, pr.api_id] && $17
                  or ($18::uuid[] is null or array[pr.owner_team_id, pr.id, pr.api_id] && $18)
                     and exists (select from team_member m where m.team_id = a.owner_team_id and m.user_id = $1))
             and ($19::uuid[] is null or s.id = any($19))
             and ($20::uuid[] is null or s.application_id = any($20))
             and ($21::text is null or a.search_name >= $21 and a.search_name < $22)
           order by s.id desc
           limit $16"#,
        person,
        wanted.id,
        wanted.after,
        wanted.state,
        wanted.application_id,
        wanted.application_slug,
        wanted.api_id,
        wanted.api_slug,
        environment,
        wanted.open_subject,
        wanted.only_own,
        wanted.apis.as_deref(),
        wanted.only_open,
        wanted.teams.as_deref(),
        wanted.any_subject,
        wanted.limit,
        wanted.reach.as_deref(),
        wanted.reach_own.as_deref(),
        wanted.ids.as_deref(),
        applications.as_deref(),
        named.map(|(from, _)| from.as_str()),
        named.map(|(_, until)| until.as_str()),
    )
    .fetch_all(&mut *conn)
    .await?;
    Ok(rows)
}

async fn environment(conn: &mut PgConnection, slug: &str) -> Result<Option<Uuid>, Refusal> {
    let id = sqlx::query_scalar!("select id from environment where slug = $1", slug)
        .fetch_optional(conn)
        .await?;
    Ok(id)
}

/// Lets statements whose conditions may be empty be planned for the values they are run with: one plan for all of them reads
/// every row of large tables. Until the transaction ends.
pub(super) async fn plan_for_values(conn: &mut PgConnection) -> Result<(), Refusal> {
    sqlx::query_scalar!("select set_config('plan_cache_mode', 'force_custom_plan', true)")
        .fetch_one(conn)
        .await?;
    Ok(())
}

/// More applications than this are not named one by one.
const FEW: i64 = 5000;

/// The applications that can be in the list, where they are few: few rows are found by what they belong to, not by reading
/// through everybody's. `None` where they are many; the newest of many are soon found among all.
async fn few_applications(
    conn: &mut PgConnection,
    person: Option<Uuid>,
    wanted: &Wanted,
) -> Result<Option<Vec<Uuid>>, Refusal> {
    if wanted.id.is_some() || wanted.ids.is_some() {
        return Ok(None);
    }
    let only_own = wanted.only_own || wanted.reach.as_ref().is_some_and(Vec::is_empty);
    let ids = if only_own {
        sqlx::query_scalar!(
            "select a.id from team_member m join application a on a.owner_team_id = m.team_id where m.user_id = $1 limit $2",
            person,
            FEW + 1,
        )
        .fetch_all(conn)
        .await?
    } else if let Some((from, until)) = &wanted.named {
        sqlx::query_scalar!(
            "select id from application where search_name >= $1 and search_name < $2 limit $3",
            from.as_str(),
            until.as_str(),
            FEW + 1,
        )
        .fetch_all(conn)
        .await?
    } else {
        return Ok(None);
    };
    let few = i64::try_from(ids.len()).is_ok_and(|count| count <= FEW);
    Ok(few.then_some(ids))
}
