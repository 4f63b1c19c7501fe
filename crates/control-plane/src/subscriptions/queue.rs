//! The approval queue: each row carries what a decision needs, so that no second page is opened.

use std::collections::HashMap;

use gatehouse_domain::Permission;
use gatehouse_domain::approval::Judgement;
use gatehouse_domain::id::{ApiId, ApplicationId, ApprovalRequestId};
use gatehouse_domain::subscription::{RequestSide, ShownState, StoredState, SubscriptionFacts};
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::rights::Rights;
use super::risk::{self, Risk, Risks};
use super::row::{self, Row};
use super::select::{self, Planned};
use super::view::{RequestSubject, SubscriptionView};
use crate::actor::Actor;
use crate::db::Db;
use crate::page::{Listed, Lookup, Page};
use crate::plans::limits;
use crate::refs::{PersonRef, TeamRef};
use crate::refusal::Refusal;
use crate::words::known;

/// Which requests a queue has.
#[derive(Debug, Clone, Default)]
pub struct RequestFilter {
    /// About what; `None` is everything that waits.
    pub subject: Option<RequestSubject>,
    /// To one API.
    pub api: Option<Lookup<ApiId>>,
    /// In the environment with this slug.
    pub environment: Option<String>,
    /// Of one application.
    pub application: Option<Lookup<ApplicationId>>,
    /// Only those that should have been decided by now.
    pub overdue: bool,
    /// Only those somebody else asks, of which the one who looks has not answered any: what is left for them to do.
    pub for_me: bool,
}

/// One question that waits, with everything a decision needs.
#[derive(Debug, Clone, Serialize)]
pub struct RequestRow {
    /// Identity of the question.
    pub id: ApprovalRequestId,
    /// The subscription it is about.
    pub subscription: SubscriptionView,
    /// About what.
    pub subject: RequestSubject,
    /// Who asked; `None` is the program itself.
    pub requester: Option<PersonRef>,
    /// Why, in their words.
    pub reason: String,
    /// For which team.
    pub team: TeamRef,
    /// What the plan allows, in words.
    pub plan_limits: Vec<String>,
    /// What the same team has access to already: the newest, at most 20, of its newest 1000 applications.
    pub other_access: Vec<OtherAccess>,
    /// What the decision risks.
    pub risk: Risk,
    /// Messages about it, and the last of them.
    pub messages: Said,
    /// Since when it waits.
    #[serde(with = "time::serde::rfc3339")]
    pub waiting_since: OffsetDateTime,
    /// By when it should be decided.
    #[serde(with = "time::serde::rfc3339")]
    pub due_at: OffsetDateTime,
    /// Whether that has passed.
    pub overdue: bool,
    /// How long it has waited, seconds.
    pub age_s: i64,
    /// When it was passed on because nobody had decided in time.
    #[serde(with = "time::serde::rfc3339::option")]
    pub escalated_at: Option<OffsetDateTime>,
    /// What the plan's rule said of it, without acting.
    pub rule: Option<Judgement>,
}

/// What was said about a request.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Said {
    /// How many messages there are.
    pub count: i64,
    /// The last.
    pub last: Option<LastMessage>,
}

/// The last of the messages about a request.
#[derive(Debug, Clone, Serialize)]
pub struct LastMessage {
    /// Its author's name.
    pub author: String,
    /// For which side it speaks.
    pub side: RequestSide,
    /// In their words.
    pub text: String,
}

/// Access a team has.
#[derive(Debug, Clone, Serialize)]
pub struct OtherAccess {
    /// Of which application.
    pub application: String,
    /// To which API.
    pub api: String,
    /// Under which plan.
    pub plan: String,
    /// In which environment.
    pub environment: String,
    /// What it is at this moment.
    pub shown: ShownState,
}

/// Most entries of [`RequestRow::other_access`].
const OTHER_ACCESS_MAX: u8 = 20;
/// What a team has is looked for in so many of its applications, the newest.
const OTHER_APPLICATIONS_MAX: i64 = 1000;

/// Counts the questions that wait for approvers, for the navigation of the console.
pub async fn count_requests(db: &Db, actor: &Actor) -> Result<i64, Refusal> {
    actor.require_anywhere(Permission::SubscriptionRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let reach = actor.reach(&[Permission::SubscriptionRead]);
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from approval_request r
           where r.tenant_id = $1 and r.state = 'open'
             and ($2::uuid[] is null
                  or exists (select from subscription s join product p on p.id = s.product_id
                             where s.id = r.subscription_id and array[p.owner_team_id, p.id, p.api_id] && $2))"#,
        actor.tenant().uuid(),
        reach.as_deref(),
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(count)
}

/// Lists what waits for approvers: who waits longest is first, over all pages.
pub async fn list_requests(
    db: &Db,
    actor: &Actor,
    filter: &RequestFilter,
    page: &Page,
) -> Result<Listed<RequestRow>, Refusal> {
    let now = db.clock().now();
    let mut tx = db.tenant(actor.tenant()).await?;
    let rights = Rights::of(&mut tx, actor, now).await?;
    // A deputy sees what is theirs to decide.
    if !rights.decides() {
        actor.require_anywhere(Permission::SubscriptionRead)?;
    }
    let waiting = waiting(&mut tx, &rights, filter, page, now).await?;
    let ids: Vec<Uuid> = waiting.iter().map(|(_, id)| *id).collect();
    let rows = select::rows(&mut tx, rights.person, &ids).await?;
    let plans = rows.iter().map(risk::asked_plan).collect();
    let words = limits::in_words(&mut tx, plans).await?;
    let known = Known {
        words,
        others: other_access(&mut tx, &rows, now).await?,
        risks: Risks::read(&mut tx, &rows, now).await?,
        said: said(&mut tx, &rows).await?,
    };
    let rows: HashMap<Uuid, Row> = rows.into_iter().map(|row| (row.id, row)).collect();
    let mut requests = Vec::with_capacity(waiting.len());
    for (question, subscription) in waiting {
        // A deputy sees no more than whoever they stand in for decides.
        if let Some(row) = rows.get(&subscription).filter(|row| rights.may_see(row)) {
            let row = row.clone();
            requests.extend(request_row(row, question, &rights, &known, now)?);
        }
    }
    Ok(Listed::cut(requests, page, |request| request.id.uuid()))
}

/// Open questions and what they are about, oldest first. Ids grow with time, so that a page begins where the last one ended
/// whatever was decided meanwhile.
async fn waiting(
    conn: &mut PgConnection,
    rights: &Rights,
    filter: &RequestFilter,
    page: &Page,
    now: OffsetDateTime,
) -> Result<Vec<(Uuid, Uuid)>, Refusal> {
    let (api_id, api_slug) = filter.api.as_ref().map_or((None, None), Lookup::parts);
    let application = filter.application.as_ref();
    let (application_id, application_slug) = application.map_or((None, None), Lookup::parts);
    let read = rights.questions_at(Permission::SubscriptionRead);
    let decide = rights.questions_at(Permission::SubscriptionDecide);
    select::plan(conn, Planned::ForValues).await?;
    let rows = sqlx::query!(
        "select r.id, r.subscription_id
         from approval_request r
         join subscription s on s.id = r.subscription_id
         join application a on a.id = s.application_id
         join product p on p.id = s.product_id
         join environment e on e.id = s.environment_id
         where r.tenant_id = current_tenant() and r.state = 'open'
           and ($1::uuid is null or r.id > $1)
           and ($2::text is null or r.subject_type = $2)
           and ($3::uuid is null or p.id = any(array(
                   select i.product_id from product_item i join api_version v on v.id = i.api_version_id where v.api_id = $3
                   union select n.id from product n where n.api_id = $3)))
           and ($4::text is null or p.id = any(array(
                   select n.id from product n where n.slug = $4
                   union select i.product_id from product_item i join api_version v on v.id = i.api_version_id
                                join api n on n.id = v.api_id where n.slug = $4)))
           and ($5::text is null or e.slug = $5)
           and ($6::uuid[] is null or array[p.owner_team_id, p.id, p.api_id] && $6)
           and ($7::uuid is null or a.id = $7)
           and ($8::text is null or a.slug = $8 and a.state <> 'deleted')
           and (not $9 or r.due_at <= $10)
           and (not $11 or ($14::uuid[] is null or array[p.owner_team_id, p.id, p.api_id] && $14)
                and r.requested_by is distinct from $12
                and (select count(*) from approval_decision d where d.request_id = r.id and d.actor_id = $12) = 0)
         order by r.id
         limit $13",
        page.after,
        filter.subject.map(RequestSubject::as_str),
        api_id,
        api_slug,
        filter.environment.as_deref(),
        read.as_deref(),
        application_id,
        application_slug,
        filter.overdue,
        now,
        filter.for_me,
        rights.person,
        page.fetch(),
        decide.as_deref(),
    )
    .fetch_all(&mut *conn)
    .await?;
    select::plan(conn, Planned::AsUsual).await?;
    let pairs = rows.into_iter().map(|row| (row.id, row.subscription_id));
    Ok(pairs.collect())
}

/// What is read once for all rows of a page.
struct Known {
    words: HashMap<Uuid, Vec<String>>,
    others: Others,
    risks: Risks,
    said: HashMap<Uuid, Said>,
}

async fn said(conn: &mut PgConnection, rows: &[Row]) -> Result<HashMap<Uuid, Said>, Refusal> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let found = sqlx::query!(
        r#"select distinct on (m.subscription_id) m.subscription_id, m.side, m.body, u.name,
                  count(*) over (partition by m.subscription_id) as "count!"
           from subscription_message m join app_user u on u.id = m.author_id
           where m.subscription_id = any($1)
           order by m.subscription_id, m.id desc"#,
        &ids,
    )
    .fetch_all(conn)
    .await?;
    let said = found.into_iter().map(|row| {
        let last = LastMessage {
            author: row.name,
            side: known(RequestSide::parse(&row.side), &row.side)?,
            text: row.body,
        };
        let said = Said {
            count: row.count,
            last: Some(last),
        };
        Ok((row.subscription_id, said))
    });
    said.collect()
}

fn request_row(
    row: Row,
    question: Uuid,
    rights: &Rights,
    known: &Known,
    now: OffsetDateTime,
) -> Result<Option<RequestRow>, Refusal> {
    let Some(open) = row.open()?.into_iter().find(|open| open.id == question) else {
        return Ok(None);
    };
    let plan_limits = known.words.get(&risk::asked_plan(&row));
    let plan_limits = plan_limits.cloned().unwrap_or_default();
    let risk = known.risks.of(&row);
    let messages = known.said.get(&row.id).cloned().unwrap_or_default();
    let team = row.application().team;
    let other_access = known.others.get(&row.team_id).into_iter().flatten();
    let other_access = other_access
        .filter(|(id, _)| *id != row.id)
        .map(|(_, access)| access.clone())
        .take(OTHER_ACCESS_MAX.into())
        .collect();
    let subscription = row.view(rights, now)?;
    Ok(Some(RequestRow {
        id: open.id.into(),
        subject: open.subject,
        requester: row::person(open.requested_by, open.requester.as_ref()),
        reason: open.reason,
        team,
        plan_limits,
        other_access,
        risk,
        messages,
        waiting_since: open.created_at,
        due_at: open.due_at,
        overdue: now >= open.due_at,
        age_s: (now - open.created_at).whole_seconds().max(0),
        escalated_at: open.escalated_at,
        rule: open.rule,
        subscription,
    }))
}

/// What the teams of `rows` have, by team and with the subscription it is.
type Others = HashMap<Uuid, Vec<(Uuid, OtherAccess)>>;

async fn other_access(
    conn: &mut PgConnection,
    rows: &[Row],
    now: OffsetDateTime,
) -> Result<Others, Refusal> {
    let mut teams: Vec<Uuid> = rows.iter().map(|row| row.team_id).collect();
    teams.sort_unstable();
    teams.dedup();
    // One more of each than is told: the request itself may be among them.
    let found = sqlx::query!(
        r#"select o.id, t.id as "team_id!", a.name as application, pr.name as api, p.name as plan, e.slug as environment,
                  o.state, o.starts_at, o.ends_at, o.provider_hold_at, o.consumer_hold_at
           from unnest($1::uuid[]) t (id)
           cross join lateral (
               select s.* from (select id from application where owner_team_id = t.id order by created_at desc limit $3) n
               join subscription s on s.application_id = n.id
               where s.state in ('pending', 'active')
               order by s.id desc limit $2) o
           join application a on a.id = o.application_id
           join product pr on pr.id = o.product_id
           join plan p on p.id = o.plan_id
           join environment e on e.id = o.environment_id
           order by o.id desc"#,
        &teams,
        i64::from(OTHER_ACCESS_MAX) + 1,
        OTHER_APPLICATIONS_MAX,
    )
    .fetch_all(conn)
    .await?;
    let mut others = Others::new();
    for other in found {
        let facts = SubscriptionFacts {
            state: known(StoredState::parse(&other.state), &other.state)?,
            ended_reason: None,
            provider_hold: other.provider_hold_at.is_some(),
            consumer_hold: other.consumer_hold_at.is_some(),
            starts_at: other.starts_at,
            ends_at: other.ends_at,
        };
        let access = OtherAccess {
            application: other.application,
            api: other.api,
            plan: other.plan,
            environment: other.environment,
            shown: facts.shown(now),
        };
        others
            .entry(other.team_id)
            .or_default()
            .push((other.id, access));
    }
    Ok(others)
}
