//! After `gatehouse restore`: gateways that are ahead of the restored database bring it up to where they are.
//!
//! A gateway takes nothing that is older than what it runs, and nothing signed by a key it has seen the successor of. Whoever restored a
//! backup meant to go back, so what gateways have seen since is passed over as soon as one of them says so: the number of the signing key
//! grows to the one it follows, and a new generation begins above all they have. A key is known by a name that only this
//! installation's root key could have made, so nobody else brings it forward. A database that is older for another reason stays
//! as it is, and the log says what to do.

use time::{Duration, OffsetDateTime};

use super::node::Node;
use super::signing;
use crate::db::Db;
use crate::refusal::Refusal;

/// How long after a restore gateways that were away are still followed.
pub const HEALS_FOR: Duration = Duration::days(30);

/// What a gateway has that the database does not know of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ahead {
    /// It follows the signing key of this number.
    Key(u32),
    /// It has this generation, with other content under one of its numbers or with more of them.
    Generation(i32),
}

/// Whether somebody put this database back lately.
fn is_recent(restored_at: Option<OffsetDateTime>, now: OffsetDateTime) -> bool {
    restored_at.is_some_and(|at| now - at < HEALS_FOR)
}

/// Brings the database up to where a gateway is, once however many say so. Whether it is there now: `false` when it was not restored
/// lately, or this gateway was followed to another generation since then: each is believed once, and moves its own group only.
pub(super) async fn catch_up(db: &Db, node: Node, ahead: Ahead) -> Result<bool, Refusal> {
    let now = db.clock().now();
    let mut tx = db.system().await?;
    let restored_at = sqlx::query_scalar!("select restored_at from installation")
        .fetch_one(&mut *tx)
        .await?;
    if !is_recent(restored_at, now) {
        return Ok(false);
    }
    // One after another: the next one finds it done.
    let config_key = sqlx::query_scalar!("select config_key from installation for no key update")
        .fetch_one(&mut *tx)
        .await?;
    let moved = match ahead {
        Ahead::Key(number) => {
            let number = i32::try_from(number).map_err(anyhow::Error::from)?;
            if number <= config_key {
                return Ok(true);
            }
            sqlx::query!("update installation set config_key = $1", number)
                .execute(&mut *tx)
                .await?;
            None
        }
        Ahead::Generation(told) => {
            let generation = sqlx::query_scalar!(
                "select generation from gateway_group where id = $1",
                node.group.uuid()
            )
            .fetch_one(&mut *tx)
            .await?;
            if told < generation {
                return Ok(true);
            }
            let marked = sqlx::query!(
                "update gateway_node set healed_at = $2 where id = $1 and (healed_at is null or healed_at < $3)",
                node.id.uuid(),
                now,
                restored_at,
            )
            .execute(&mut *tx)
            .await?;
            if marked.rows_affected() == 0 {
                return Ok(false);
            }
            Some(node.group)
        }
    };
    let raised = signing::raise_in(&mut tx, now, "restore", moved).await?;
    tx.commit().await?;
    tracing::warn!(
        ?ahead,
        ?raised,
        "a gateway was ahead of the restored database, which follows it"
    );
    Ok(true)
}

/// Notes that this database was put back from a backup, and begins a new generation: for `gatehouse restore`. Returns each group's slug and
/// generation.
pub async fn after_restore(db: &Db) -> Result<Vec<(String, i32)>, Refusal> {
    let now = db.clock().now();
    let mut tx = db.system().await?;
    sqlx::query!("update installation set restored_at = $1", now)
        .execute(&mut *tx)
        .await?;
    let raised = signing::raise_in(&mut tx, now, "restore", None).await?;
    tx.commit().await?;
    Ok(raised)
}
