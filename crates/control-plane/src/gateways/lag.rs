//! Gateways that fall behind: told once when it begins, and once when it is over.

use gatehouse_domain::id::{EventId, NodeId};
use gatehouse_runtime::random;
use serde_json::json;
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::db::Db;
use crate::events;
use crate::refusal::Refusal;

/// Looks for gateways that lack a change which is older than `after`, and tells every tenant they serve: `node.lagging` once
/// when it begins, `node.caught_up` once when nothing that old is missing any more. Answers how many of each. Any number of
/// replicas may look: the row of a gateway is changed by one.
pub async fn watch_lag(db: &Db, after: Duration) -> Result<(usize, usize), Refusal> {
    let now = db.clock().now();
    let mut tx = db.system().await?;
    let lagging = sqlx::query!(
        "update gateway_node n set lagging_since = $1
         where n.retired_at is null and n.lagging_since is null
           and exists (select from config_change c
                       where c.group_id = n.group_id and c.seq > n.applied_seq and c.created_at < $2)
         returning n.id, n.group_id, n.name, n.applied_seq, n.last_error",
        now,
        now - after,
    )
    .fetch_all(&mut *tx)
    .await?;
    let caught_up = sqlx::query!(
        r#"update gateway_node n set lagging_since = null
           from gateway_node was
           where was.id = n.id and n.lagging_since is not null
             and (n.retired_at is not null
                  or not exists (select from config_change c
                                 where c.group_id = n.group_id and c.seq > n.applied_seq and c.created_at < $1))
           returning n.id, n.group_id, n.name, n.applied_seq, n.retired_at, was.lagging_since as "lagging_since!""#,
        now - after,
    )
    .fetch_all(&mut *tx)
    .await?;
    for node in &lagging {
        let told = Told {
            kind: "node.lagging",
            node: node.id,
            group: node.group_id,
            payload: json!({
                "gateway": { "id": NodeId::from_uuid(node.id), "name": node.name },
                "applied_seq": node.applied_seq,
                "error": node.last_error,
                "after_s": after.whole_seconds(),
            }),
        };
        tell(&mut tx, now, told).await?;
    }
    let caught_up: Vec<_> = caught_up
        .into_iter()
        .filter(|node| node.retired_at.is_none())
        .collect();
    for node in &caught_up {
        let told = Told {
            kind: "node.caught_up",
            node: node.id,
            group: node.group_id,
            payload: json!({
                "gateway": { "id": NodeId::from_uuid(node.id), "name": node.name },
                "applied_seq": node.applied_seq,
                "lagged_s": (now - node.lagging_since).whole_seconds(),
            }),
        };
        tell(&mut tx, now, told).await?;
    }
    tx.commit().await?;
    Ok((lagging.len(), caught_up.len()))
}

struct Told {
    kind: &'static str,
    node: Uuid,
    group: Uuid,
    payload: serde_json::Value,
}

async fn tell(conn: &mut PgConnection, now: OffsetDateTime, told: Told) -> Result<(), Refusal> {
    events::check(told.kind, &told.payload);
    let tenants = sqlx::query_scalar!(
        "select distinct tenant_id from group_environment where group_id = $1 order by tenant_id",
        told.group,
    )
    .fetch_all(&mut *conn)
    .await?;
    for tenant in tenants {
        let id: EventId = random::uuid_v7(now).into();
        sqlx::query!(
            "insert into outbox (id, tenant_id, type, subject, payload, at) values ($1, $2, $3, $4, $5, $6)",
            id.uuid(),
            tenant,
            told.kind,
            NodeId::from_uuid(told.node).to_string(),
            told.payload,
            now,
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
