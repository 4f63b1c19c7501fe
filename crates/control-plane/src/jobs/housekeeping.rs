//! Partitions ahead of time, and an end for what has had its time.

use sqlx::postgres::PgConnection;

use crate::db::Db;
use crate::refusal::Refusal;
use crate::{accounts, changesets, idempotency, long_jobs, sessions, tenants};

/// Partitions exist this far ahead, so that no record ever waits for one.
const PARTITIONS_AHEAD: time::Duration = time::Duration::days(62);
/// How long configuration changes and acknowledgements are kept; a gateway that was away longer gets a snapshot.
const CHANGES_KEPT: time::Duration = time::Duration::days(30);
/// Leases of quotas are kept for a while after their day or month has begun.
const DAY_LEASES_KEPT: time::Duration = time::Duration::days(3);
const MONTH_LEASES_KEPT: time::Duration = time::Duration::days(62);
/// What a gateway said of a rate is of no use after it.
const RATE_SHARES_KEPT: time::Duration = time::Duration::hours(1);
/// Tokens that CI exchanged live minutes, and are remembered for a week.
const EXCHANGED_KEPT: time::Duration = time::Duration::days(7);
/// What was sent to webhooks is shown for this long.
const DELIVERIES_KEPT: time::Duration = time::Duration::days(30);
/// A nonce is remembered for longer than its time is accepted.
const NONCES_KEPT: time::Duration = time::Duration::minutes(5);

/// Makes partitions ahead of time and removes what has had its time.
pub async fn housekeeping(db: &Db) -> Result<(), Refusal> {
    let now = db.clock().now();
    let mut tx = db.system().await?;
    let made = sqlx::query_scalar!(
        r#"select ensure_partitions($1, $2) as "made!""#,
        now,
        now + PARTITIONS_AHEAD
    )
    .fetch_one(&mut *tx)
    .await?;
    if made > 0 {
        tracing::info!(made, "made partitions ahead of time");
    }
    tx.commit().await?;
    // Apart from the partitions, whose locks every ingest waits for.
    let mut tx = db.system().await?;
    purge(&mut tx, now).await?;
    tx.commit().await?;
    accounts::purge(db).await?;
    sessions::purge(db).await?;
    idempotency::purge(db).await?;
    tenants::purge_due(db).await
}

async fn purge(conn: &mut PgConnection, now: time::OffsetDateTime) -> Result<(), Refusal> {
    sqlx::query!(
        "delete from node_nonce where seen_at < $1",
        now - NONCES_KEPT
    )
    .execute(&mut *conn)
    .await?;
    // What they did stands in the audit log.
    sqlx::query!(
        "delete from access_token where ci_trust_id is not null and expires_at < $1",
        now - EXCHANGED_KEPT
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("delete from passkey_ceremony where expires_at < $1", now)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("delete from sign_in_flow where expires_at < $1", now)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("delete from pending_identity where expires_at < $1", now)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "delete from webhook_delivery where created_at < $1 and state in ('delivered', 'dead')",
        now - DELIVERIES_KEPT
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("delete from join_token where expires_at < $1", now)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "delete from config_change where created_at < $1",
        now - CHANGES_KEPT
    )
    .execute(&mut *conn)
    .await?;
    // A call that settles later than this counts as ever; only the gateway's part of it is no longer known.
    sqlx::query!(
        "delete from quota_lease where window_start < case period when 'day' then $1::timestamptz else $2::timestamptz end",
        now - DAY_LEASES_KEPT,
        now - MONTH_LEASES_KEPT,
    )
    .execute(&mut *conn)
    .await?;
    changesets::purge(&mut *conn, now).await?;
    long_jobs::purge(&mut *conn, now).await?;
    sqlx::query!(
        "delete from rate_share where asked_at < $1",
        now - RATE_SHARES_KEPT
    )
    .execute(&mut *conn)
    .await?;
    // The newest acknowledgement of a node stays, however old: it is what says that a quiet gateway is up to date.
    sqlx::query!(
        "delete from node_ack a using gateway_node n
         where n.id = a.node_id and a.seq < n.applied_seq and a.received_at < $1",
        now - CHANGES_KEPT,
    )
    .execute(&mut *conn)
    .await?;
    Ok(())
}
