//! Ingest: every batch of a gateway taken exactly once.
//!
//! The high-water mark of (node, boot) moves in the same transaction as the rollups, so a batch whose reply was lost is
//! recognised when it comes again, and a missing batch is asked for by its number.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use gatehouse_domain::id::{PlanId, SubscriptionId, TenantId};
use gatehouse_domain::plan::QuotaPeriod;
use gatehouse_snapshot::object::Moment;
use gatehouse_snapshot::protocol::{NODE_LIVE_S, QuotaUsed, UsageReply};
use gatehouse_snapshot::usage::{Batch, CallRecord};
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::rollup::{Resolution, fold};
use super::rollup_rows::{Columns, upsert};
use super::window::window_start;
use super::{call_log, key_sources, key_use, unattributed};
use crate::db::Db;
use crate::gateways::Node;
use crate::refusal::Refusal;

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ingest {
    /// It counts, now or since it first came.
    Taken(UsageReply),
    /// A batch before it is missing; send that one.
    Gap {
        /// The sequence number to send.
        expected: u64,
    },
}

/// A gateway's clock may be off, and its spool may be old; beyond these bounds a record counts at the bound.
const OLDEST: Duration = Duration::days(62);
const NEWEST: Duration = Duration::minutes(5);

/// Takes a batch.
pub async fn ingest(db: &Db, node: Node, batch: &Batch) -> Result<Ingest, Refusal> {
    let now = db.clock().now();
    let mut tx = db.system().await?;
    let taken = lock_mark(&mut tx, node, batch.boot, now).await?;
    if batch.sequence > taken + 1 {
        return Ok(Ingest::Gap {
            expected: taken + 1,
        });
    }
    let places = places_of(&mut tx, node).await?;
    let records = with_real_plans(&mut tx, &batch.records).await?;
    let (own, foreign): (Vec<_>, Vec<_>) = records
        .iter()
        .map(|call| {
            (
                call,
                OffsetDateTime::from(call.at).clamp(now - OLDEST, now + NEWEST),
            )
        })
        .partition(|(call, _)| is_own(call, &places));
    let counted = quota_use(&own, &zones_of(&places));
    if batch.sequence == taken + 1 {
        store_rollups(&mut tx, &own).await?;
        call_log::store(&mut tx, &own).await?;
        unattributed::store(&mut tx, node, &foreign).await?;
        store_quotas(&mut tx, &counted).await?;
        settle_leases(&mut tx, node, &counted).await?;
        key_use::store(&mut tx, &own).await?;
        key_sources::store(&mut tx, &own).await?;
        sqlx::query!(
            "update usage_mark set sequence = $3, at = $4 where node_id = $1 and boot = $2",
            node.id.uuid(),
            batch.boot,
            i64::try_from(batch.sequence).map_err(anyhow::Error::from)?,
            now,
        )
        .execute(&mut *tx)
        .await?;
        if batch.dropped > 0 {
            tracing::warn!(node = %node.id, dropped = batch.dropped, "a gateway could not keep records of calls");
        }
    }
    let live_since = now - Duration::seconds(NODE_LIVE_S);
    let quotas = totals(&mut tx, node, &counted, live_since).await?;
    tx.commit().await?;
    Ok(Ingest::Taken(UsageReply {
        boot: batch.boot,
        sequence: batch.sequence.max(taken),
        quotas,
    }))
}

/// A subscription with limits of its own has, at the gateways, a plan of its own under the subscription's id. Its calls count
/// for the plan it is under.
async fn with_real_plans<'a>(
    conn: &mut PgConnection,
    records: &'a [CallRecord],
) -> Result<Cow<'a, [CallRecord]>, Refusal> {
    let own = |call: &CallRecord| {
        let who = &call.attribution;
        let plan = who.plan.map(Uuid::from)?;
        (who.subscription.map(Uuid::from) == Some(plan)).then_some(plan)
    };
    let mut subscriptions: Vec<Uuid> = records.iter().filter_map(own).collect();
    if subscriptions.is_empty() {
        return Ok(Cow::Borrowed(records));
    }
    subscriptions.sort_unstable();
    subscriptions.dedup();
    let rows = sqlx::query!(
        "select id, plan_id from subscription where id = any($1)",
        &subscriptions
    )
    .fetch_all(conn)
    .await?;
    let plans: HashMap<Uuid, Uuid> = rows.into_iter().map(|row| (row.id, row.plan_id)).collect();
    let mut records = records.to_vec();
    for call in &mut records {
        if let Some(plan) = own(call).and_then(|id| plans.get(&id)) {
            call.attribution.plan = Some(PlanId::from_uuid(*plan));
        }
    }
    Ok(Cow::Owned(records))
}

async fn lock_mark(
    conn: &mut PgConnection,
    node: Node,
    boot: Uuid,
    now: OffsetDateTime,
) -> Result<u64, Refusal> {
    sqlx::query!(
        "insert into usage_mark (node_id, boot, sequence, at) values ($1, $2, 0, $3) on conflict do nothing",
        node.id.uuid(),
        boot,
        now,
    )
    .execute(&mut *conn)
    .await?;
    let sequence = sqlx::query_scalar!(
        "select sequence from usage_mark where node_id = $1 and boot = $2 for update",
        node.id.uuid(),
        boot,
    )
    .fetch_one(conn)
    .await?;
    Ok(sequence.unsigned_abs())
}

/// The environments a node's group serves: what it may report about.
type Places = HashMap<Uuid, (TenantId, String)>;

async fn places_of(conn: &mut PgConnection, node: Node) -> Result<Places, Refusal> {
    let rows = sqlx::query!(
        "select e.environment_id, e.tenant_id, t.time_zone
         from group_environment e join tenant t on t.id = e.tenant_id where e.group_id = $1",
        node.group.uuid(),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            (
                row.environment_id,
                (TenantId::from_uuid(row.tenant_id), row.time_zone),
            )
        })
        .collect())
}

fn zones_of(places: &Places) -> HashMap<TenantId, &str> {
    places
        .values()
        .map(|(tenant, zone)| (*tenant, zone.as_str()))
        .collect()
}

/// A gateway may only charge tenants it serves.
fn is_own(call: &CallRecord, places: &Places) -> bool {
    let place = call
        .attribution
        .environment
        .and_then(|environment| places.get(&environment.uuid()));
    place.is_some_and(|(tenant, _)| call.attribution.tenant == Some(*tenant))
}

async fn store_rollups(
    conn: &mut PgConnection,
    calls: &[(&CallRecord, OffsetDateTime)],
) -> Result<(), Refusal> {
    let Some(first) = calls.iter().map(|(_, at)| *at).min() else {
        return Ok(());
    };
    let last = calls.iter().map(|(_, at)| *at).max().unwrap_or(first);
    sqlx::query!(
        "select ensure_partitions($1, $2)",
        first,
        last + Duration::SECOND
    )
    .fetch_one(&mut *conn)
    .await?;
    for resolution in Resolution::ALL {
        let rows = Columns::of(fold(resolution, calls.iter().copied()));
        upsert(conn, resolution, &rows).await?;
    }
    Ok(())
}

/// Calls per subscription and window that count against quotas.
type QuotaUse = BTreeMap<(TenantId, SubscriptionId, QuotaPeriod, OffsetDateTime), i64>;

fn quota_use(calls: &[(&CallRecord, OffsetDateTime)], zones: &HashMap<TenantId, &str>) -> QuotaUse {
    let mut counted = QuotaUse::new();
    // Calls of one batch lie close together: nearly all fall into the window of the one before.
    let mut windows: HashMap<(&str, QuotaPeriod), (OffsetDateTime, OffsetDateTime)> =
        HashMap::new();
    for (call, at) in calls {
        let who = &call.attribution;
        let (Some(tenant), Some(subscription), true) = (who.tenant, who.subscription, call.counted)
        else {
            continue;
        };
        let zone = zones.get(&tenant).copied().unwrap_or("UTC");
        for period in QuotaPeriod::ALL {
            let window = windows
                .entry((zone, *period))
                .or_insert_with(|| window_start(*period, *at, zone));
            if !(window.0..window.1).contains(at) {
                *window = window_start(*period, *at, zone);
            }
            *counted
                .entry((tenant, subscription, *period, window.0))
                .or_default() += 1;
        }
    }
    counted
}

/// The keys of [`QuotaUse`] as columns.
struct Windows {
    tenants: Vec<Uuid>,
    subscriptions: Vec<Uuid>,
    periods: Vec<String>,
    starts: Vec<OffsetDateTime>,
}

impl Windows {
    fn of(counted: &QuotaUse) -> Self {
        Self {
            tenants: counted.keys().map(|key| key.0.uuid()).collect(),
            subscriptions: counted.keys().map(|key| key.1.uuid()).collect(),
            periods: counted
                .keys()
                .map(|key| key.2.as_str().to_owned())
                .collect(),
            starts: counted.keys().map(|key| key.3).collect(),
        }
    }
}

async fn store_quotas(conn: &mut PgConnection, counted: &QuotaUse) -> Result<(), Refusal> {
    let windows = Windows::of(counted);
    // Joined with the subscriptions themselves: a gateway cannot charge one that does not exist in that tenant.
    sqlx::query!(
        "insert into quota_counter as row (tenant_id, subscription_id, period, window_start, used)
         select s.tenant_id, s.id, n.period, n.start, n.used
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::bigint[])
              as n (tenant, subscription, period, start, used)
         join subscription s on s.tenant_id = n.tenant and s.id = n.subscription
         order by s.tenant_id, s.id, n.period, n.start
         on conflict (tenant_id, subscription_id, period, window_start) do update set used = row.used + excluded.used",
        &windows.tenants,
        &windows.subscriptions,
        &windows.periods,
        &windows.starts,
        &counted.values().copied().collect::<Vec<_>>(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes how much of its leases the gateway has used. After the counters, whose rows are the lock for these.
async fn settle_leases(
    conn: &mut PgConnection,
    node: Node,
    counted: &QuotaUse,
) -> Result<(), Refusal> {
    let windows = Windows::of(counted);
    sqlx::query!(
        "insert into quota_lease as row (tenant_id, subscription_id, period, window_start, node_id, settled)
         select s.tenant_id, s.id, n.period, n.start, $6, n.used
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::bigint[])
              as n (tenant, subscription, period, start, used)
         join subscription s on s.tenant_id = n.tenant and s.id = n.subscription
         order by s.tenant_id, s.id, n.period, n.start
         on conflict (tenant_id, subscription_id, period, window_start, node_id)
         do update set settled = row.settled + excluded.settled",
        &windows.tenants,
        &windows.subscriptions,
        &windows.periods,
        &windows.starts,
        &counted.values().copied().collect::<Vec<_>>(),
        node.id.uuid(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn totals(
    conn: &mut PgConnection,
    node: Node,
    counted: &QuotaUse,
    live_since: OffsetDateTime,
) -> Result<Vec<QuotaUsed>, Refusal> {
    let windows = Windows::of(counted);
    let rows = sqlx::query!(
        r#"select q.subscription_id, q.period, q.window_start, q.used,
                  (select coalesce(sum(greatest(l.granted - l.settled, 0)), 0)::bigint
                   from quota_lease l join gateway_node g on g.id = l.node_id
                   where l.tenant_id = q.tenant_id and l.subscription_id = q.subscription_id and l.period = q.period
                     and l.window_start = q.window_start and l.node_id <> $5
                     and g.retired_at is null and g.last_seen_at > $6) as "leased!"
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) as n (tenant, subscription, period, start)
         join quota_counter q on q.tenant_id = n.tenant and q.subscription_id = n.subscription
              and q.period = n.period and q.window_start = n.start"#,
        &windows.tenants,
        &windows.subscriptions,
        &windows.periods,
        &windows.starts,
        node.id.uuid(),
        live_since,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            Some(QuotaUsed {
                subscription: SubscriptionId::from_uuid(row.subscription_id),
                period: QuotaPeriod::parse(&row.period)?,
                window_start: Moment::from(row.window_start),
                used: row.used.unsigned_abs(),
                leased: row.leased.unsigned_abs(),
            })
        })
        .collect())
}
