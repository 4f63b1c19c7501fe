//! Signed checkpoints: every hour the newest record of each log is named under a key that is not in the database, so that a log
//! that was cut off, or written anew from some record on, no longer fits one that was exported before.

use gatehouse_domain::Permission;
use gatehouse_domain::id::TenantId;
use gatehouse_snapshot::node_auth::hex;
use gatehouse_snapshot::sign::PublicKey;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;

use super::in_hex;
use crate::actor::Actor;
use crate::db::Db;
use crate::refusal::Refusal;

/// What is signed begins with this.
const CONTEXT: &str = "gatehouse audit checkpoint 1";
/// Logs that are named in one transaction.
const AT_ONCE: i64 = 500;

/// One record of a log, named and signed (Ed25519, RFC 8032).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Whose log.
    pub tenant_id: TenantId,
    /// The newest record then.
    pub seq: i64,
    /// Its hash, hexadecimal.
    #[serde(with = "in_hex")]
    pub hash: Vec<u8>,
    /// When it was signed, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The key it is signed with, hexadecimal. Compare it with one that was noted elsewhere.
    pub public_key: String,
    /// Over tenant, number, hash and time, hexadecimal.
    #[serde(with = "in_hex")]
    pub signature: Vec<u8>,
}

impl Checkpoint {
    fn message(&self) -> String {
        let micros = self.at.unix_timestamp_nanos() / 1_000;
        format!(
            "{CONTEXT}\n{}\n{}\n{}\n{micros}",
            self.tenant_id,
            self.seq,
            hex(&self.hash)
        )
    }

    /// Whether the owner of `key` signed it.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        self.public_key == hex(&key.0) && key.verifies(self.message().as_bytes(), &self.signature)
    }
}

/// Signs a checkpoint for every log that went on since its last one. Returns how many.
pub async fn sign_checkpoints(db: &Db) -> Result<u64, Refusal> {
    let signer = db.keys().audit_signer()?;
    let now = super::truncate(db.clock().now());
    let mut tx = db.system().await?;
    let heads = sqlx::query!(
        "select h.tenant_id, h.seq, h.hash from audit_head h
         where h.seq > coalesce((select max(c.seq) from audit_checkpoint c where c.tenant_id = h.tenant_id), 0)
         order by h.tenant_id limit $1",
        AT_ONCE,
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut signed = 0;
    for head in heads {
        let mut checkpoint = Checkpoint {
            tenant_id: head.tenant_id.into(),
            seq: head.seq,
            hash: head.hash,
            at: now,
            public_key: hex(&signer.public().0),
            signature: Vec::new(),
        };
        checkpoint.signature = signer.sign(checkpoint.message().as_bytes()).to_vec();
        // Another replica may have been faster.
        let made = sqlx::query!(
            "insert into audit_checkpoint (tenant_id, seq, hash, at, public_key, signature) values ($1, $2, $3, $4, $5, $6)
             on conflict do nothing",
            head.tenant_id,
            checkpoint.seq,
            checkpoint.hash,
            checkpoint.at,
            checkpoint.public_key,
            checkpoint.signature,
        )
        .execute(&mut *tx)
        .await?;
        signed += made.rows_affected();
    }
    tx.commit().await?;
    Ok(signed)
}

/// The tenant's checkpoints, newest first: keep one outside, and no record before it can change unnoticed.
pub async fn list_checkpoints(
    db: &Db,
    actor: &Actor,
    before_seq: Option<i64>,
    limit: i64,
) -> Result<Vec<Checkpoint>, Refusal> {
    actor.require(Permission::AuditRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let checkpoints = sqlx::query_as!(
        Checkpoint,
        "select tenant_id, seq, hash, at, public_key, signature from audit_checkpoint
         where tenant_id = $1 and ($2::bigint is null or seq < $2) order by seq desc limit $3",
        actor.tenant().uuid(),
        before_seq,
        limit.clamp(1, 201),
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(checkpoints)
}

/// Every checkpoint of a tenant, oldest first.
pub(super) async fn all_of(
    conn: &mut PgConnection,
    tenant: TenantId,
) -> Result<Vec<Checkpoint>, Refusal> {
    let checkpoints = sqlx::query_as!(
        Checkpoint,
        "select tenant_id, seq, hash, at, public_key, signature from audit_checkpoint where tenant_id = $1 order by seq",
        tenant.uuid(),
    )
    .fetch_all(conn)
    .await?;
    Ok(checkpoints)
}
