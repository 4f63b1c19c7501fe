//! Acknowledgements: what each node runs, whether that is what it should be, and how many are alive to share limits.

use gatehouse_snapshot::node_auth::unhex;
use gatehouse_snapshot::protocol::{
    AckReply, AckRequest, LIMITS_ASKED_MAX, LimitsAnswer, LimitsAsk, NODE_LIVE_S,
};
use time::{Duration, OffsetDateTime};

use super::heal::{self, Ahead};
use super::node::Node;
use super::{leases, shares};
use crate::db::Db;
use crate::refusal::Refusal;

/// Generations that a restored database may be behind its gateways. What a node says beyond is not believed: the next
/// generation is made to be above it.
const GENERATIONS_AHEAD_MAX: i32 = 1_000;
/// Longest error text kept of a node.
const ERROR_CHARACTERS_MAX: usize = 500;

/// Records what a node runs, and whether that is what its group has under that number. The first acknowledgement of a number
/// keeps its time, for "in force after 0.4 s".
pub async fn acknowledge(db: &Db, node: Node, request: &AckRequest) -> Result<AckReply, Refusal> {
    let now = db.clock().now();
    let seq = i64::try_from(request.seq)
        .map_err(|_| Refusal::field("/seq", "out_of_range", "Use a sequence number."))?;
    let generation = i32::try_from(request.generation)
        .map_err(|_| Refusal::field("/generation", "out_of_range", "Use a generation."))?;
    let hash = unhex(&request.state_hash).filter(|hash| hash.len() == 32);
    let hash =
        hash.ok_or_else(|| Refusal::field("/state_hash", "format", "Send 64 hexadecimal digits."))?;
    let applied_at = OffsetDateTime::from(request.applied_at);
    let error = request
        .error
        .as_deref()
        .map(|text| text.chars().take(ERROR_CHARACTERS_MAX).collect::<String>());
    let version: String = request.version.chars().take(40).collect();
    let mut tx = db.global().await?;
    let group = sqlx::query!(
        r#"select g.generation, g.head_seq,
                  case when g.head_seq = $3 then g.state_hash
                       else (select c.new_hash from config_change c where c.group_id = g.id and c.seq = $3) end as state_hash,
                  (select count(*) from gateway_node n
                   where n.group_id = g.id and n.retired_at is null and n.last_seen_at > $2 and n.id <> $4) as "others!"
           from gateway_group g where g.id = $1"#,
        node.group.uuid(),
        now - Duration::seconds(NODE_LIVE_S),
        seq,
        node.id.uuid(),
    )
    .fetch_one(&mut *tx)
    .await?;
    // Of a number whose change is no longer kept nothing can be said; a node that is behind that far gets a snapshot anyway.
    if generation > group.generation.saturating_add(GENERATIONS_AHEAD_MAX) {
        let detail = "No restored database is that many generations behind.";
        return Err(Refusal::field("/generation", "out_of_range", detail));
    }
    let differs = group.state_hash.is_some_and(|own| own != hash);
    let is_current = generation == group.generation;
    let diverged = generation > group.generation || is_current && (differs || seq > group.head_seq);
    let told = sqlx::query!(
        r#"update gateway_node
           set last_seen_at = $2, applied_seq = $3, applied_hash = $4, applied_at = $5, last_error = $6, version = $7,
               applied_generation = $8, diverged_at = case when $9 then coalesce(diverged_at, $2) end,
               draining_at = case when $10 then coalesce(draining_at, $2) end
           where id = $1
           returning name, coalesce(diverged_at = $2, false) as "is_new!", drain_asked_at is not null as "drain!""#,
        node.id.uuid(),
        now,
        seq,
        hash,
        applied_at,
        error,
        version,
        generation,
        diverged,
        request.draining,
    )
    .fetch_one(&mut *tx)
    .await?;
    // Under another generation the same number is another change.
    if is_current && !diverged {
        sqlx::query!(
            "insert into node_ack (node_id, seq, applied_at, received_at) values ($1, $2, $3, $4) on conflict do nothing",
            node.id.uuid(),
            seq,
            applied_at,
            now,
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    let healed = diverged && heal::catch_up(db, node, Ahead::Generation(generation)).await?;
    if told.is_new && !healed {
        tracing::error!(
            node = %node.id,
            name = told.name,
            seq,
            head_seq = group.head_seq,
            "a gateway runs another configuration than its group has; after an older database was put in place, run \
             `gatehouse gateway raise-generation`"
        );
    }
    let live_nodes = u32::try_from(group.others + 1).unwrap_or(1);
    Ok(AckReply {
        live_nodes,
        head_seq: group.head_seq.unsigned_abs(),
        diverged,
        drain: Some(told.drain),
        limits: share_limits(db, node, live_nodes, &request.limits).await?,
    })
}

/// Says how limits are shared, each kind in a transaction of its own: neither is worth the other's.
async fn share_limits(
    db: &Db,
    node: Node,
    live_nodes: u32,
    ask: &LimitsAsk,
) -> Result<LimitsAnswer, Refusal> {
    if ask.rates.len().max(ask.quotas.len()) > LIMITS_ASKED_MAX {
        let detail = format!("Ask about at most {LIMITS_ASKED_MAX} at once.");
        return Err(Refusal::field("/limits", "too_many", detail));
    }
    let mut answer = LimitsAnswer::default();
    if live_nodes > 1 {
        answer.rates = shares::share_rates(db, node, &ask.rates).await?;
    }
    if !ask.quotas.is_empty() {
        answer.quotas = leases::lease_quotas(db, node, live_nodes, &ask.quotas).await?;
    }
    Ok(answer)
}
