//! Quotas over several gateways: each is leased a part of what is left, and what it says it holds is what is reckoned with.

use std::collections::BTreeMap;

use gatehouse_snapshot::protocol::{NODE_LIVE_S, QuotaAsk, QuotaGrant};
use gatehouse_snapshot::sharing::QuotaAccount;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::node::Node;
use crate::db::{Db, Tx};
use crate::refusal::Refusal;
use crate::usage::window_start;

/// A gateway's clock may be off by this much where a period turns; a window further away is not leased from.
const CLOCK_OFF: Duration = Duration::minutes(5);

/// A quota's window; sorts in the order in which rows are locked.
type Place = (Uuid, Uuid, String, OffsetDateTime);

/// What is known of a window that is asked about.
struct Window<'a> {
    ask: &'a QuotaAsk,
    amount: u64,
    book: Book,
}

#[derive(Default)]
struct Book {
    used: u64,
    /// This node's calls that the ledger has.
    settled: u64,
    /// Leases of the other live nodes, and what the ledger has of them.
    others: u64,
}

/// Takes in how far the node is and leases it more. A node that is alone is told that no lease bounds it.
pub(super) async fn lease_quotas(
    db: &Db,
    node: Node,
    live_nodes: u32,
    asks: &[QuotaAsk],
) -> Result<Vec<QuotaGrant>, Refusal> {
    let now = db.clock().now();
    let mut tx = db.system().await?;
    let mut windows = windows(&mut tx, node, asks, now).await?;
    let live_since = now - Duration::seconds(NODE_LIVE_S);
    read_books(&mut tx, node, &mut windows, live_since).await?;
    let mut grants = Vec::with_capacity(windows.len());
    let mut granted = Vec::with_capacity(windows.len());
    for window in windows.values() {
        let (grant, ceiling) = window.grant(live_nodes);
        grants.push(grant);
        granted.push(i64::try_from(ceiling).unwrap_or(i64::MAX));
    }
    keep(&mut tx, node, &windows, &granted).await?;
    tx.commit().await?;
    Ok(grants)
}

impl Window<'_> {
    /// What the node is told, and what is kept of it.
    fn grant(&self, live_nodes: u32) -> (QuotaGrant, u64) {
        let ask = self.ask;
        let account = QuotaAccount {
            amount: self.amount,
            used: self.book.used,
            settled: self.book.settled,
            others: self.book.others,
            nodes: live_nodes,
        };
        let part = account.grant(ask.own, ask.ceiling, ask.demand);
        let grant = QuotaGrant {
            subscription: ask.subscription,
            period: ask.period,
            window_start: ask.window_start,
            ceiling: part.told,
            others: part.others,
        };
        (grant, part.held)
    }
}

/// The windows that may be leased from: of subscriptions of the node's group whose plan has such a quota, now.
async fn windows<'a>(
    tx: &mut Tx,
    node: Node,
    asks: &'a [QuotaAsk],
    now: OffsetDateTime,
) -> Result<BTreeMap<Place, Window<'a>>, Refusal> {
    let rows = sqlx::query!(
        r#"select s.id, s.tenant_id, t.time_zone, l.period as "period!", min(l.amount) as "amount!"
           from subscription s
           join group_environment e on e.tenant_id = s.tenant_id and e.environment_id = s.environment_id and e.group_id = $2
           join tenant t on t.id = s.tenant_id
           join plan p on p.tenant_id = s.tenant_id and p.id = s.plan_id
           join lateral (
               select l.period, l.amount from plan_limit l
               where l.tenant_id = p.tenant_id and l.plan_revision_id = p.current_revision_id
               union all
               select o.period, o.amount from subscription_limit o
               where o.tenant_id = s.tenant_id and o.subscription_id = s.id) l on l.period is not null
           where s.id = any($1)
           group by s.id, s.tenant_id, t.time_zone, l.period"#,
        &asks.iter().map(|ask| ask.subscription.uuid()).collect::<Vec<_>>(),
        node.group.uuid(),
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut windows = BTreeMap::new();
    for row in rows {
        for ask in asks {
            if ask.subscription.uuid() != row.id || ask.period.as_str() != row.period {
                continue;
            }
            let start = OffsetDateTime::from(ask.window_start);
            let around = [now - CLOCK_OFF, now, now + CLOCK_OFF];
            let is_now = around.map(|at| window_start(ask.period, at, &row.time_zone).0 == start);
            if is_now.contains(&true) {
                let place = (row.tenant_id, row.id, row.period.clone(), start);
                let window = Window {
                    ask,
                    amount: row.amount.unsigned_abs(),
                    book: Book::default(),
                };
                windows.insert(place, window);
            }
        }
    }
    Ok(windows)
}

/// Columns of places.
fn columns(
    windows: &BTreeMap<Place, Window<'_>>,
) -> (Vec<Uuid>, Vec<Uuid>, Vec<String>, Vec<OffsetDateTime>) {
    (
        windows.keys().map(|place| place.0).collect(),
        windows.keys().map(|place| place.1).collect(),
        windows.keys().map(|place| place.2.clone()).collect(),
        windows.keys().map(|place| place.3).collect(),
    )
}

/// Locks the counters, in the order of every ingest, and reads what is used and leased of them.
async fn read_books(
    tx: &mut Tx,
    node: Node,
    windows: &mut BTreeMap<Place, Window<'_>>,
    live_since: OffsetDateTime,
) -> Result<(), Refusal> {
    let (tenants, subscriptions, periods, starts) = columns(windows);
    sqlx::query!(
        "insert into quota_counter (tenant_id, subscription_id, period, window_start, used)
         select n.tenant, n.subscription, n.period, n.start, 0
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) as n (tenant, subscription, period, start)
         order by n.tenant, n.subscription, n.period, n.start
         on conflict do nothing",
        &tenants,
        &subscriptions,
        &periods,
        &starts,
    )
    .execute(&mut **tx)
    .await?;
    let counters = sqlx::query!(
        "select q.tenant_id, q.subscription_id, q.period, q.window_start, q.used
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) as n (tenant, subscription, period, start)
         join quota_counter q on q.tenant_id = n.tenant and q.subscription_id = n.subscription
              and q.period = n.period and q.window_start = n.start
         order by q.tenant_id, q.subscription_id, q.period, q.window_start
         for update of q",
        &tenants,
        &subscriptions,
        &periods,
        &starts,
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in counters {
        let place = (
            row.tenant_id,
            row.subscription_id,
            row.period,
            row.window_start,
        );
        if let Some(window) = windows.get_mut(&place) {
            window.book.used = row.used.unsigned_abs();
        }
    }
    // Read after the locks were had: what was settled while they were waited for is seen.
    let leases = sqlx::query!(
        r#"select l.tenant_id, l.subscription_id, l.period, l.window_start, l.node_id, l.granted, l.settled,
                  (g.retired_at is null and g.last_seen_at > $5) as "live!"
           from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) as n (tenant, subscription, period, start)
           join quota_lease l on l.tenant_id = n.tenant and l.subscription_id = n.subscription
                and l.period = n.period and l.window_start = n.start
           join gateway_node g on g.id = l.node_id"#,
        &tenants,
        &subscriptions,
        &periods,
        &starts,
        live_since,
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in leases {
        let place = (
            row.tenant_id,
            row.subscription_id,
            row.period,
            row.window_start,
        );
        let Some(window) = windows.get_mut(&place) else {
            continue;
        };
        if row.node_id == node.id.uuid() {
            window.book.settled = row.settled.unsigned_abs();
        } else if row.live {
            window.book.others += (row.granted - row.settled).max(0).unsigned_abs();
        }
    }
    Ok(())
}

async fn keep(
    tx: &mut Tx,
    node: Node,
    windows: &BTreeMap<Place, Window<'_>>,
    granted: &[i64],
) -> Result<(), Refusal> {
    let (tenants, subscriptions, periods, starts) = columns(windows);
    sqlx::query!(
        "insert into quota_lease as row (tenant_id, subscription_id, period, window_start, node_id, granted)
         select n.tenant, n.subscription, n.period, n.start, $6, n.granted
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::bigint[])
              as n (tenant, subscription, period, start, granted)
         order by n.tenant, n.subscription, n.period, n.start
         on conflict (tenant_id, subscription_id, period, window_start, node_id) do update set granted = excluded.granted",
        &tenants,
        &subscriptions,
        &periods,
        &starts,
        granted,
        node.id.uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
