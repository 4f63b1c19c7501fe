//! Who is told of what the publish gate decides.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiVersionId, UserId};
use gatehouse_language::t;
use serde::Deserialize;
use sqlx::postgres::PgConnection;

use super::deliveries::{application_path, notice, payload};
use super::recipients;
use super::{Delivery, Event};
use crate::refusal::Refusal;

#[derive(Debug, Deserialize)]
struct NamedApi {
    slug: String,
    name: String,
}

#[derive(Debug, Deserialize)]
struct BreakingPayload {
    api: NamedApi,
    version: String,
    breaking: usize,
    calls: u64,
    days: u16,
}

/// The team of an application whose calls a published description breaks.
pub(super) async fn callers_broken(
    conn: &mut PgConnection,
    event: &Event,
) -> Result<Vec<Delivery>, Refusal> {
    let payload: BreakingPayload = payload(event)?;
    let Some((id, name)) = recipients::application_of(conn, event).await? else {
        return Ok(Vec::new());
    };
    let title = t!(
        "emails-breaks-calls",
        api = &payload.api.name,
        version = &payload.version,
        name = &name
    );
    let body = t!(
        "emails-breaks-calls-body",
        changes = &t!("emails-breaking-changes", count = payload.breaking),
        name = &name,
        calls = &t!("count-call", count = payload.calls),
        days = &t!("emails-days", count = payload.days)
    );
    let link = application_path(id);
    let team = recipients::team_of(conn, event.tenant_id, id.uuid(), None, None).await?;
    let told = team
        .into_iter()
        .map(|person| notice(person, &title, &body, &link));
    Ok(told.collect())
}

#[derive(Debug, Deserialize)]
struct RevisionPayload {
    api: NamedApi,
    version: String,
    revision: i32,
    #[serde(default)]
    breaking: usize,
    #[serde(default)]
    not_compared: usize,
    #[serde(default)]
    applications: usize,
    #[serde(default)]
    reason: String,
    actor: Option<UserId>,
}

/// The team of the API, and those who can accept what was refused, or whoever waited for that; not who did it.
pub(super) async fn revision_judged(
    conn: &mut PgConnection,
    event: &Event,
) -> Result<Vec<Delivery>, Refusal> {
    let payload: RevisionPayload = payload(event)?;
    let version: ApiVersionId = event.subject.parse().map_err(anyhow::Error::from)?;
    let name = format!("{} {}", payload.api.name, payload.version);
    let number = payload.revision;
    let (title, body, may) = if event.kind == "spec.rejected" {
        let breaking = t!("emails-breaking-changes", count = payload.breaking);
        let applications = t!(
            "emails-applications-concerned",
            count = payload.applications
        );
        let body = match payload.not_compared {
            0 => format!("{breaking}; {applications}"),
            gaps => {
                let gaps = t!("emails-parts-not-compared", count = gaps);
                format!("{breaking}, {gaps}; {applications}")
            }
        };
        (
            t!(
                "emails-revision-waits",
                name = &name,
                number = number.to_string()
            ),
            body,
            Permission::SubscriptionDecide,
        )
    } else {
        (
            t!(
                "emails-revision-accepted",
                name = &name,
                number = number.to_string()
            ),
            t!("emails-can-be-published", reason = &payload.reason),
            Permission::SpecPublish,
        )
    };
    let link = format!(
        "/console/apis/{}/versions/{}?revision={number}",
        payload.api.slug, payload.version
    );
    let actor = payload.actor.map(UserId::uuid);
    let people = recipients::keepers(conn, event.tenant_id, version.uuid(), may, actor).await?;
    let told = people
        .into_iter()
        .map(|person| notice(person, &title, &body, &link));
    Ok(told.collect())
}
