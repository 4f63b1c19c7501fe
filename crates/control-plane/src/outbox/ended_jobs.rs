//! Who is told that long work came to its end: whoever asked for it, unless they stopped it.

use gatehouse_domain::id::UserId;
use gatehouse_domain::job::{JobKind, JobState};
use gatehouse_language::t;
use serde::Deserialize;
use sqlx::postgres::PgConnection;

use super::deliveries::{notice, payload};
use super::recipients;
use super::{Delivery, Event};
use crate::refusal::Refusal;

#[derive(Deserialize)]
struct Ended {
    kind: JobKind,
    subject: String,
    state: JobState,
    error: Option<String>,
    requested_by: Option<UserId>,
}

pub(super) async fn of(conn: &mut PgConnection, event: &Event) -> Result<Vec<Delivery>, Refusal> {
    let ended: Ended = payload(event)?;
    let Some(person) = ended.requested_by else {
        return Ok(Vec::new());
    };
    let subject = &ended.subject;
    let title = match (ended.kind, ended.state) {
        (JobKind::TenantExport, JobState::Done) => t!("emails-export-done"),
        (JobKind::TenantExport, JobState::Failed) => t!("emails-export-failed"),
        (JobKind::SpecPublish, JobState::Done) => t!("emails-publish-done", subject = subject),
        (JobKind::SpecPublish, JobState::Failed) => t!("emails-publish-failed", subject = subject),
        (JobKind::Decisions, JobState::Done) => t!("emails-decisions-done"),
        (JobKind::Decisions, JobState::Failed) => t!("emails-decisions-failed"),
        _ => return Ok(Vec::new()),
    };
    let body = ended.error.unwrap_or(ended.subject);
    let link = format!("/console/jobs/{}", event.subject);
    let person = recipients::member(conn, event.tenant_id, person.uuid()).await?;
    let told = person
        .into_iter()
        .map(|person| notice(person, &title, &body, &link));
    Ok(told.collect())
}
