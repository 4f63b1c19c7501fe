//! The approval queue: each row carries what a decision needs, so that no second page is opened.

use std::collections::HashMap;

use gatehouse_domain::Permission;
use gatehouse_domain::id::ApiId;
use gatehouse_domain::subscription::ShownState;
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::rights::Rights;
use super::row::{self, Open, Row};
use super::select::{self, Wanted};
use super::view::{RequestSubject, SubscriptionView};
use crate::actor::Actor;
use crate::db::Db;
use crate::page::{Listed, Lookup, Page};
use crate::plans::limits;
use crate::refs::{PersonRef, TeamRef};
use crate::refusal::Refusal;

/// Which requests a queue has.
#[derive(Debug, Clone, Default)]
pub struct RequestFilter {
    /// About what; `None` is everything that waits.
    pub subject: Option<RequestSubject>,
    /// To one API.
    pub api: Option<Lookup<ApiId>>,
    /// In the environment with this slug.
    pub environment: Option<String>,
}

/// One question that waits, with everything a decision needs.
#[derive(Debug, Clone, Serialize)]
pub struct RequestRow {
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
    /// What the same team has access to already.
    pub other_access: Vec<OtherAccess>,
    /// Since when it waits.
    #[serde(with = "time::serde::rfc3339")]
    pub waiting_since: OffsetDateTime,
    /// By when it should be decided.
    #[serde(with = "time::serde::rfc3339")]
    pub due_at: OffsetDateTime,
    /// Whether that has passed.
    pub overdue: bool,
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
const OTHER_ACCESS_MAX: usize = 20;

/// Counts the questions that wait for approvers, for the navigation of the console.
pub async fn count_requests(db: &Db, actor: &Actor) -> Result<i64, Refusal> {
    actor.require(Permission::SubscriptionRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from approval_request where tenant_id = $1 and state = 'open'"#,
        actor.tenant().uuid(),
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(count)
}

/// Lists what waits for approvers, newest first.
pub async fn list_requests(
    db: &Db,
    actor: &Actor,
    filter: &RequestFilter,
    page: &Page,
) -> Result<Listed<RequestRow>, Refusal> {
    actor.require(Permission::SubscriptionRead)?;
    let now = db.clock().now();
    let mut tx = db.tenant(actor.tenant()).await?;
    let rights = Rights::of(&mut tx, actor).await?;
    let (api_id, api_slug) = filter.api.as_ref().map_or((None, None), Lookup::parts);
    let wanted = Wanted {
        after: page.after,
        api_id,
        api_slug: api_slug.map(str::to_owned),
        environment_slug: filter.environment.clone(),
        open_subject: Some(
            filter
                .subject
                .unwrap_or(RequestSubject::Subscription)
                .as_str(),
        ),
        any_subject: filter.subject.is_none(),
        apis: rights.apis().cloned(),
        limit: page.fetch(),
        ..Wanted::default()
    };
    let rows = select::list(&mut tx, rights.person, &wanted).await?;
    let plans = rows
        .iter()
        .map(|row| row.wanted_plan_id.unwrap_or(row.plan_id))
        .collect();
    let words = limits::in_words(&mut tx, plans).await?;
    let others = other_access(&mut tx, &rows, now).await?;
    let mut requests = Vec::with_capacity(rows.len());
    for row in rows {
        requests.extend(request_row(row, &rights, filter, &words, &others, now)?);
    }
    Ok(Listed::cut(requests, page, |request| {
        request.subscription.id.uuid()
    }))
}

fn request_row(
    row: Row,
    rights: &Rights,
    filter: &RequestFilter,
    words: &HashMap<Uuid, Vec<String>>,
    others: &Others,
    now: OffsetDateTime,
) -> Result<Option<RequestRow>, Refusal> {
    let wanted = |open: &Open| filter.subject.is_none_or(|subject| subject == open.subject);
    let Some(open) = row.open()?.into_iter().find(wanted) else {
        return Ok(None);
    };
    let plan = row.wanted_plan_id.unwrap_or(row.plan_id);
    let team = row.application().team;
    let other_access = others.get(&row.team_id).into_iter().flatten();
    let other_access = other_access
        .filter(|(id, _)| *id != row.id)
        .map(|(_, access)| access.clone())
        .take(OTHER_ACCESS_MAX)
        .collect();
    let subscription = row.view(rights, now)?;
    Ok(Some(RequestRow {
        subject: open.subject,
        requester: row::person(open.requested_by, open.requester.as_ref()),
        reason: open.reason,
        team,
        plan_limits: words.get(&plan).cloned().unwrap_or_default(),
        other_access,
        waiting_since: open.created_at,
        due_at: open.due_at,
        overdue: now >= open.due_at,
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
    let wanted = Wanted {
        teams: Some(rows.iter().map(|row| row.team_id).collect()),
        only_open: true,
        limit: 1000,
        ..Wanted::default()
    };
    let mut others = Others::new();
    for other in select::list(conn, None, &wanted).await? {
        let shown = other.facts()?.shown(now);
        let access = OtherAccess {
            application: other.application_name,
            api: other.api_name,
            plan: other.plan_name,
            environment: other.environment_slug,
            shown,
        };
        others
            .entry(other.team_id)
            .or_default()
            .push((other.id, access));
    }
    Ok(others)
}
