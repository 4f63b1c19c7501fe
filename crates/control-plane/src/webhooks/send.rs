//! Sending what is due. Safe to run in any number of processes: each delivery is leased to one of them at a time.

use std::time::Duration as Wait;

use gatehouse_domain::id::{EventId, TenantId, WebhookEndpointId};
use gatehouse_runtime::egress::Egress;
use serde_json::json;
use time::{Duration, OffsetDateTime};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::deliver::{self, End, Outcome};
use super::{WebhookSecret, place};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::refusal::Refusal;
use crate::sealed::{self, Sealed};
use crate::work::Work;

/// Messages under way at once, by one process, and to one endpoint.
const AT_ONCE: usize = 16;
const PER_ENDPOINT: i64 = 4;
/// A message whose sender died is taken up again after this long; longer than any call takes.
const LEASE: Duration = Duration::minutes(2);
/// How often new work is looked for while some is under way.
const LOOK: Wait = Wait::from_millis(250);
/// A message nobody took for this long is given up.
const GIVE_UP: Duration = Duration::hours(24);
/// An endpoint is disabled when it has failed for this long, and so often.
const DISABLE_AFTER: Duration = Duration::hours(24);
const DISABLE_FAILURES: i32 = 10;

/// What one call did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Messages receivers took.
    pub delivered: usize,
    /// Messages to be tried again.
    pub failed: usize,
    /// Messages given up.
    pub dead: usize,
}

struct Due {
    id: Uuid,
    tenant_id: Uuid,
    endpoint_id: Uuid,
    event_id: Uuid,
    attempts: i32,
    since: OffsetDateTime,
    url: String,
    secret_enc: Vec<u8>,
    secret_key_id: Uuid,
    prev_secret_enc: Option<Vec<u8>>,
    prev_secret_key_id: Option<Uuid>,
    prev_secret_until: Option<OffsetDateTime>,
}

/// Sends what is due, and what becomes due meanwhile, until nothing is. A slow receiver holds up nobody else. A background verb.
pub async fn send_due(db: &Db, egress: &Egress) -> Result<Delivered, Refusal> {
    let mut done = Delivered::default();
    let mut under_way = JoinSet::new();
    loop {
        while under_way.len() < AT_ONCE {
            let Some(due) = lease(db).await? else { break };
            let (db, egress) = (db.clone(), egress.clone());
            under_way.spawn(async move { attempt(&db, &egress, due).await });
        }
        let Ok(ended) = tokio::time::timeout(LOOK, under_way.join_next()).await else {
            continue;
        };
        let Some(ended) = ended else { return Ok(done) };
        match ended.map_err(anyhow::Error::from)?? {
            "delivered" => done.delivered += 1,
            "dead" => done.dead += 1,
            _ => done.failed += 1,
        }
    }
}

/// Takes one delivery for this process. The attempt counts from here, so a message that kills its sender is not tried for ever.
async fn lease(db: &Db) -> Result<Option<Due>, Refusal> {
    let now = db.clock().now();
    let mut tx = db.system().await?;
    let due = sqlx::query_as!(
        Due,
        r#"update webhook_delivery d set attempts = d.attempts + 1, leased_until = $2
           from webhook_endpoint w
           where w.tenant_id = d.tenant_id and w.id = d.endpoint_id
             and d.id = (select due.id from webhook_delivery due
                         where due.state in ('pending', 'failed') and due.next_at <= $1
                           and (due.leased_until is null or due.leased_until <= $1)
                           and (select count(*) from webhook_delivery busy
                                where busy.tenant_id = due.tenant_id and busy.endpoint_id = due.endpoint_id
                                  and busy.state in ('pending', 'failed') and busy.next_at <= $1 and busy.leased_until > $1) < $3
                         order by due.next_at, due.id limit 1 for update skip locked)
           returning d.id, d.tenant_id, d.endpoint_id, d.event_id, d.attempts, d.since, w.url, w.secret_enc, w.secret_key_id,
                     w.prev_secret_enc, w.prev_secret_key_id, w.prev_secret_until"#,
        now,
        now + LEASE,
        PER_ENDPOINT,
    )
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(due)
}

/// One attempt; answers the state it led to.
async fn attempt(db: &Db, egress: &Egress, due: Due) -> Result<&'static str, Refusal> {
    let began = db.clock().now();
    let mut tx = db.system().await?;
    let secrets = secrets(&mut tx, db, &due, began).await?;
    let body = deliver::body(&mut tx, due.tenant_id, due.event_id).await?;
    // No transaction is held while a receiver thinks.
    drop(tx);
    let body = serde_json::to_vec(&body).map_err(anyhow::Error::from)?;
    let id = EventId::from_uuid(due.event_id).to_string();
    let message = deliver::message(&due.url, &id, began, &secrets, body)?;
    let started = tokio::time::Instant::now();
    let outcome = deliver::send(egress, message).await;
    let took = i32::try_from(started.elapsed().as_millis()).unwrap_or(i32::MAX);
    record(db, &due, &outcome, began, took).await
}

/// The secrets to sign with: the one in use, and the one before while it is to be used too.
async fn secrets(
    conn: &mut sqlx::PgConnection,
    db: &Db,
    due: &Due,
    now: OffsetDateTime,
) -> Result<Vec<WebhookSecret>, Refusal> {
    let at = place(TenantId::from_uuid(due.tenant_id), due.endpoint_id);
    let mut found = vec![Sealed {
        bytes: due.secret_enc.clone(),
        key_id: due.secret_key_id,
    }];
    if let (Some(bytes), Some(key_id), Some(until)) = (
        &due.prev_secret_enc,
        due.prev_secret_key_id,
        due.prev_secret_until,
    ) && now < until
    {
        found.push(Sealed {
            bytes: bytes.clone(),
            key_id,
        });
    }
    let mut secrets = Vec::new();
    for sealed in &found {
        let bytes = sealed::open(conn, db, &at, sealed).await?;
        secrets.push(WebhookSecret::from_bytes(bytes));
    }
    Ok(secrets)
}

async fn record(
    db: &Db,
    due: &Due,
    outcome: &Outcome,
    began: OffsetDateTime,
    took: i32,
) -> Result<&'static str, Refusal> {
    let now = db.clock().now();
    let over = due.since + GIVE_UP;
    let (state, next_at) = match outcome.end {
        End::Delivered => ("delivered", now),
        End::Never | End::Gone => ("dead", now),
        End::Again(_) if now >= over => ("dead", now),
        // The last attempt is when the day is over.
        End::Again(at_least) => {
            let wait = deliver::wait_after(due.attempts, at_least);
            ("failed", (now + wait).min(over))
        }
    };
    let mut tx = db.system().await?;
    let status = outcome.status.map(i32::from);
    // Only the latest sender's word counts: an earlier one may have been taken for dead.
    let kept = sqlx::query!(
        "update webhook_delivery
         set state = $3, next_at = $4, status = $5, error = $6, leased_until = null,
             finished_at = case when $3 = 'failed' then null else $7::timestamptz end
         where id = $1 and attempts = $2 and state in ('pending', 'failed')",
        due.id,
        due.attempts,
        state,
        next_at,
        status,
        outcome.error,
        now,
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "insert into webhook_attempt (id, tenant_id, delivery_id, number, at, duration_ms, status, error, answer)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        gatehouse_runtime::random::uuid_v7(now),
        due.tenant_id,
        due.id,
        due.attempts,
        began,
        took,
        status,
        outcome.error,
        outcome.answer,
    )
    .execute(&mut *tx)
    .await?;
    let failing = sqlx::query!(
        r#"update webhook_endpoint
           set failures = case when $3 then 0 else failures + 1 end,
               failing_since = case when $3 then null else coalesce(failing_since, $4) end,
               last_success_at = case when $3 then $4 else last_success_at end
           where tenant_id = $1 and id = $2
           returning failures, failing_since"#,
        due.tenant_id,
        due.endpoint_id,
        outcome.end == End::Delivered,
        began,
    )
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    tracing::debug!(endpoint = %due.endpoint_id, url = deliver::named(&due.url), state, kept = kept.rows_affected(), "webhook attempt");
    let reason =
        failing.and_then(|row| reason_to_stop(outcome, row.failures, row.failing_since, now));
    if let Some(reason) = reason {
        disable(db, due, reason).await?;
    }
    Ok(state)
}

/// Why nothing more is sent to an endpoint, if so.
fn reason_to_stop(
    outcome: &Outcome,
    failures: i32,
    failing_since: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> Option<&'static str> {
    if outcome.end == End::Gone {
        return Some("The receiver answered 410 Gone.");
    }
    let long = failing_since.is_some_and(|since| now - since >= DISABLE_AFTER);
    (long && failures >= DISABLE_FAILURES).then_some("Every attempt of the last 24 hours failed.")
}

/// Stops sending to an endpoint; its people are told. What waits is given up, to be sent again by hand.
async fn disable(db: &Db, due: &Due, reason: &'static str) -> Result<(), Refusal> {
    let actor = Actor::system(due.tenant_id.into(), "webhooks");
    let mut work = Work::begin(db, &actor).await?;
    let id = WebhookEndpointId::from_uuid(due.endpoint_id);
    let disabled = sqlx::query!(
        "update webhook_endpoint set state = 'disabled', disabled_reason = $2, row_version = row_version + 1
         where id = $1 and state <> 'disabled'
         returning name, team_id, application_id",
        due.endpoint_id,
        reason,
    )
    .fetch_optional(work.conn())
    .await?;
    let Some(row) = disabled else {
        return work.roll_back(()).await.map(drop);
    };
    let now = work.now();
    sqlx::query!(
        "update webhook_delivery set state = 'dead', error = 'the webhook was disabled', finished_at = $2
         where endpoint_id = $1 and state in ('pending', 'failed') and (leased_until is null or leased_until <= $2)",
        due.endpoint_id,
        now,
    )
    .execute(work.conn())
    .await?;
    work.audit(AuditEntry {
        action: "webhook.disable",
        subject: id.to_string(),
        after: Some(json!({ "state": "disabled" })),
        reason: Some(reason.to_owned()),
        ..AuditEntry::default()
    });
    work.emit(
        "webhook.disabled",
        id,
        json!({ "webhook": id, "name": row.name, "reason": reason }),
    );
    work.commit(()).await.map(drop)
}
