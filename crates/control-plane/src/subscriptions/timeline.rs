//! What happened to a subscription, told to both sides.

use gatehouse_domain::id::SubscriptionId;
use serde::Serialize;
use time::OffsetDateTime;

use super::rights::Rights;
use super::row;
use crate::actor::Actor;
use crate::db::Db;
use crate::refusal::Refusal;

/// One thing that happened. Addresses and request ids stay in the audit log.
#[derive(Debug, Clone, Serialize)]
pub struct TimelineEntry {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What, such as `subscription.approve`.
    pub action: String,
    /// Who, by the name they had then.
    pub actor_name: String,
    /// Why, in their words.
    pub reason: Option<String>,
    /// What it was afterwards.
    pub after: Option<serde_json::Value>,
}

/// Tells the story of a subscription, oldest first.
pub async fn timeline(
    db: &Db,
    actor: &Actor,
    id: SubscriptionId,
) -> Result<Vec<TimelineEntry>, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let rights = Rights::of(&mut tx, actor, db.clock().now()).await?;
    row::find(&mut tx, rights.person, id.uuid())
        .await?
        .filter(|row| rights.may_see(row))
        .ok_or(Refusal::NotFound)?;
    let entries = sqlx::query_as!(
        TimelineEntry,
        "select at, action, actor_name, reason, after from audit_log where subject = $1 order by seq limit 500",
        id.to_string(),
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(entries)
}
