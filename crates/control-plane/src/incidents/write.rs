//! Opening an incident, and saying how it goes.

use std::collections::BTreeMap;

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiId, IncidentId, IncidentUpdateId, UserId};
use gatehouse_domain::incident::{
    AHEAD_DAYS_MAX, APIS_MAX, BEGAN_DAYS_MAX, IncidentImpact, IncidentState, OPEN_MAX,
    PER_HOUR_MAX, TEXT_MAX, TITLE_MAX, UPDATES_MAX,
};
use gatehouse_language::t;
use serde_json::json;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::select::{self, Sight};
use super::{IncidentView, manages};
use crate::actor::{Actor, ActorKind};
use crate::apis;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::hourly;
use crate::membership;
use crate::page::Lookup;
use crate::refusal::{Faults, Refusal};
use crate::visibility::Eyes;
use crate::work::{Changed, Work};

/// An incident to open.
#[derive(Debug, Clone)]
pub struct OpenIncident {
    /// In one line, at most [`TITLE_MAX`] characters.
    pub title: String,
    /// What it does to calls.
    pub impact: IncidentImpact,
    /// How far it is; `None`: as [`IncidentImpact::first_state`] says.
    pub state: Option<IncidentState>,
    /// What it concerns, at most [`APIS_MAX`]; none: everything the tenant offers.
    pub apis: Vec<Lookup<ApiId>>,
    /// The first update, Markdown of at most [`TEXT_MAX`] characters.
    pub text: String,
    /// When planned maintenance begins.
    pub starts_at: Option<OffsetDateTime>,
    /// When planned maintenance is to be over.
    pub ends_at: Option<OffsetDateTime>,
}

/// How an incident goes.
#[derive(Debug, Clone)]
pub struct UpdateIncident {
    /// How far it is now; [`IncidentState::Resolved`] ends it.
    pub state: IncidentState,
    /// Markdown of at most [`TEXT_MAX`] characters.
    pub text: String,
}

/// Opens an incident. Who follows an API it concerns, or has access to one, is told.
pub async fn open_incident(
    db: &Db,
    actor: &Actor,
    input: OpenIncident,
) -> Result<Changed<IncidentView>, Refusal> {
    actor.require_anywhere(Permission::IncidentManage)?;
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    let (title, text) = checked(&input, now)?;
    let state = input.state.unwrap_or(input.impact.first_state());
    let named = named(&mut work, actor, &input.apis).await?;
    let author = membership::person(work.conn(), actor).await?;
    require_pause(&mut work, author).await?;
    let number = next_number(&mut work).await?;
    let id = insert(&mut work, &input, &title, state, &named, number).await?;
    let said = say(&mut work, id, "incident.opened", author, (state, text)).await?;
    let slugs: Vec<String> = named.into_values().collect();
    work.audit(AuditEntry {
        action: "incident.open",
        subject: id.to_string(),
        after: Some(json!({
            "number": number,
            "title": title,
            "impact": input.impact,
            "state": state,
            "all_apis": slugs.is_empty(),
            "apis": slugs,
            "starts_at": moment(input.starts_at),
            "ends_at": moment(input.ends_at),
            "text": said.text,
        })),
        ..AuditEntry::default()
    });
    conclude(work, id, &said).await
}

/// Says how an incident goes. What is resolved stays so: nothing more can be said of it.
pub async fn update_incident(
    db: &Db,
    actor: &Actor,
    incident: &Lookup<IncidentId>,
    input: UpdateIncident,
) -> Result<Changed<IncidentView>, Refusal> {
    actor.require_anywhere(Permission::IncidentManage)?;
    let mut faults = Faults::default();
    let text = faults.text("/text", &input.text, TEXT_MAX);
    faults.finish()?;
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    let eyes = Eyes::of(work.conn(), actor).await?;
    let seen = select::one(work.conn(), &Sight::of_member(actor, eyes), incident).await?;
    let number = seen.number;
    if !manages(work.conn(), actor, &seen).await? {
        return Err(Refusal::Forbidden(Permission::IncidentManage));
    }
    let author = membership::person(work.conn(), actor).await?;
    // What is over may always be said to be.
    if !input.state.is_over() {
        require_pause(&mut work, author).await?;
    }
    let before = sqlx::query_scalar!(
        "select state from incident where id = $1 for no key update",
        seen.id.uuid(),
    )
    .fetch_one(work.conn())
    .await?;
    if before == IncidentState::Resolved.as_str() {
        return Err(Refusal::Conflict(t!(
            "refused-apis-incident-is-resolved-so-nothing-more",
            number = number.to_string()
        )));
    }
    require_room(&mut work, seen.id, input.state).await?;
    let resolved = input.state.is_over().then_some(now);
    sqlx::query!(
        "update incident set state = $2, resolved_at = $3 where id = $1",
        seen.id.uuid(),
        input.state.as_str(),
        resolved,
    )
    .execute(work.conn())
    .await?;
    let (action, event) = match input.state.is_over() {
        true => ("incident.resolve", "incident.resolved"),
        false => ("incident.update", "incident.updated"),
    };
    let said = say(&mut work, seen.id, event, author, (input.state, text)).await?;
    work.audit(AuditEntry {
        action,
        subject: seen.id.to_string(),
        before: Some(json!({ "number": number, "state": before })),
        after: Some(json!({ "number": number, "state": input.state, "text": said.text })),
        reason: None,
    });
    conclude(work, seen.id, &said).await
}

/// Keeps a new incident and what it concerns.
async fn insert(
    work: &mut Work<'_>,
    input: &OpenIncident,
    title: &str,
    state: IncidentState,
    named: &BTreeMap<Uuid, String>,
    number: i32,
) -> Result<IncidentId, Refusal> {
    let id: IncidentId = work.new_id();
    let (tenant, now) = (work.tenant(), work.now());
    sqlx::query!(
        "insert into incident (id, tenant_id, number, title, impact, state, all_apis, starts_at, ends_at, opened_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id.uuid(),
        tenant,
        number,
        title,
        input.impact.as_str(),
        state.as_str(),
        named.is_empty(),
        input.starts_at,
        input.ends_at,
        now,
    )
    .execute(work.conn())
    .await?;
    let ids: Vec<Uuid> = named.keys().copied().collect();
    sqlx::query!(
        "insert into incident_api (tenant_id, incident_id, api_id) select $1, $2, unnest($3::uuid[])",
        tenant,
        id.uuid(),
        &ids,
    )
    .execute(work.conn())
    .await?;
    Ok(id)
}

/// What was said, for the event of it.
struct Said {
    event: &'static str,
    text: String,
    /// Who wrote it themselves, and so need not be told. Whose access token wrote it may not know yet.
    writer: Option<UserId>,
}

/// Every fault of what is to be opened; title and text as they are kept.
fn checked(input: &OpenIncident, now: OffsetDateTime) -> Result<(String, String), Refusal> {
    let mut faults = Faults::default();
    let title = faults.text("/title", &input.title, TITLE_MAX);
    faults.require(
        !title.chars().any(char::is_control),
        "/title",
        "one_line",
        t!("refused-apis-say-it-on-one-line"),
    );
    let text = faults.text("/text", &input.text, TEXT_MAX);
    faults.require(
        input.apis.len() <= APIS_MAX,
        "/apis",
        "too_many",
        t!(
            "refused-apis-name-at-most-apis-or-none",
            apis_max = &APIS_MAX,
            apis = &input.apis.len()
        ),
    );
    faults.require(
        !input.state.is_some_and(IncidentState::is_over),
        "/state",
        "resolved",
        t!("refused-apis-open-it-first-an-update-resolves"),
    );
    let planned = input.impact == IncidentImpact::Maintenance;
    for (pointer, at) in [("/starts_at", input.starts_at), ("/ends_at", input.ends_at)] {
        faults.require(
            planned || at.is_none(),
            pointer,
            "not_planned",
            t!("refused-apis-only-maintenance-is-planned"),
        );
    }
    let (first, last) = (
        now - Duration::days(BEGAN_DAYS_MAX),
        now + Duration::days(AHEAD_DAYS_MAX),
    );
    for (pointer, at) in [("/starts_at", input.starts_at), ("/ends_at", input.ends_at)] {
        faults.require(
            !planned || at.is_none_or(|at| first <= at && at <= last),
            pointer,
            "out_of_range",
            t!("refused-apis-plan-within-ten-years"),
        );
    }
    if let Some(ends) = input.ends_at.filter(|_| planned) {
        let begins = input.starts_at.map_or(now, |starts| starts.max(now));
        faults.require(
            ends > begins,
            "/ends_at",
            "out_of_range",
            t!("refused-apis-let-it-end-in-the-future"),
        );
    }
    faults.finish()?;
    Ok((title, text))
}

/// The APIs that are named, by id with their slugs: those on which the actor manages incidents.
async fn named(
    work: &mut Work<'_>,
    actor: &Actor,
    lookups: &[Lookup<ApiId>],
) -> Result<BTreeMap<Uuid, String>, Refusal> {
    if lookups.is_empty() && !actor.may(Permission::IncidentManage) {
        return Err(Refusal::NotYours(t!(
            "refused-apis-an-incident-without-apis-concerns-everything"
        )));
    }
    let mut named = BTreeMap::new();
    for (place, lookup) in lookups.iter().enumerate() {
        let found = apis::find(work.conn(), actor, lookup, Permission::IncidentManage).await;
        let api = found.map_err(|refusal| match refusal {
            Refusal::NotFound => Refusal::unknown(format!("/apis/{place}")),
            other => other,
        })?;
        named.insert(api.id, api.slug);
    }
    Ok(named)
}

/// The number of the next incident. Whoever opens another waits until this one is there.
async fn next_number(work: &mut Work<'_>) -> Result<i32, Refusal> {
    let tenant = work.tenant();
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('incidents/' || $1::uuid::text, 0))",
        tenant
    )
    .execute(work.conn())
    .await?;
    let there = sqlx::query!(
        r#"select coalesce(max(number), 0) as "last!", count(*) filter (where resolved_at is null) as "open!" from incident"#
    )
    .fetch_one(work.conn())
    .await?;
    if there.open >= OPEN_MAX {
        return Err(Refusal::Conflict(t!(
            "refused-apis-incidents-are-open-the-most-there",
            open_max = &OPEN_MAX
        )));
    }
    Ok(there.last + 1)
}

/// Refuses an update there is no room for. The last is kept for the one that resolves the incident, so that it does not stay open.
async fn require_room(
    work: &mut Work<'_>,
    incident: IncidentId,
    state: IncidentState,
) -> Result<(), Refusal> {
    let there = sqlx::query_scalar!(
        r#"select count(*) as "count!" from incident_update where incident_id = $1"#,
        incident.uuid(),
    )
    .fetch_one(work.conn())
    .await?;
    if there < UPDATES_MAX - 1 || state.is_over() {
        return Ok(());
    }
    Err(Refusal::Conflict(t!(
        "refused-apis-an-incident-has-at-most-updates",
        updates_max = &UPDATES_MAX
    )))
}

/// Keeps an update.
async fn say(
    work: &mut Work<'_>,
    incident: IncidentId,
    event: &'static str,
    author: Option<Uuid>,
    (state, text): (IncidentState, String),
) -> Result<Said, Refusal> {
    let id: IncidentUpdateId = work.new_id();
    let (tenant, now) = (work.tenant(), work.now());
    sqlx::query!(
        "insert into incident_update (id, tenant_id, incident_id, number, state, markdown, author_id, at)
         values ($1, $2, $3, (select count(*) + 1 from incident_update where incident_id = $3), $4, $5, $6, $7)",
        id.uuid(),
        tenant,
        incident.uuid(),
        state.as_str(),
        text,
        author,
        now,
    )
    .execute(work.conn())
    .await?;
    let writer = match work.actor().kind() {
        ActorKind::User { id, .. } => Some(*id),
        ActorKind::Token { .. } | ActorKind::System => None,
    };
    Ok(Said {
        event,
        text,
        writer,
    })
}

/// Refuses somebody who said too much within the last hour, themselves or by their access tokens: each time people are mailed.
async fn require_pause(work: &mut Work<'_>, author: Option<Uuid>) -> Result<(), Refusal> {
    let Some(author) = author else { return Ok(()) };
    let now = work.now();
    hourly::one_by_one(work.conn(), author).await?;
    let oldest = sqlx::query_scalar!(
        "select at from incident_update where author_id = $1 and at > $2 order by at desc offset $3 limit 1",
        author,
        now - Duration::HOUR,
        PER_HOUR_MAX - 1,
    )
    .fetch_optional(work.conn())
    .await?;
    hourly::require_pause(oldest, now)
}

/// Emits the event of what was said, and answers the incident as the actor sees it. The event names no API: webhooks of applications
/// get it too, which may not know of all of them.
async fn conclude(
    mut work: Work<'_>,
    incident: IncidentId,
    said: &Said,
) -> Result<Changed<IncidentView>, Refusal> {
    let actor = work.actor();
    let eyes = Eyes::of(work.conn(), actor).await?;
    let sight = Sight::of_member(actor, eyes);
    let view = select::one(work.conn(), &sight, &Lookup::Id(incident)).await?;
    work.emit(
        said.event,
        view.id,
        json!({
            "incident": view.id,
            "number": view.number,
            "title": view.title,
            "impact": view.impact,
            "state": view.state,
            "all_apis": view.all_apis,
            "starts_at": moment(view.starts_at),
            "ends_at": moment(view.ends_at),
            "text": said.text,
            "actor": said.writer,
        }),
    );
    work.commit(view).await
}

/// As events and the log have it.
fn moment(at: Option<OffsetDateTime>) -> Option<String> {
    at.and_then(|at| at.format(&Rfc3339).ok())
}
