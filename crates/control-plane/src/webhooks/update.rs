//! Changing, stopping and removing endpoints.

use gatehouse_domain::id::WebhookEndpointId;
use gatehouse_language::t;
use gatehouse_runtime::egress::Egress;
use serde_json::json;

use super::view::{self, WebhookView};
use super::{PARKED, judge_types, judge_url, lock, recorded, require_manager};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::refusal::{Faults, Refusal};
use crate::words::{in_state, require_version};
use crate::work::{Changed, Work};

/// What may change about an endpoint; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct UpdateWebhook {
    /// 1 to 80 characters.
    pub name: Option<String>,
    /// `http` or `https`.
    pub url: Option<String>,
    /// Types or groups; empty is every type.
    pub types: Option<Vec<String>>,
}

/// Changes an endpoint. What waits for it goes to the new address.
pub async fn update_webhook(
    db: &Db,
    actor: &Actor,
    egress: &Egress,
    id: WebhookEndpointId,
    expected: Option<i32>,
    input: UpdateWebhook,
) -> Result<Changed<WebhookView>, Refusal> {
    require_manager(actor)?;
    let mut faults = Faults::default();
    let name = input.name.map(|name| faults.text("/name", &name, 80));
    let url = input.url.map(|url| judge_url(egress, &url, &mut faults));
    let types = input.types.map(|types| judge_types(&types, &mut faults));
    faults.finish()?;
    let mut work = Work::begin(db, actor).await?;
    let row = lock(work.conn(), id).await?;
    row.require(work.conn(), actor).await?;
    require_version(expected, row.row_version)?;
    let before = view::read(work.conn(), row.id).await?;
    sqlx::query!(
        "update webhook_endpoint set name = coalesce($2, name), url = coalesce($3, url), types = coalesce($4, types),
                row_version = row_version + 1
         where id = $1",
        row.id,
        name,
        url,
        types.as_deref(),
    )
    .execute(work.conn())
    .await?;
    let view = view::read(work.conn(), row.id).await?;
    work.audit(AuditEntry {
        action: "webhook.update",
        subject: id.to_string(),
        before: Some(recorded(&before)),
        after: Some(recorded(&view)),
        ..AuditEntry::default()
    });
    work.commit(view).await
}

/// Holds an endpoint's events back until it is resumed.
pub async fn pause_webhook(
    db: &Db,
    actor: &Actor,
    id: WebhookEndpointId,
) -> Result<Changed<WebhookView>, Refusal> {
    require_manager(actor)?;
    let mut work = Work::begin(db, actor).await?;
    let row = lock(work.conn(), id).await?;
    row.require(work.conn(), actor).await?;
    if row.state != "active" {
        return Err(Refusal::Conflict(t!(
            "refused-apis-this-webhook-is-already",
            state = &in_state(row.state)
        )));
    }
    sqlx::query!(
        "update webhook_endpoint set state = 'paused', row_version = row_version + 1 where id = $1",
        row.id
    )
    .execute(work.conn())
    .await?;
    sqlx::query!(
        "update webhook_delivery set next_at = $2 where endpoint_id = $1 and state in ('pending', 'failed')",
        row.id,
        PARKED,
    )
    .execute(work.conn())
    .await?;
    let view = view::read(work.conn(), row.id).await?;
    work.audit(AuditEntry {
        action: "webhook.pause",
        subject: id.to_string(),
        after: Some(json!({ "state": view.state })),
        ..AuditEntry::default()
    });
    work.commit(view).await
}

/// Sends to an endpoint again, after a pause or after it was disabled. What waited during a pause is sent now; what was given up
/// stays so until it is asked for.
pub async fn resume_webhook(
    db: &Db,
    actor: &Actor,
    id: WebhookEndpointId,
) -> Result<Changed<WebhookView>, Refusal> {
    require_manager(actor)?;
    let mut work = Work::begin(db, actor).await?;
    let row = lock(work.conn(), id).await?;
    row.require(work.conn(), actor).await?;
    if row.state == "active" {
        return Err(Refusal::Conflict(t!(
            "refused-apis-this-webhook-is-active-already"
        )));
    }
    let now = work.now();
    sqlx::query!(
        "update webhook_endpoint
         set state = 'active', disabled_reason = null, failing_since = null, failures = 0, row_version = row_version + 1
         where id = $1",
        row.id,
    )
    .execute(work.conn())
    .await?;
    sqlx::query!(
        "update webhook_delivery set next_at = $2, since = $2 where endpoint_id = $1 and state in ('pending', 'failed')",
        row.id,
        now,
    )
    .execute(work.conn())
    .await?;
    let view = view::read(work.conn(), row.id).await?;
    work.audit(AuditEntry {
        action: "webhook.resume",
        subject: id.to_string(),
        before: Some(json!({ "state": row.state })),
        after: Some(json!({ "state": view.state })),
        reason: None,
    });
    work.commit(view).await
}

/// Removes an endpoint with everything that waits for it and its log.
pub async fn delete_webhook(
    db: &Db,
    actor: &Actor,
    id: WebhookEndpointId,
    expected: Option<i32>,
) -> Result<Changed<()>, Refusal> {
    require_manager(actor)?;
    let mut work = Work::begin(db, actor).await?;
    let row = lock(work.conn(), id).await?;
    row.require(work.conn(), actor).await?;
    require_version(expected, row.row_version)?;
    let before = view::read(work.conn(), row.id).await?;
    sqlx::query!("delete from webhook_endpoint where id = $1", row.id)
        .execute(work.conn())
        .await?;
    work.audit(AuditEntry {
        action: "webhook.delete",
        subject: id.to_string(),
        before: Some(recorded(&before)),
        ..AuditEntry::default()
    });
    work.commit(()).await
}
