//! Sending again what was given up or lost, and a message to try an endpoint out.

use gatehouse_domain::id::{EventId, WebhookDeliveryId, WebhookEndpointId};
use gatehouse_domain::webhook::DeliveryState;
use gatehouse_language::t;
use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::view::{self, DeliveryView};
use super::{DeliveryFilter, Row, lock, require_manager};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::Page;
use crate::refusal::Refusal;
use crate::words::in_state;
use crate::work::{Changed, Work};

/// Most deliveries sent again by one request.
const AT_ONCE: i64 = 1_000;

/// Which deliveries to send again.
#[derive(Debug, Clone, Copy)]
pub struct Redeliver {
    /// Only what was made ready at or after this moment.
    pub since: OffsetDateTime,
    /// What was delivered already, too: for a receiver that lost it.
    pub delivered_too: bool,
}

/// What will be sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Redelivered {
    /// How many deliveries.
    pub deliveries: u64,
    /// Whether there are more: ask again.
    pub more: bool,
}

fn require_active(row: &Row) -> Result<(), Refusal> {
    match row.state.as_str() {
        "active" => Ok(()),
        state => Err(Refusal::Conflict(t!(
            "refused-apis-this-webhook-is-resume-it-first",
            state = &in_state(state)
        ))),
    }
}

/// Sends one delivery again, with the same id: a receiver that has it already can tell.
pub async fn redeliver(
    db: &Db,
    actor: &Actor,
    id: WebhookEndpointId,
    delivery: WebhookDeliveryId,
) -> Result<Changed<DeliveryView>, Refusal> {
    require_manager(actor)?;
    let mut work = Work::begin(db, actor).await?;
    let row = lock(work.conn(), id).await?;
    row.require(work.conn(), actor).await?;
    let before = one(&mut work, row.id, delivery.uuid()).await?;
    require_active(&row)?;
    let now = work.now();
    let again = sqlx::query!(
        "update webhook_delivery set state = 'pending', next_at = $3, since = $3, finished_at = null, leased_until = null
         where endpoint_id = $1 and id = $2 and state <> 'pending'",
        row.id,
        delivery.uuid(),
        now,
    )
    .execute(work.conn())
    .await?;
    if again.rows_affected() == 0 {
        return Err(Refusal::Conflict(t!(
            "refused-apis-this-delivery-is-about-to-be"
        )));
    }
    work.audit(AuditEntry {
        action: "webhook.redeliver",
        subject: id.to_string(),
        before: Some(json!({ "delivery": delivery, "state": before.state })),
        ..AuditEntry::default()
    });
    let after = one(&mut work, row.id, delivery.uuid()).await?;
    work.commit(after).await
}

async fn one(work: &mut Work<'_>, endpoint: Uuid, delivery: Uuid) -> Result<DeliveryView, Refusal> {
    let page = Page {
        limit: 1,
        after: None,
    };
    let filter = DeliveryFilter::default();
    let found = view::deliveries(work.conn(), endpoint, Some(delivery), &filter, &page).await?;
    found.into_iter().next().ok_or(Refusal::NotFound)
}

/// Sends many again, oldest first: what was given up since a moment, or everything.
pub async fn redeliver_many(
    db: &Db,
    actor: &Actor,
    id: WebhookEndpointId,
    which: Redeliver,
) -> Result<Changed<Redelivered>, Refusal> {
    require_manager(actor)?;
    let mut work = Work::begin(db, actor).await?;
    let row = lock(work.conn(), id).await?;
    row.require(work.conn(), actor).await?;
    require_active(&row)?;
    let now = work.now();
    let again = sqlx::query!(
        "update webhook_delivery set state = 'pending', next_at = $4, since = $4, finished_at = null, leased_until = null
         where id in (select id from webhook_delivery
                      where endpoint_id = $1 and created_at >= $2 and (state = 'dead' or $3 and state = 'delivered')
                      order by id limit $5)",
        row.id,
        which.since,
        which.delivered_too,
        now,
        AT_ONCE,
    )
    .execute(work.conn())
    .await?
    .rows_affected();
    work.audit(AuditEntry {
        action: "webhook.redeliver",
        subject: id.to_string(),
        after: Some(json!({ "deliveries": again, "delivered_too": which.delivered_too })),
        ..AuditEntry::default()
    });
    work.commit(Redelivered {
        deliveries: again,
        more: i64::try_from(again).is_ok_and(|again| again == AT_ONCE),
    })
    .await
}

/// Sends a message of the type `webhook.test` to one endpoint, like any other.
pub async fn test_webhook(
    db: &Db,
    actor: &Actor,
    id: WebhookEndpointId,
) -> Result<Changed<DeliveryView>, Refusal> {
    require_manager(actor)?;
    let mut work = Work::begin(db, actor).await?;
    let row = lock(work.conn(), id).await?;
    row.require(work.conn(), actor).await?;
    require_active(&row)?;
    let (event, delivery) = (work.new_id::<EventId>(), work.new_id::<WebhookDeliveryId>());
    let (tenant, now) = (work.tenant(), work.now());
    // Published from the start: it is for this endpoint alone.
    sqlx::query!(
        "insert into outbox (id, tenant_id, type, subject, payload, at, published_at)
         values ($1, $2, 'webhook.test', $3, $4, $5, $5)",
        event.uuid(),
        tenant,
        id.to_string(),
        json!({ "webhook": id, "actor": actor.user() }),
        now,
    )
    .execute(work.conn())
    .await?;
    sqlx::query!(
        "insert into webhook_delivery (id, tenant_id, endpoint_id, event_id, type, state, next_at, created_at, since)
         values ($1, $2, $3, $4, 'webhook.test', $5, $6, $6, $6)",
        delivery.uuid(),
        tenant,
        row.id,
        event.uuid(),
        DeliveryState::Pending.as_str(),
        now,
    )
    .execute(work.conn())
    .await?;
    work.audit(AuditEntry {
        action: "webhook.test",
        subject: id.to_string(),
        after: Some(json!({ "delivery": delivery })),
        ..AuditEntry::default()
    });
    let view = one(&mut work, row.id, delivery.uuid()).await?;
    work.commit(view).await
}
