//! Evidence: who still uses a key, so that a replaced one is retired when nobody does.

use std::net::IpAddr;

use gatehouse_domain::credential::CredentialState;
use gatehouse_domain::id::CredentialId;
use gatehouse_snapshot::protocol::NODE_LIVE_S;
use ipnet::IpNet;
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::view;
use crate::actor::Actor;
use crate::applications;
use crate::db::Db;
use crate::refusal::Refusal;

/// Most operations of a key's evidence.
const OPERATIONS_MAX: i64 = 10;

/// The use of one key, as the ledger has it.
#[derive(Debug, Clone, Serialize)]
pub struct Evidence {
    /// The key.
    pub key: CredentialId,
    /// What it is at this moment.
    pub state: CredentialState,
    /// The key that took its place.
    pub replaced_by: Option<CredentialId>,
    /// When that was.
    #[serde(with = "time::serde::rfc3339::option")]
    pub replaced_at: Option<OffsetDateTime>,
    /// When it stops at the latest.
    #[serde(with = "time::serde::rfc3339::option")]
    pub retire_at: Option<OffsetDateTime>,
    /// After how many hours without use it stops sooner.
    pub quiet_hours: Option<i32>,
    /// When it was reported as leaked.
    #[serde(with = "time::serde::rfc3339::option")]
    pub leaked_at: Option<OffsetDateTime>,
    /// When a gateway last saw it.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_used_at: Option<OffsetDateTime>,
    /// Calls since it was replaced, refused ones too; `None` for a key that was not. Those of the last seconds before, which no gateway
    /// had told of yet, are among them.
    pub calls_since_replaced: Option<i64>,
    /// Calls of the last 60 minutes.
    pub calls_last_hour: i64,
    /// Calls of this hour and the 23 before it.
    pub calls_last_day: i64,
    /// What was called in that day, most called first; at most 10.
    pub operations: Vec<EvidenceOperation>,
    /// Where its calls came from, newest first; at most 10.
    pub sources: Vec<EvidenceSource>,
    /// Gateways of its environment that have not been heard from: what they saw of it is not known.
    pub unheard_gateways: Vec<String>,
}

/// An operation called with a key.
#[derive(Debug, Clone, Serialize)]
pub struct EvidenceOperation {
    /// Method and path template.
    pub operation: String,
    /// How often.
    pub calls: i64,
}

/// An address that called with a key.
#[derive(Debug, Clone, Serialize)]
pub struct EvidenceSource {
    /// Of the connection: a proxy in between shows its own, unless it speaks the PROXY protocol.
    pub address: IpAddr,
    /// How often, since it was last among the newest.
    pub calls: i64,
    /// When a gateway last saw it.
    #[serde(with = "time::serde::rfc3339")]
    pub last_seen_at: OffsetDateTime,
}

/// Reads the use of a key of an application the actor may see.
pub async fn evidence(db: &Db, actor: &Actor, id: CredentialId) -> Result<Evidence, Refusal> {
    let now = db.clock().now();
    // One moment: its sums are told side by side, and the ledger may grow between two statements.
    let mut tx = db.tenant_as_of_now(actor.tenant()).await?;
    let application = view::application_of(&mut tx, id.uuid()).await?;
    applications::require_sight(&mut tx, actor, application).await?;
    let key = view::read(&mut tx, id.uuid(), now).await?;
    let row = sqlx::query!(
        r#"select c.environment_id, c.replaced_at, c.calls_when_replaced, c.retire_when_quiet_s, c.leaked_at,
                  (select n.id from credential n where n.application_id = c.application_id and n.rotated_from = c.id
                   order by n.id desc limit 1) as replaced_by
           from credential c where c.id = $1"#,
        id.uuid(),
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(Evidence {
        key: id,
        state: key.state,
        replaced_by: row.replaced_by.map(CredentialId::from_uuid),
        replaced_at: row.replaced_at,
        retire_at: key.retire_at,
        quiet_hours: row.retire_when_quiet_s.map(|seconds| seconds / 3_600),
        leaked_at: row.leaked_at,
        last_used_at: key.last_used_at,
        calls_since_replaced: row
            .calls_when_replaced
            .map(|then| (key.calls - then).max(0)),
        calls_last_hour: last_hour(&mut tx, id.uuid(), application, now).await?,
        calls_last_day: last_day(&mut tx, id.uuid(), application, now).await?,
        operations: operations(&mut tx, id.uuid(), application, now).await?,
        sources: sources(&mut tx, id.uuid()).await?,
        unheard_gateways: unheard(&mut tx, row.environment_id, now).await?,
    })
}

async fn last_hour(
    conn: &mut PgConnection,
    key: Uuid,
    application: Uuid,
    now: OffsetDateTime,
) -> Result<i64, Refusal> {
    let calls = sqlx::query_scalar!(
        r#"select coalesce(sum(count), 0)::bigint as "calls!" from usage_minute
           where bucket > $3 and application_id = $2 and credential_id = $1"#,
        key,
        application,
        now - Duration::HOUR,
    )
    .fetch_one(conn)
    .await?;
    Ok(calls)
}

async fn last_day(
    conn: &mut PgConnection,
    key: Uuid,
    application: Uuid,
    now: OffsetDateTime,
) -> Result<i64, Refusal> {
    let calls = sqlx::query_scalar!(
        r#"select coalesce(sum(count), 0)::bigint as "calls!" from usage_hour
           where bucket > $3 and application_id = $2 and credential_id = $1"#,
        key,
        application,
        now - Duration::DAY,
    )
    .fetch_one(conn)
    .await?;
    Ok(calls)
}

async fn operations(
    conn: &mut PgConnection,
    key: Uuid,
    application: Uuid,
    now: OffsetDateTime,
) -> Result<Vec<EvidenceOperation>, Refusal> {
    let rows = sqlx::query_as!(
        EvidenceOperation,
        r#"select operation_key as operation, sum(count)::bigint as "calls!" from usage_hour
           where bucket > $3 and application_id = $2 and credential_id = $1 and operation_key <> ''
           group by operation_key order by 2 desc, 1 limit $4"#,
        key,
        application,
        now - Duration::DAY,
        OPERATIONS_MAX,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

async fn sources(conn: &mut PgConnection, key: Uuid) -> Result<Vec<EvidenceSource>, Refusal> {
    let rows = sqlx::query!(
        r#"select address as "address: IpNet", calls, last_seen_at from credential_source
           where credential_id = $1 order by last_seen_at desc, address"#,
        key,
    )
    .fetch_all(conn)
    .await?;
    let source = rows.into_iter().map(|row| EvidenceSource {
        address: row.address.addr(),
        calls: row.calls,
        last_seen_at: row.last_seen_at,
    });
    Ok(source.collect())
}

async fn unheard(
    conn: &mut PgConnection,
    environment: Uuid,
    now: OffsetDateTime,
) -> Result<Vec<String>, Refusal> {
    let names = sqlx::query_scalar!(
        "select n.name from gateway_node n join group_environment e on e.group_id = n.group_id
         where e.environment_id = $1 and n.retired_at is null and n.last_seen_at <= $2
         order by n.name limit 100",
        environment,
        now - Duration::seconds(NODE_LIVE_S),
    )
    .fetch_all(conn)
    .await?;
    Ok(names)
}
