//! The audit log: one record per mutation, chained by hashes so that a changed, removed or reordered record shows.

use gatehouse_domain::id::{ChangeId, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::actor::{Actor, ActorKind};
use crate::db::Db;
use crate::refusal::Refusal;
use gatehouse_domain::Permission;

mod chain;
mod checkpoint;
mod export;

pub use chain::{Chain, Verification, verify_export};
pub use checkpoint::{Checkpoint, list_checkpoints, sign_checkpoints};
pub use export::{CSV_HEADER, Export, ExportReader, export};

/// What a verb says about what it did. Secrets never go into `before` and `after`.
#[derive(Debug, Clone, Default)]
pub struct AuditEntry {
    /// `noun.verb`, such as `subscription.approve`.
    pub action: &'static str,
    /// The prefixed id of what was changed.
    pub subject: String,
    /// The changed fields before.
    pub before: Option<Value>,
    /// The changed fields after.
    pub after: Option<Value>,
    /// Why, in the actor's words.
    pub reason: Option<String>,
}

/// One stored record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// Gap-free number within the tenant, from 1.
    pub seq: i64,
    /// When, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// `user`, `token`, `node` or `system`.
    pub actor_type: String,
    /// The actor's id as a UUID; none for the program itself.
    pub actor_id: Option<Uuid>,
    /// The actor's name at that time.
    pub actor_name: String,
    /// Where the request came from.
    pub ip: Option<String>,
    /// `noun.verb`.
    pub action: String,
    /// The prefixed id of what was changed.
    pub subject: String,
    /// Before.
    pub before: Option<Value>,
    /// After.
    pub after: Option<Value>,
    /// Why.
    pub reason: Option<String>,
    /// The request's id.
    pub request_id: Option<String>,
    /// The configuration change it caused.
    pub change_id: Option<Uuid>,
    /// Hash of the record before, hexadecimal.
    #[serde(with = "in_hex")]
    pub prev_hash: Vec<u8>,
    /// Hash of this record, hexadecimal.
    #[serde(with = "in_hex")]
    pub hash: Vec<u8>,
}

mod in_hex {
    use gatehouse_snapshot::node_auth::{hex, unhex};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        unhex(&text).ok_or_else(|| serde::de::Error::custom("not hexadecimal"))
    }
}

impl AuditRecord {
    /// SHA-256 over the previous hash and a canonical JSON of every other column, so that no two different records share
    /// an encoding.
    fn computed_hash(&self, tenant: TenantId) -> [u8; 32] {
        let micros = self.at.unix_timestamp_nanos() / 1_000;
        let fields = serde_json::json!([
            tenant.to_string(),
            self.seq,
            micros.to_string(),
            self.actor_type,
            self.actor_id,
            self.actor_name,
            self.ip,
            self.action,
            self.subject,
            canonical(self.before.as_ref()),
            canonical(self.after.as_ref()),
            self.reason,
            self.request_id,
            self.change_id,
        ]);
        Sha256::new()
            .chain_update(&self.prev_hash)
            .chain_update(fields.to_string())
            .finalize()
            .into()
    }
}

/// jsonb forgets the order of members, so they are sorted before hashing.
fn canonical(value: Option<&Value>) -> Value {
    match value {
        None => Value::Null,
        Some(Value::Object(members)) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            sorted
                .into_iter()
                .map(|(name, member)| (name.clone(), canonical(Some(member))))
                .collect::<serde_json::Map<_, _>>()
                .into()
        }
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| canonical(Some(item)))
            .collect::<Vec<_>>()
            .into(),
        Some(other) => other.clone(),
    }
}

/// Appends entries to the actor's tenant. Locks the tenant's head, so call it after the business rows.
pub(crate) async fn append(
    conn: &mut PgConnection,
    actor: &Actor,
    now: OffsetDateTime,
    change: Option<ChangeId>,
    entries: Vec<AuditEntry>,
) -> Result<(), Refusal> {
    if entries.is_empty() {
        return Ok(());
    }
    let tenant = actor.tenant();
    sqlx::query!(
        "insert into audit_head (tenant_id) values ($1) on conflict do nothing",
        tenant.uuid()
    )
    .execute(&mut *conn)
    .await?;
    let head = sqlx::query!(
        "select seq, hash from audit_head where tenant_id = $1 for update",
        tenant.uuid()
    )
    .fetch_one(&mut *conn)
    .await?;
    let (actor_type, actor_id) = match actor.kind() {
        ActorKind::User { id, .. } => ("user", Some(id.uuid())),
        ActorKind::Token { id, .. } => ("token", Some(id.uuid())),
        ActorKind::System => ("system", None),
    };
    let (mut seq, mut hash) = (head.seq, head.hash);
    for entry in entries {
        seq += 1;
        let mut record = AuditRecord {
            seq,
            at: truncate(now),
            actor_type: actor_type.to_owned(),
            actor_id,
            actor_name: actor.name().to_owned(),
            ip: actor.ip().map(|ip| ip.to_string()),
            action: entry.action.to_owned(),
            subject: entry.subject,
            before: entry.before,
            after: entry.after,
            reason: entry.reason,
            request_id: actor.request_id().map(str::to_owned),
            change_id: change.map(ChangeId::uuid),
            prev_hash: hash,
            hash: Vec::new(),
        };
        record.hash = record.computed_hash(tenant).to_vec();
        insert(conn, tenant, &record, actor).await?;
        hash = record.hash;
    }
    sqlx::query!(
        "update audit_head set seq = $2, hash = $3 where tenant_id = $1",
        tenant.uuid(),
        seq,
        hash
    )
    .execute(&mut *conn)
    .await?;
    Ok(())
}

async fn insert(
    conn: &mut PgConnection,
    tenant: TenantId,
    record: &AuditRecord,
    actor: &Actor,
) -> Result<(), Refusal> {
    sqlx::query!(
        "insert into audit_log (tenant_id, seq, at, actor_type, actor_id, actor_name, ip, action, subject, before, after, reason,
                                request_id, change_id, prev_hash, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        tenant.uuid(),
        record.seq,
        record.at,
        record.actor_type,
        record.actor_id,
        record.actor_name,
        actor.ip().map(ipnet::IpNet::from),
        record.action,
        record.subject,
        record.before,
        record.after,
        record.reason,
        record.request_id,
        record.change_id,
        record.prev_hash,
        record.hash,
    )
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Postgres keeps microseconds; what is hashed must be what is read back.
fn truncate(time: OffsetDateTime) -> OffsetDateTime {
    time.replace_nanosecond(time.microsecond() * 1_000)
        .unwrap_or(time)
}

/// Which records of the audit log a reader wants.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Records before this number (newest first).
    pub before_seq: Option<i64>,
    /// Of one action.
    pub action: Option<String>,
    /// About one subject.
    pub subject: Option<String>,
    /// By one actor: the UUID behind their prefixed id.
    pub actor: Option<Uuid>,
    /// Of one request.
    pub request_id: Option<String>,
    /// At or after this moment.
    pub since: Option<OffsetDateTime>,
    /// Before this moment.
    pub until: Option<OffsetDateTime>,
    /// At most this many, 1 to 200.
    pub limit: i64,
}

/// Lists the tenant's records, newest first.
pub async fn list(
    db: &Db,
    actor: &Actor,
    filter: &AuditFilter,
) -> Result<Vec<AuditRecord>, Refusal> {
    actor.require(Permission::AuditRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let records = sqlx::query_as!(
        AuditRecord,
        r#"select seq, at, actor_type, actor_id, actor_name, host(ip) as ip, action, subject, before, after, reason, request_id,
                  change_id, prev_hash, hash
           from audit_log
           where ($1::bigint is null or seq < $1) and ($2::text is null or action = $2) and ($3::text is null or subject = $3)
             and ($5::uuid is null or actor_id = $5) and ($6::text is null or request_id = $6)
             and ($7::timestamptz is null or at >= $7) and ($8::timestamptz is null or at < $8)
           order by seq desc
           limit $4"#,
        filter.before_seq,
        filter.action,
        filter.subject,
        // One more than a page, which tells whether there is a next one.
        filter.limit.clamp(1, 201),
        filter.actor,
        filter.request_id,
        filter.since,
        filter.until,
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(records)
}

/// Walks one tenant's chain from the first record to its head.
pub async fn verify(db: &Db, tenant: TenantId) -> Result<Verification, Refusal> {
    // One moment of the log: records that are written meanwhile belong to the next verification.
    let mut tx = db.tenant_as_of_now(tenant).await?;
    let mut chain = Chain::new(tenant);
    loop {
        let page = sqlx::query_as!(
            AuditRecord,
            r#"select seq, at, actor_type, actor_id, actor_name, host(ip) as ip, action, subject, before, after, reason, request_id,
                      change_id, prev_hash, hash
               from audit_log where seq >= $1 order by seq limit 1000"#,
            chain.next_seq(),
        )
        .fetch_all(&mut *tx)
        .await?;
        if page.is_empty() {
            break;
        }
        for record in page {
            if let Err(broken) = chain.follow(&record) {
                return Ok(broken);
            }
        }
    }
    let checkpoints = checkpoint::all_of(&mut tx, tenant).await?;
    for checkpoint in &checkpoints {
        chain.expect_checkpoint(checkpoint, &db.keys().audit_signer()?.public());
    }
    let head = sqlx::query!(
        "select seq, hash from audit_head where tenant_id = $1",
        tenant.uuid()
    )
    .fetch_optional(&mut *tx)
    .await?;
    let (head_seq, head_hash) = head.map_or((0, vec![0; 32]), |head| (head.seq, head.hash));
    Ok(chain.end(head_seq, &head_hash))
}
