//! Joining: a token bound to a group, with a number of uses and a short life, exchanged for an identity.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{GatewayGroupId, NodeId};
use gatehouse_domain::key::{Key, KeyKind};
use gatehouse_language::t;
use gatehouse_runtime::random;
use gatehouse_snapshot::node_auth::{hex, unhex};
use gatehouse_snapshot::protocol::{JoinReply, JoinRequest};
use serde::Serialize;
use sqlx::postgres::PgConnection;
use subtle::ConstantTimeEq;
use time::{Duration, OffsetDateTime};

use super::node::require_group;
use super::signing;
use crate::actor::Actor;
use crate::audit::{self, AuditEntry};
use crate::db::Db;
use crate::platform::PlatformActor;
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

/// Makes a join token. For a shared group only people of the platform may: the actor as `platform`.
pub async fn create_join_token(
    db: &Db,
    actor: &Actor,
    platform: Option<&PlatformActor>,
    input: CreateJoinToken,
) -> Result<(JoinTokenView, Key), Refusal> {
    actor.require(Permission::GatewayManage)?;
    input.check()?;
    let mut work = Work::begin(db, actor).await?;
    let group = require_group(work.conn(), actor, platform, &input.group).await?;
    let now = work.now();
    let created_by = actor.user().map(|user| user.uuid());
    let (view, key) = store(work.conn(), group, &input, created_by, now).await?;
    work.audit(AuditEntry {
        action: "gateway.create_join_token",
        subject: group.to_string(),
        after: serde_json::to_value(&view).ok(),
        ..AuditEntry::default()
    });
    Ok((work.commit(view).await?.value, key))
}

/// Makes a join token for the owner of the installation, who sits at its command line: for any group, and before there is a
/// tenant whose audit log could hold it.
pub async fn create_installation_join_token(
    db: &Db,
    input: CreateJoinToken,
) -> Result<(JoinTokenView, Key), Refusal> {
    input.check()?;
    let now = db.clock().now();
    let mut tx = db.global().await?;
    shared_group(&mut tx, now).await?;
    let group = sqlx::query_scalar!("select id from gateway_group where slug = $1", input.group)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or_else(|| Refusal::unknown("/group"))?;
    let made = store(&mut tx, group.into(), &input, None, now).await?;
    tx.commit().await?;
    Ok(made)
}

/// The group that serves every tenant without one of its own; made when first needed.
pub(crate) async fn shared_group(
    conn: &mut PgConnection,
    now: OffsetDateTime,
) -> Result<GatewayGroupId, Refusal> {
    let id = GatewayGroupId::from_uuid(random::uuid_v7(now));
    sqlx::query!(
        "insert into gateway_group (id, slug, name, created_at) values ($1, 'default', 'Shared gateways', $2)
         on conflict (slug) do nothing",
        id.uuid(),
        now,
    )
    .execute(&mut *conn)
    .await?;
    let id = sqlx::query_scalar!("select id from gateway_group where slug = 'default'")
        .fetch_one(conn)
        .await?;
    Ok(id.into())
}

impl CreateJoinToken {
    fn check(&self) -> Result<(), Refusal> {
        let mut faults = Faults::default();
        let uses = t!("refused-apis-use-1-to-100-got", uses = &self.uses);
        faults.require(
            (1..=100).contains(&self.uses),
            "/uses",
            "out_of_range",
            uses,
        );
        let ttl_ok = (Duration::MINUTE..=Duration::days(7)).contains(&self.ttl);
        faults.require(
            ttl_ok,
            "/ttl_s",
            "out_of_range",
            t!("refused-apis-use-60-seconds-to-7-days"),
        );
        faults.finish()
    }
}

async fn store(
    conn: &mut PgConnection,
    group: GatewayGroupId,
    input: &CreateJoinToken,
    created_by: Option<uuid::Uuid>,
    now: OffsetDateTime,
) -> Result<(JoinTokenView, Key), Refusal> {
    let key = fresh_key(KeyKind::JoinToken);
    let secret_hash = key.secret_hash();
    let expires_at = now + input.ttl;
    sqlx::query!(
        "insert into join_token (id, group_id, key_id, secret_hash, uses_left, created_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        random::uuid_v7(now),
        group.uuid(),
        stored_key_id(&key),
        secret_hash.0.as_slice(),
        input.uses,
        created_by,
        now,
        expires_at,
    )
    .execute(conn)
    .await?;
    let view = JoinTokenView {
        group,
        uses: input.uses,
        expires_at,
    };
    Ok((view, key))
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
    let mut tx = db.system().await?;
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
            audit_join(&mut tx, group, node, &name, now).await?;
            node
        }
    };
    let signing_keys = signing::pinned(&mut tx, db).await?;
    tx.commit().await?;
    Ok(Some(JoinReply {
        node,
        group,
        group_slug: token.slug,
        group_key: hex(db.keys().group_key(group, token.key_version).as_slice()),
        signing_keys,
    }))
}

/// A new gateway sees the traffic of every tenant its group serves, so each of them has it in its log.
async fn audit_join(
    conn: &mut PgConnection,
    group: GatewayGroupId,
    node: NodeId,
    name: &str,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    let entry = || AuditEntry {
        action: "gateway.join",
        subject: node.to_string(),
        after: Some(serde_json::json!({ "name": name, "group": group })),
        ..AuditEntry::default()
    };
    audit_for_group(conn, group, "join token", now, entry).await
}

/// Writes an entry in the log of every tenant a group serves.
pub(super) async fn audit_for_group(
    conn: &mut PgConnection,
    group: GatewayGroupId,
    by: &str,
    now: OffsetDateTime,
    entry: impl Fn() -> AuditEntry,
) -> Result<(), Refusal> {
    let tenants = sqlx::query_scalar!(
        "select distinct tenant_id from group_environment where group_id = $1 order by tenant_id",
        group.uuid(),
    )
    .fetch_all(&mut *conn)
    .await?;
    for tenant in tenants {
        let actor = Actor::system(tenant.into(), by);
        audit::append(&mut *conn, &actor, now, None, vec![entry()]).await?;
    }
    Ok(())
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
