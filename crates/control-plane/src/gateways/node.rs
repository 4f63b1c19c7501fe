//! Nodes: proving who calls, listing what each runs, retiring one for good.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{GatewayGroupId, NodeId};
use gatehouse_language::t;
use gatehouse_snapshot::node_auth::{CLOCK_SKEW_MAX_S, Claim};
use gatehouse_snapshot::protocol::NODE_LIVE_S;
use gatehouse_snapshot::sign::PublicKey;
use serde::Serialize;
use serde_json::json;
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};

use crate::actor::{Actor, ActorKind};
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::platform::PlatformActor;
use crate::refusal::Refusal;
use crate::work::{Changed, Work};

/// A gateway whose signature was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// Who it is.
    pub id: NodeId,
    /// The only group it sees.
    pub group: GatewayGroupId,
}

/// Checks a signed request: known and not retired node, clocks within [`CLOCK_SKEW_MAX_S`], a nonce never seen, a signature
/// over this very request. `None` is one answer for all of them.
pub async fn authenticate_node(
    db: &Db,
    claim: &Claim,
    method: &str,
    path_and_query: &str,
    body: &[u8],
) -> Result<Option<Node>, Refusal> {
    let now = db.clock().now();
    if (now.unix_timestamp() - claim.time_s).abs() > CLOCK_SKEW_MAX_S {
        return Ok(None);
    }
    let mut tx = db.global().await?;
    let row = sqlx::query!(
        "select group_id, public_key from gateway_node where id = $1 and retired_at is null",
        claim.node.uuid()
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let Ok(public_key) = <[u8; 32]>::try_from(row.public_key) else {
        return Ok(None);
    };
    if !claim.is_signed_by(PublicKey(public_key), method, path_and_query, body) {
        return Ok(None);
    }
    let fresh = sqlx::query!(
        "insert into node_nonce (node_id, nonce, seen_at) values ($1, $2, $3) on conflict do nothing",
        claim.node.uuid(),
        claim.nonce.as_slice(),
        now,
    )
    .execute(&mut *tx)
    .await?
    .rows_affected();
    tx.commit().await?;
    Ok((fresh == 1).then_some(Node {
        id: claim.node,
        group: GatewayGroupId::from_uuid(row.group_id),
    }))
}

/// What can be said about a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeState {
    /// Runs the newest configuration.
    InForce,
    /// Alive, but runs an older one.
    Behind,
    /// Alive, but runs something else than its group has under that number; it was told to fetch everything again.
    Diverged,
    /// Not heard from; what it runs is unknown.
    Silent,
}

/// Whether calls are sent to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rotation {
    /// They are.
    Serving,
    /// It is to be taken out, and has not said that it was.
    Draining,
    /// It says that it is not ready, and asks clients for new connections.
    Drained,
}

/// A node as lists show it.
#[derive(Debug, Clone, Serialize)]
pub struct NodeView {
    /// Identity.
    pub id: NodeId,
    /// Name it joined under.
    pub name: String,
    /// Slug of its group.
    pub group: String,
    /// Program version.
    pub version: String,
    /// What can be said about it now.
    pub state: NodeState,
    /// Whether calls are sent to it.
    pub rotation: Rotation,
    /// Sequence number it runs.
    pub applied_seq: i64,
    /// Newest sequence number of its group.
    pub head_seq: i64,
    /// When it swapped that configuration in.
    #[serde(with = "time::serde::rfc3339::option")]
    pub applied_at: Option<OffsetDateTime>,
    /// When it was last heard from.
    #[serde(with = "time::serde::rfc3339")]
    pub last_seen_at: OffsetDateTime,
    /// When it joined.
    #[serde(with = "time::serde::rfc3339")]
    pub joined_at: OffsetDateTime,
    /// Why the newest change is not in force there.
    pub last_error: Option<String>,
}

/// Lists the gateways that serve an environment of the actor's tenant, by name.
pub async fn list_nodes(db: &Db, actor: &Actor) -> Result<Vec<NodeView>, Refusal> {
    actor.require(Permission::GatewayRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    views(&mut tx, None, db.clock().now()).await
}

/// The gateways that serve the tenant of the transaction: all of them, or one.
async fn views(
    conn: &mut PgConnection,
    one: Option<NodeId>,
    now: OffsetDateTime,
) -> Result<Vec<NodeView>, Refusal> {
    let live_since = now - Duration::seconds(NODE_LIVE_S);
    let rows = sqlx::query!(
        r#"select n.id, n.name, g.slug, n.version, n.applied_seq, g.head_seq, n.applied_at, n.last_seen_at, n.joined_at, n.last_error,
                n.diverged_at, n.drain_asked_at, n.draining_at, n.applied_generation = g.generation as "is_current!"
         from gateway_node n join gateway_group g on g.id = n.group_id
         where n.retired_at is null and n.group_id in (select group_id from group_environment) and ($1::uuid is null or n.id = $1)
         order by n.name, n.id"#,
        one.map(NodeId::uuid),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| NodeView {
            id: NodeId::from_uuid(row.id),
            name: row.name,
            group: row.slug,
            version: row.version,
            state: if row.last_seen_at < live_since {
                NodeState::Silent
            } else if row.diverged_at.is_some() {
                NodeState::Diverged
            } else if !row.is_current || row.applied_seq < row.head_seq {
                NodeState::Behind
            } else {
                NodeState::InForce
            },
            rotation: match (row.drain_asked_at, row.draining_at) {
                (_, Some(_)) => Rotation::Drained,
                (Some(_), None) => Rotation::Draining,
                (None, None) => Rotation::Serving,
            },
            applied_seq: row.applied_seq,
            head_seq: row.head_seq,
            applied_at: row.applied_at,
            last_seen_at: row.last_seen_at,
            joined_at: row.joined_at,
            last_error: row.last_error,
        })
        .collect())
}

/// A gateway of the actor's tenant that they manage, locked by nobody yet.
async fn require_node(
    work: &mut Work<'_>,
    actor: &Actor,
    platform: Option<&PlatformActor>,
    id: NodeId,
) -> Result<NodeView, Refusal> {
    let now = work.now();
    let node = views(work.conn(), Some(id), now).await?.pop();
    let node = node.ok_or(Refusal::NotFound)?;
    require_group(work.conn(), actor, platform, &node.group).await?;
    Ok(node)
}

/// Takes a gateway out of rotation: it says that it is not ready, so that whoever balances sends nothing new, and asks clients
/// for new connections, which then go elsewhere. It answers whoever still comes, until [`undrain_node`] or its end. It hears of
/// this with its next sign of life, and remembers it over restarts. One of a shared group takes the actor as `platform`, too.
pub async fn drain_node(
    db: &Db,
    actor: &Actor,
    platform: Option<&PlatformActor>,
    id: NodeId,
) -> Result<Changed<NodeView>, Refusal> {
    rotate(db, actor, platform, id, true).await
}

/// Puts a gateway that was drained into rotation again. One of a shared group takes the actor as `platform`, too.
pub async fn undrain_node(
    db: &Db,
    actor: &Actor,
    platform: Option<&PlatformActor>,
    id: NodeId,
) -> Result<Changed<NodeView>, Refusal> {
    rotate(db, actor, platform, id, false).await
}

async fn rotate(
    db: &Db,
    actor: &Actor,
    platform: Option<&PlatformActor>,
    id: NodeId,
    out: bool,
) -> Result<Changed<NodeView>, Refusal> {
    actor.require(Permission::GatewayManage)?;
    let mut work = Work::begin(db, actor).await?;
    let node = require_node(&mut work, actor, platform, id).await?;
    let now = work.now();
    let asked = sqlx::query!(
        // What it said last was said of what was asked before: it is drained, or back, when it says so again.
        "update gateway_node set drain_asked_at = case when $2 then $3::timestamptz end,
                                 draining_at = case when $2 then null else draining_at end
         where id = $1 and retired_at is null and (drain_asked_at is null) = $2",
        id.uuid(),
        out,
        now,
    )
    .execute(work.conn())
    .await?
    .rows_affected();
    if asked == 0 {
        return Err(Refusal::Conflict(if out {
            t!("refused-apis-drained-already", name = &node.name)
        } else {
            t!("refused-apis-not-drained", name = &node.name)
        }));
    }
    work.audit(AuditEntry {
        action: if out {
            "gateway.drain"
        } else {
            "gateway.undrain"
        },
        subject: id.to_string(),
        after: Some(json!({ "name": node.name, "group": node.group })),
        ..AuditEntry::default()
    });
    let view = views(work.conn(), Some(id), now).await?.pop();
    work.commit(view.ok_or(Refusal::NotFound)?).await
}

/// Ends a node's identity for good: its requests are refused and it no longer counts in "in force on n of m". One of a shared
/// group takes the actor as `platform`, too.
pub async fn retire_node(
    db: &Db,
    actor: &Actor,
    platform: Option<&PlatformActor>,
    id: NodeId,
) -> Result<(), Refusal> {
    actor.require(Permission::GatewayManage)?;
    let mut work = Work::begin(db, actor).await?;
    let node = require_node(&mut work, actor, platform, id).await?;
    let now = work.now();
    let retired = sqlx::query!(
        "update gateway_node set retired_at = $2 where id = $1 and retired_at is null",
        id.uuid(),
        now
    )
    .execute(work.conn())
    .await?
    .rows_affected();
    if retired == 0 {
        return Err(Refusal::Conflict(t!(
            "refused-apis-this-gateway-is-already-retired"
        )));
    }
    work.audit(AuditEntry {
        action: "gateway.retire",
        subject: id.to_string(),
        before: Some(json!({ "name": node.name, "group": node.group })),
        ..AuditEntry::default()
    });
    work.commit(()).await?;
    Ok(())
}

/// Finds a group the actor may manage: one of its own tenant's, or a shared one with `platform`, the actor above all tenants. A
/// gateway of a shared group sees every tenant's traffic, so a tenant's operator alone may not add one.
///
/// Who the actor is does not prove it: in a session that a tenant's own identity provider began they are the same person, and
/// nobody outside that tenant. Who asks here has the proof that the request speaks for them everywhere.
pub(super) async fn require_group(
    conn: &mut PgConnection,
    actor: &Actor,
    platform: Option<&PlatformActor>,
    slug: &str,
) -> Result<GatewayGroupId, Refusal> {
    let row = sqlx::query!(
        "select id, tenant_id from gateway_group where slug = $1 and (tenant_id is null or tenant_id = $2)",
        slug,
        actor.tenant().uuid(),
    )
    .fetch_optional(conn)
    .await?
    .ok_or_else(|| Refusal::unknown("/group"))?;
    if row.tenant_id.is_none() && platform.is_none() && *actor.kind() != ActorKind::System {
        return Err(Refusal::NotYours(t!(
            "refused-apis-gateways-of-a-shared-group-are"
        )));
    }
    Ok(GatewayGroupId::from_uuid(row.id))
}
