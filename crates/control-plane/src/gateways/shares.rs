//! Rates over several gateways: each live node's share of a limit follows what it was last asked for.

use std::collections::BTreeMap;

use gatehouse_domain::id::{LimitId, SubscriptionId};
use gatehouse_snapshot::protocol::{NODE_LIVE_S, RateAsk, RateShare};
use gatehouse_snapshot::sharing::{self, RateNode};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::node::Node;
use crate::db::{Db, Tx};
use crate::refusal::Refusal;

/// What was asked for longer ago is no demand any more.
const DEMAND_FRESH: Duration = Duration::seconds(5);
/// Rates that are split at once for one node.
const SPLIT_MAX: i64 = 2_000;

/// Notes what the node was asked for, and says the shares it has from now on: of what it asked about, and of what others need
/// more of. One node of a group at a time: what one is told depends on what the others hold.
pub(super) async fn share_rates(
    db: &Db,
    node: Node,
    asks: &[RateAsk],
) -> Result<Vec<RateShare>, Refusal> {
    let now = db.clock().now();
    let mut tx = db.system().await?;
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('rate_share', 0) # hashtextextended($1::text, 0))",
        node.group.to_string(),
    )
    .fetch_one(&mut *tx)
    .await?;
    let live = live_nodes(&mut tx, node, now).await?;
    let Some(place) = live.iter().position(|id| *id == node.id.uuid()) else {
        return Ok(Vec::new());
    };
    note(&mut tx, node, asks, sharing::equal_share(live.len()), now).await?;
    let mut told = Vec::new();
    for ((tenant, subscription, limit), nodes) in contended(&mut tx, node, &live, now).await? {
        let share = sharing::share(&nodes, place);
        told.push((tenant, subscription, limit, share, nodes[place].held));
    }
    hold(&mut tx, node, &told, now).await?;
    tx.commit().await?;
    let shares = told
        .into_iter()
        .map(|(_, subscription, limit, share, _)| RateShare {
            subscription: SubscriptionId::from_uuid(subscription),
            limit: LimitId::from_uuid(limit),
            share,
        });
    Ok(shares.collect())
}

async fn live_nodes(tx: &mut Tx, node: Node, now: OffsetDateTime) -> Result<Vec<Uuid>, Refusal> {
    Ok(sqlx::query_scalar!(
        "select id from gateway_node where group_id = $1 and retired_at is null and last_seen_at > $2 order by id",
        node.group.uuid(),
        now - Duration::seconds(NODE_LIVE_S),
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// A node may only speak of subscriptions of environments that its group serves.
async fn note(
    tx: &mut Tx,
    node: Node,
    asks: &[RateAsk],
    equal: u32,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    if asks.is_empty() {
        return Ok(());
    }
    let held = |ask: &RateAsk| match ask.share {
        0 => equal,
        share => share.min(sharing::WHOLE),
    };
    sqlx::query!(
        "insert into rate_share as row (tenant_id, subscription_id, limit_id, node_id, demand, held, asked_at)
         select s.tenant_id, s.id, n.limit_id, $1, n.demand, n.held, $2
         from unnest($3::uuid[], $4::uuid[], $5::bigint[], $6::int[]) as n (subscription, limit_id, demand, held)
         join subscription s on s.id = n.subscription
         join group_environment e on e.tenant_id = s.tenant_id and e.environment_id = s.environment_id and e.group_id = $7
         order by s.tenant_id, s.id, n.limit_id
         on conflict (tenant_id, subscription_id, limit_id, node_id)
         do update set demand = excluded.demand, held = excluded.held, asked_at = excluded.asked_at",
        node.id.uuid(),
        now,
        &asks.iter().map(|ask| ask.subscription.uuid()).collect::<Vec<_>>(),
        &asks.iter().map(|ask| ask.limit.uuid()).collect::<Vec<_>>(),
        &asks.iter().map(|ask| i64::try_from(ask.demand).unwrap_or(i64::MAX)).collect::<Vec<_>>(),
        &asks.iter().map(|ask| held(ask).cast_signed()).collect::<Vec<_>>(),
        node.group.uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

type Contended = BTreeMap<(Uuid, Uuid, Uuid), Vec<RateNode>>;

/// The rates somebody was asked for just now, with every live node: one that never spoke of it holds an equal share.
async fn contended(
    tx: &mut Tx,
    node: Node,
    live: &[Uuid],
    now: OffsetDateTime,
) -> Result<Contended, Refusal> {
    let fresh_since = now - DEMAND_FRESH;
    let rows = sqlx::query!(
        "with asked as (
             select distinct tenant_id, subscription_id, limit_id from rate_share
             where node_id = any($1) and asked_at > $2 and demand > 0
             order by subscription_id, limit_id limit $3)
         select r.tenant_id, r.subscription_id, r.limit_id, r.node_id, r.held,
                case when r.asked_at > $2 then r.demand else 0 end as demand
         from rate_share r join asked using (tenant_id, subscription_id, limit_id)
         where r.node_id = any($1)",
        live,
        fresh_since,
        SPLIT_MAX,
    )
    .fetch_all(&mut **tx)
    .await?;
    tracing::trace!(node = %node.id, rows = rows.len(), "shares of rates");
    let silent = RateNode {
        demand: 0,
        held: sharing::equal_share(live.len()),
    };
    let mut contended = Contended::new();
    for row in rows {
        let key = (row.tenant_id, row.subscription_id, row.limit_id);
        let nodes = contended
            .entry(key)
            .or_insert_with(|| vec![silent; live.len()]);
        if let Some(at) = live.iter().position(|id| *id == row.node_id) {
            nodes[at] = RateNode {
                demand: row.demand.unwrap_or(0).unsigned_abs(),
                held: row.held.unsigned_abs(),
            };
        }
    }
    Ok(contended)
}

type Told = (Uuid, Uuid, Uuid, u32, u32);

/// What the node may have in force from now on: the reply may be lost, so the larger of what it has and what it is told.
async fn hold(tx: &mut Tx, node: Node, told: &[Told], now: OffsetDateTime) -> Result<(), Refusal> {
    if told.is_empty() {
        return Ok(());
    }
    let held = |(_, _, _, share, before): &Told| (*share).max(*before).cast_signed();
    sqlx::query!(
        "insert into rate_share as row (tenant_id, subscription_id, limit_id, node_id, demand, held, asked_at)
         select n.tenant, n.subscription, n.limit_id, $1, 0, n.held, $2
         from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::int[]) as n (tenant, subscription, limit_id, held)
         order by n.tenant, n.subscription, n.limit_id
         on conflict (tenant_id, subscription_id, limit_id, node_id) do update set held = excluded.held",
        node.id.uuid(),
        now,
        &told.iter().map(|told| told.0).collect::<Vec<_>>(),
        &told.iter().map(|told| told.1).collect::<Vec<_>>(),
        &told.iter().map(|told| told.2).collect::<Vec<_>>(),
        &told.iter().map(held).collect::<Vec<_>>(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
