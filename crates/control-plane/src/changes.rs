//! Changes: which gateways have one, since when, or why not. A decision is only done when it is enforced.

use gatehouse_domain::id::{ChangeId, GatewayGroupId, NodeId};
use gatehouse_snapshot::protocol::NODE_LIVE_S;
use serde::Serialize;
use time::{Duration, OffsetDateTime};

use crate::actor::Actor;
use crate::db::Db;
use crate::refusal::Refusal;

/// How far a change got on one gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// In force there.
    Applied,
    /// Alive, not yet in force there.
    Waiting,
    /// Not heard from: what it runs is unknown.
    Silent,
}

/// One gateway's part in a change.
#[derive(Debug, Clone, Serialize)]
pub struct GatewayChange {
    /// The gateway.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// How far the change got.
    pub state: Spread,
    /// When it was swapped in there.
    #[serde(with = "time::serde::rfc3339::option")]
    pub applied_at: Option<OffsetDateTime>,
    /// When its acknowledgement arrived here.
    #[serde(with = "time::serde::rfc3339::option")]
    pub acknowledged_at: Option<OffsetDateTime>,
    /// From commit to that acknowledgement, milliseconds, by this side's clock.
    pub acknowledged_after_ms: Option<i64>,
    /// When the gateway was last heard from.
    #[serde(with = "time::serde::rfc3339")]
    pub last_seen_at: OffsetDateTime,
    /// Why it is not in force there, as the gateway says.
    pub error: Option<String>,
}

/// One group's part in a change.
#[derive(Debug, Clone, Serialize)]
pub struct GroupChange {
    /// The group.
    pub group: GatewayGroupId,
    /// The number the change got there.
    pub seq: i64,
    /// Gateways that have it.
    pub applied: usize,
    /// Gateways that are enrolled and not retired.
    pub gateways_total: usize,
    /// Each of them.
    pub gateways: Vec<GatewayChange>,
}

/// A change and how far it got.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeView {
    /// The change.
    pub change_id: ChangeId,
    /// What was done, as the audit log calls it.
    pub kind: String,
    /// The prefixed id of what was changed.
    pub subject: String,
    /// When it was committed.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Whether every enrolled gateway of every group has it. No timeout makes this true.
    pub in_force: bool,
    /// The same: every enrolled gateway has acknowledged it.
    pub converged: bool,
    /// From commit to the last gateway, milliseconds, once in force.
    pub in_force_after_ms: Option<i64>,
    /// Per group.
    pub groups: Vec<GroupChange>,
}

/// Tells how far a change of the actor's tenant got. Whoever may make a change may ask, so no permission is needed.
pub async fn get_change(db: &Db, actor: &Actor, id: ChangeId) -> Result<ChangeView, Refusal> {
    let live_since = db.clock().now() - Duration::seconds(NODE_LIVE_S);
    let mut tx = db.tenant(actor.tenant()).await?;
    let changes = sqlx::query!(
        "select group_id, seq, kind, subject, created_at from config_change where change_id = $1 and tenant_id = $2 order by group_id",
        id.uuid(),
        actor.tenant().uuid(),
    )
    .fetch_all(&mut *tx)
    .await?;
    let Some(first) = changes.first() else {
        return Err(Refusal::NotFound);
    };
    let (kind, subject, created_at) = (first.kind.clone(), first.subject.clone(), first.created_at);
    let mut groups = Vec::with_capacity(changes.len());
    for change in changes {
        let nodes = sqlx::query!(
            r#"select n.id, n.name, n.last_seen_at, n.last_error, a.applied_at as "applied_at?", a.received_at as "received_at?"
               from gateway_node n
               left join lateral (select k.applied_at, k.received_at from node_ack k
                                  where k.node_id = n.id and k.seq >= $2 order by k.seq limit 1) a on true
               where n.group_id = $1 and n.retired_at is null order by n.name, n.id"#,
            change.group_id,
            change.seq,
        )
        .fetch_all(&mut *tx)
        .await?;
        let gateways: Vec<GatewayChange> = nodes
            .into_iter()
            .map(|node| GatewayChange {
                node: NodeId::from_uuid(node.id),
                name: node.name,
                state: match node.applied_at {
                    Some(_) => Spread::Applied,
                    None if node.last_seen_at < live_since => Spread::Silent,
                    None => Spread::Waiting,
                },
                applied_at: node.applied_at,
                acknowledged_at: node.received_at,
                acknowledged_after_ms: node.received_at.map(|at| ms_between(created_at, at)),
                last_seen_at: node.last_seen_at,
                error: node.last_error.filter(|_| node.applied_at.is_none()),
            })
            .collect();
        groups.push(GroupChange {
            group: GatewayGroupId::from_uuid(change.group_id),
            seq: change.seq,
            applied: gateways
                .iter()
                .filter(|gateway| gateway.state == Spread::Applied)
                .count(),
            gateways_total: gateways.len(),
            gateways,
        });
    }
    let in_force = groups
        .iter()
        .all(|group| group.applied == group.gateways_total);
    let last = groups
        .iter()
        .flat_map(|group| &group.gateways)
        .filter_map(|gateway| gateway.applied_at)
        .max();
    let in_force_after_ms = last
        .filter(|_| in_force)
        .map(|last| ms_between(created_at, last));
    Ok(ChangeView {
        change_id: id,
        kind,
        subject,
        created_at,
        in_force,
        converged: in_force,
        in_force_after_ms,
        groups,
    })
}

fn ms_between(from: OffsetDateTime, to: OffsetDateTime) -> i64 {
    i64::try_from((to - from).whole_milliseconds())
        .unwrap_or(i64::MAX)
        .max(0)
}

/// Longest wait of [`wait_for_change`].
pub const WAIT_MAX: std::time::Duration = std::time::Duration::from_secs(60);

/// How often a change that is waited for is looked at.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(50);

/// As [`get_change`], but answers as soon as the change is in force everywhere, or as it stands after `within`. No
/// transaction is held meanwhile.
pub async fn wait_for_change(
    db: &Db,
    actor: &Actor,
    id: ChangeId,
    within: std::time::Duration,
) -> Result<ChangeView, Refusal> {
    let deadline = tokio::time::Instant::now() + within.min(WAIT_MAX);
    loop {
        let change = get_change(db, actor, id).await?;
        let now = tokio::time::Instant::now();
        if change.in_force || now >= deadline {
            return Ok(change);
        }
        tokio::time::sleep(LOOK_EVERY.min(deadline - now)).await;
    }
}
