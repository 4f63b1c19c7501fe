//! Joining: a token bound to a group, with a number of uses and a short life, exchanged for an identity.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{GatewayGroupId, NodeId};
use gatehouse_domain::key::{Key, KeyKind};
use gatehouse_runtime::random;
use gatehouse_snapshot::node_auth::{hex, unhex};
use gatehouse_snapshot::protocol::{JoinReply, JoinRequest};
use serde::Serialize;
use sqlx::postgres::PgConnection;
use subtle::ConstantTimeEq;
use time::{Duration, OffsetDateTime};

use super::node::require_group;
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::refusal::{Faults, Refusal};
use crate::work::Work;

/// What a join token should allow.
#[derive(Debug, Clone)]
pub struct CreateJoinToken {
    /// Slug of the group; `default` is the shared one.
    pub group: String,
    /// How many gateways may use it, 1 to 100.
    pub uses: i32,
    /// How long it lives, 1 minute to 7 days.
    pub ttl: Duration,
}

impl Default for CreateJoinToken {
    fn default() -> Self {
        Self {
            group: "default".to_owned(),
            uses: 1,
            ttl: Duration::minutes(15),
        }
    }
}

/// A join token, without its text.
#[derive(Debug, Clone, Serialize)]
pub struct JoinTokenView {
    /// Where gateways that use it end up.
    pub group: GatewayGroupId,
    /// How many may use it.
    pub uses: i32,
    /// When it ends.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// A key of `kind` from fresh random bytes.
pub(crate) fn fresh_key(kind: KeyKind) -> Key {
    loop {
        if let Some(key) = Key::generate(kind, &random::bytes()) {
            return key;
        }
    }
}

/// A key id as the database holds it: every key id fits 63 bits.
pub(crate) fn stored_key_id(key: &Key) -> i64 {
    key.id().as_u64().cast_signed()
}

/// Makes a join token. For the shared group only people of the platform may.
pub async fn create_join_token(
    db: &Db,
    actor: &Actor,
    input: CreateJoinToken,
) -> Result<(JoinTokenView, Key), Refusal> {
    actor.require(Permission::GatewayManage)?;
    let mut faults = Faults::default();
    faults.require(
        (1..=100).contains(&input.uses),
        "/uses",
        "out_of_range",
        format!("Use 1 to 100; got {}.", input.uses),
    );
    let ttl_ok = (Duration::MINUTE..=Duration::days(7)).contains(&input.ttl);
    faults.require(
        ttl_ok,
        "/ttl_s",
        "out_of_range",
        "Use 60 seconds to 7 days.",
    );
    faults.finish()?;
    let mut work = Work::begin(db, actor).await?;
    let group = require_group(work.conn(), actor, &input.group).await?;
    let key = fresh_key(KeyKind::JoinToken);
    let now = work.now();
    let expires_at = now + input.ttl;
    let id: uuid::Uuid = work.new_id();
    let secret_hash = key.secret_hash();
    sqlx::query!(
        "insert into join_token (id, group_id, key_id, secret_hash, uses_left, created_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id,
        group.uuid(),
        stored_key_id(&key),
        secret_hash.0.as_slice(),
        input.uses,
        actor.user().map(|user| user.uuid()),
        now,
        expires_at,
    )
    .execute(work.conn())
    .await?;
    work.audit(AuditEntry {
        action: "gateway.create_join_token",
        subject: group.to_string(),
        after: Some(
            serde_json::json!({ "uses": input.uses, "expires_at": expires_at.to_string() }),
        ),
        ..AuditEntry::default()
    });
    let view = JoinTokenView {
        group,
        uses: input.uses,
        expires_at,
    };
    Ok((work.commit(view).await?.value, key))
}

/// Exchanges a join token for an identity. `None`: the token is unknown, used up or expired, which is one answer. The same
/// public key joins once: a repeated request with it, after a lost reply, gets the same node again without another use.
pub async fn join(db: &Db, request: &JoinRequest) -> Result<Option<JoinReply>, Refusal> {
    let Ok(key) = Key::parse(&request.token) else {
        return Ok(None);
    };
    let Some(public_key) = unhex(&request.public_key).filter(|key| key.len() == 32) else {
        return Err(Refusal::field(
            "/public_key",
            "format",
            "Send 64 hexadecimal digits.",
        ));
    };
    let mut faults = Faults::default();
    let name = faults.text("/name", &request.name, 80);
    let version = faults.text("/version", &request.version, 40);
    faults.finish()?;
    let now = db.clock().now();
    let mut tx = db.global().await?;
    let token = sqlx::query!(
        "select t.id, t.secret_hash, t.uses_left, t.group_id, g.slug, g.key_version
         from join_token t join gateway_group g on g.id = t.group_id
         where t.key_id = $1 and t.expires_at > $2
         for update of t",
        stored_key_id(&key),
        now,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(token) =
        token.filter(|token| bool::from(token.secret_hash.ct_eq(key.secret_hash().0.as_slice())))
    else {
        return Ok(None);
    };
    let group = GatewayGroupId::from_uuid(token.group_id);
    let node = match known_node(&mut tx, &public_key, group).await? {
        Some(node) => node,
        None if token.uses_left == 0 => return Ok(None),
        None => {
            sqlx::query!(
                "update join_token set uses_left = uses_left - 1 where id = $1",
                token.id
            )
            .execute(&mut *tx)
            .await?;
            let node = NodeId::from_uuid(random::uuid_v7(now));
            sqlx::query!(
                "insert into gateway_node (id, group_id, name, public_key, version, joined_at, last_seen_at)
                 values ($1, $2, $3, $4, $5, $6, $6)",
                node.uuid(),
                group.uuid(),
                name,
                public_key,
                version,
                now,
            )
            .execute(&mut *tx)
            .await?;
            node
        }
    };
    tx.commit().await?;
    Ok(Some(JoinReply {
        node,
        group,
        group_slug: token.slug,
        group_key: hex(db.keys().group_key(group, token.key_version).as_slice()),
        signing_keys: vec![hex(&db.keys().config_signer()?.public().0)],
    }))
}

async fn known_node(
    conn: &mut PgConnection,
    public_key: &[u8],
    group: GatewayGroupId,
) -> Result<Option<NodeId>, Refusal> {
    let id = sqlx::query_scalar!(
        "select id from gateway_node where public_key = $1 and group_id = $2 and retired_at is null",
        public_key,
        group.uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(NodeId::from_uuid))
}
