//! Endpoints and deliveries as people see them: never a secret.

use gatehouse_domain::id::{ApplicationId, EventId, TeamId, WebhookDeliveryId, WebhookEndpointId};
use gatehouse_domain::webhook::{DeliveryState, EndpointState};
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::DeliveryFilter;
use crate::page::Page;
use crate::refs::PersonRef;
use crate::refusal::Refusal;
use crate::words::known;

/// Where events are sent.
#[derive(Debug, Clone, Serialize)]
pub struct WebhookView {
    /// Identity.
    pub id: WebhookEndpointId,
    /// For people.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// The team whose applications' events it gets.
    pub team: Option<TeamId>,
    /// The application whose events it gets; without either, every event of the tenant.
    pub application: Option<ApplicationId>,
    /// Types, or groups such as `subscription.*`; empty is every type.
    pub types: Vec<String>,
    /// Whether events are sent.
    pub state: EndpointState,
    /// Why it was disabled.
    pub disabled_reason: Option<String>,
    /// Since when every attempt failed.
    #[serde(with = "time::serde::rfc3339::option")]
    pub failing_since: Option<OffsetDateTime>,
    /// Failed attempts since the last that succeeded.
    pub failures: i32,
    /// When a message was last taken.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_success_at: Option<OffsetDateTime>,
    /// Until when messages are signed with the secret before, too.
    #[serde(with = "time::serde::rfc3339::option")]
    pub previous_secret_until: Option<OffsetDateTime>,
    /// Who made it; `None` is the program itself.
    pub created_by: Option<PersonRef>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// For If-Match.
    pub row_version: i32,
}

/// One event on its way to one endpoint.
#[derive(Debug, Clone, Serialize)]
pub struct DeliveryView {
    /// Identity.
    pub id: WebhookDeliveryId,
    /// The event; receivers find it in `webhook-id`.
    pub event: EventId,
    /// The event's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// How far it is.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i32,
    /// When it is tried next, while it is.
    #[serde(with = "time::serde::rfc3339::option")]
    pub next_at: Option<OffsetDateTime>,
    /// The last answer's status.
    pub status: Option<i32>,
    /// What went wrong last.
    pub error: Option<String>,
    /// When the event was made ready for the endpoint.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was delivered or given up.
    #[serde(with = "time::serde::rfc3339::option")]
    pub finished_at: Option<OffsetDateTime>,
}

/// One delivery with every attempt, oldest first.
#[derive(Debug, Clone, Serialize)]
pub struct DeliveryDetail {
    /// The delivery.
    #[serde(flatten)]
    pub delivery: DeliveryView,
    /// What is sent.
    pub body: serde_json::Value,
    /// The last 50 attempts.
    pub log: Vec<AttemptView>,
}

/// One attempt.
#[derive(Debug, Clone, Serialize)]
pub struct AttemptView {
    /// Which one, from 1.
    pub number: i32,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// How long it took, in milliseconds.
    pub duration_ms: i32,
    /// The answer's status; `None` when there was no answer.
    pub status: Option<i32>,
    /// What went wrong.
    pub error: Option<String>,
    /// The beginning of the answer.
    pub answer: String,
}

/// Reads one endpoint of the tenant.
pub(super) async fn read(conn: &mut PgConnection, id: Uuid) -> Result<WebhookView, Refusal> {
    let page = Page {
        limit: 1,
        after: None,
    };
    select(conn, Some(id), None, None, &page)
        .await?
        .into_iter()
        .next()
        .ok_or(Refusal::NotFound)
}

/// Lists endpoints, newest first: every one, or those of a person's teams; of every application, or of one.
pub(super) async fn list(
    conn: &mut PgConnection,
    person: Option<Uuid>,
    application: Option<Uuid>,
    page: &Page,
) -> Result<Vec<WebhookView>, Refusal> {
    select(conn, None, person, application, page).await
}

async fn select(
    conn: &mut PgConnection,
    id: Option<Uuid>,
    person: Option<Uuid>,
    application: Option<Uuid>,
    page: &Page,
) -> Result<Vec<WebhookView>, Refusal> {
    let rows = sqlx::query!(
        r#"select w.id, w.name, w.url, w.team_id, w.application_id, w.types, w.state, w.disabled_reason, w.failing_since, w.failures,
                  w.last_success_at, w.prev_secret_until, w.created_by, u.name as "created_name?", w.created_at, w.row_version
           from webhook_endpoint w
           left join app_user u on u.id = w.created_by
           left join application a on a.tenant_id = w.tenant_id and a.id = w.application_id
           where ($1::uuid is null or w.id = $1)
             and ($2::uuid is null or w.id < $2)
             and ($5::uuid is null or w.application_id = $5)
             and ($3::uuid is null or exists (select from team_member m where m.tenant_id = w.tenant_id and m.user_id = $3
                                                and m.team_id = coalesce(w.team_id, a.owner_team_id)))
           order by w.id desc limit $4"#,
        id,
        page.after,
        person,
        page.fetch(),
        application,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(WebhookView {
                id: row.id.into(),
                name: row.name,
                url: row.url,
                team: row.team_id.map(TeamId::from_uuid),
                application: row.application_id.map(ApplicationId::from_uuid),
                types: row.types,
                state: known(EndpointState::parse(&row.state), &row.state)?,
                disabled_reason: row.disabled_reason,
                failing_since: row.failing_since,
                failures: row.failures,
                last_success_at: row.last_success_at,
                previous_secret_until: row.prev_secret_until,
                created_by: row
                    .created_by
                    .zip(row.created_name)
                    .map(|(id, name)| PersonRef {
                        id: id.into(),
                        name,
                    }),
                created_at: row.created_at,
                row_version: row.row_version,
            })
        })
        .collect()
}

/// Lists an endpoint's deliveries, newest first.
pub(super) async fn deliveries(
    conn: &mut PgConnection,
    endpoint: Uuid,
    one: Option<Uuid>,
    filter: &DeliveryFilter,
    page: &Page,
) -> Result<Vec<DeliveryView>, Refusal> {
    let rows = sqlx::query!(
        "select id, event_id, type as kind, state, attempts, next_at, status, error, created_at, finished_at
         from webhook_delivery
         where endpoint_id = $1 and ($2::uuid is null or id < $2) and ($3::text is null or state = $3)
           and ($4::text is null or type = $4) and ($5::uuid is null or id = $5)
         order by id desc limit $6",
        endpoint,
        page.after,
        filter.state.map(DeliveryState::as_str),
        filter.kind,
        one,
        page.fetch(),
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let state = known(DeliveryState::parse(&row.state), &row.state)?;
            let waits = matches!(state, DeliveryState::Pending | DeliveryState::Failed);
            Ok(DeliveryView {
                id: row.id.into(),
                event: row.event_id.into(),
                kind: row.kind,
                state,
                attempts: row.attempts,
                next_at: waits.then_some(row.next_at),
                status: row.status,
                error: row.error,
                created_at: row.created_at,
                finished_at: row.finished_at,
            })
        })
        .collect()
}

/// The last attempts of a delivery, oldest first.
pub(super) async fn attempts(
    conn: &mut PgConnection,
    delivery: Uuid,
) -> Result<Vec<AttemptView>, Refusal> {
    let mut log = sqlx::query_as!(
        AttemptView,
        "select number, at, duration_ms, status, error, answer from webhook_attempt
         where delivery_id = $1 order by id desc limit 50",
        delivery,
    )
    .fetch_all(conn)
    .await?;
    log.reverse();
    Ok(log)
}
