//! Who is told that long work came to its end: whoever asked for it, unless they stopped it.

use gatehouse_domain::id::UserId;
use gatehouse_domain::job::{JobKind, JobState};
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
    let what = match ended.kind {
        JobKind::TenantExport => "The export",
        JobKind::SpecPublish => "Publishing",
        JobKind::Decisions => "Deciding",
    };
    let how = match ended.state {
        JobState::Done => "is done",
        JobState::Failed => "failed",
        _ => return Ok(Vec::new()),
    };
    let title = match ended.kind {
        JobKind::SpecPublish => format!("{what} {} {how}", ended.subject),
        _ => format!("{what} {how}"),
    };
    let body = ended.error.unwrap_or(ended.subject);
    let link = format!("/console/jobs/{}", event.subject);
    let person = recipients::member(conn, event.tenant_id, person.uuid()).await?;
    let told = person
        .into_iter()
        .map(|person| notice(person, &title, &body, &link));
    Ok(told.collect())
}
