//! What pages and statements read of the ledger. Lists read rollups only, never the call log.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiId, ApplicationId, SubscriptionId};
use gatehouse_domain::plan::QuotaPeriod;
use gatehouse_snapshot::usage::LATENCY_BOUNDS_US;
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::window::window_start;
use crate::actor::Actor;
use crate::apis;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;

/// How far back, and how finely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsageRange {
    /// The last hour by minute.
    Hour,
    /// The last day by hour.
    Day,
    /// The last 14 days by day.
    Fortnight,
    /// The last 90 days by day.
    Quarter,
}

impl UsageRange {
    /// The word in URLs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Fortnight => "14d",
            Self::Quarter => "90d",
        }
    }

    /// Reads [`UsageRange::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Hour, Self::Day, Self::Fortnight, Self::Quarter]
            .into_iter()
            .find(|range| range.as_str() == text)
    }

    const fn step(self) -> Duration {
        match self {
            Self::Hour => Duration::MINUTE,
            Self::Day => Duration::HOUR,
            Self::Fortnight | Self::Quarter => Duration::DAY,
        }
    }

    const fn steps(self) -> i32 {
        match self {
            Self::Hour => 60,
            Self::Day => 24,
            Self::Fortnight => 14,
            Self::Quarter => 90,
        }
    }

    /// When the first step of the range that ends at `now` begins.
    fn first(self, now: OffsetDateTime) -> OffsetDateTime {
        floor(now, self.step()) - self.step() * (self.steps() - 1)
    }
}

/// Sums over a range.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UsageTotals {
    /// All calls.
    pub calls: i64,
    /// Answered with 2xx or 3xx.
    pub succeeded: i64,
    /// Answered with 4xx, refusals by limits left out.
    pub client_errors: i64,
    /// Refused by a rate limit or quota.
    pub limited: i64,
    /// Answered with 5xx.
    pub server_errors: i64,
    /// Upper bound of the bucket that holds the median, microseconds.
    pub p50_us: Option<u64>,
    /// The same for the 95th percentile.
    pub p95_us: Option<u64>,
}

/// One step of the range.
#[derive(Debug, Clone, Serialize)]
pub struct UsageBucket {
    /// When the step begins.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Its sums.
    #[serde(flatten)]
    pub totals: UsageTotals,
}

/// Sums of one operation.
#[derive(Debug, Clone, Serialize)]
pub struct OperationUsage {
    /// Slug of the API.
    pub api: String,
    /// Version label.
    pub version: String,
    /// Operation key.
    pub operation: String,
    /// Its sums.
    #[serde(flatten)]
    pub totals: UsageTotals,
}

/// Calls over a range: those of an application, or those to an API.
#[derive(Debug, Clone, Serialize)]
pub struct UsageView {
    /// Over the whole range.
    pub totals: UsageTotals,
    /// Every step of the range, oldest first, empty ones included.
    pub buckets: Vec<UsageBucket>,
    /// The busiest operations, at most 50.
    pub operations: Vec<OperationUsage>,
}

/// Where an actor sees the usage of an application; `None` is everywhere. Refuses one who is neither in its team nor has the
/// right to see usage of something it subscribes to.
pub(super) async fn reader(
    conn: &mut PgConnection,
    actor: &Actor,
    application: ApplicationId,
) -> Result<Option<Vec<Uuid>>, Refusal> {
    let reach = actor.reach(&[Permission::UsageReadAny]);
    let row = sqlx::query!(
        r#"select exists (select from team_member m where m.team_id = a.owner_team_id and m.user_id = $2) as "member!",
                  $3::uuid[] is null
                  or exists (select from subscription s join product p on p.id = s.product_id
                             where s.application_id = a.id and array[p.owner_team_id, p.id, p.api_id] && $3) as "inside!"
           from application a where a.id = $1 and a.state <> 'deleted'"#,
        application.uuid(),
        actor.user().map(|user| user.uuid()),
        reach.as_deref(),
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Refusal::NotFound)?;
    match (row.member, row.inside) {
        (true, _) => Ok(None),
        (false, true) => Ok(reach),
        (false, false) => Err(Refusal::NotFound),
    }
}

struct Row {
    bucket: OffsetDateTime,
    api: Option<String>,
    version: Option<String>,
    operation_key: String,
    status_class: i16,
    reason: String,
    count: i64,
    histogram: Vec<i64>,
}

/// An application's usage over a range that ends now.
pub async fn application_usage(
    db: &Db,
    actor: &Actor,
    application: ApplicationId,
    range: UsageRange,
) -> Result<UsageView, Refusal> {
    let first = range.first(db.clock().now());
    let mut tx = db.tenant(actor.tenant()).await?;
    let reach = reader(&mut tx, actor, application).await?;
    let rows = rows_of(&mut tx, application, reach.as_deref(), range, first).await?;
    Ok(summed(&rows, range, first))
}

/// The usage of an API over a range that ends now: the calls of all applications together, refusals of known ones included.
pub async fn api_usage(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    range: UsageRange,
) -> Result<UsageView, Refusal> {
    let first = range.first(db.clock().now());
    let mut tx = db.tenant(actor.tenant()).await?;
    let api = apis::find(&mut tx, actor, &api, Permission::UsageReadAny).await?;
    let rows = rows_of_api(&mut tx, api.id, range, first).await?;
    Ok(summed(&rows, range, first))
}

/// Rows of the ledger as sums by step and by operation.
fn summed(rows: &[Row], range: UsageRange, first: OffsetDateTime) -> UsageView {
    let mut buckets: Vec<(OffsetDateTime, Tally)> = (0..range.steps())
        .map(|number| (first + range.step() * number, Tally::default()))
        .collect();
    let mut whole = Tally::default();
    let mut operations: std::collections::BTreeMap<(String, String, String), Tally> =
        std::collections::BTreeMap::new();
    for row in rows {
        whole.add(row);
        if let Ok(place) = buckets.binary_search_by_key(&row.bucket, |(at, _)| *at) {
            buckets[place].1.add(row);
        }
        let key = (
            row.api.clone().unwrap_or_default(),
            row.version.clone().unwrap_or_default(),
            row.operation_key.clone(),
        );
        operations.entry(key).or_default().add(row);
    }
    let mut operations: Vec<OperationUsage> = operations
        .into_iter()
        .map(|((api, version, operation), tally)| OperationUsage {
            api,
            version,
            operation,
            totals: tally.totals(),
        })
        .collect();
    operations.sort_by_key(|operation| std::cmp::Reverse(operation.totals.calls));
    operations.truncate(50);
    UsageView {
        totals: whole.totals(),
        buckets: buckets
            .into_iter()
            .map(|(at, tally)| UsageBucket {
                at,
                totals: tally.totals(),
            })
            .collect(),
        operations,
    }
}

fn floor(at: OffsetDateTime, step: Duration) -> OffsetDateTime {
    let seconds = step.whole_seconds();
    OffsetDateTime::from_unix_timestamp(
        at.unix_timestamp() - at.unix_timestamp().rem_euclid(seconds),
    )
    .unwrap_or(at)
}

macro_rules! rows_from {
    ($table:literal, $conn:expr, $application:expr, $first:expr, $reach:expr) => {
        sqlx::query_as!(
            Row,
            r#"select u.bucket, a.slug as "api?", v.label as "version?", u.operation_key, u.status_class, u.reason, u.count,
                      u.latency_histogram as histogram
               from "# + $table + r#" u
               left join api_version v on v.id = u.api_version_id
               left join api a on a.id = v.api_id
               where u.application_id = $1 and u.bucket >= $2
                 and ($3::uuid[] is null
                      or exists (select from product p where p.api_id = a.id and array[p.owner_team_id, p.id, p.api_id] && $3))"#,
            $application,
            $first,
            $reach,
        )
        .fetch_all($conn)
        .await?
    };
}

async fn rows_of(
    conn: &mut PgConnection,
    application: ApplicationId,
    reach: Option<&[Uuid]>,
    range: UsageRange,
    first: OffsetDateTime,
) -> Result<Vec<Row>, Refusal> {
    Ok(match range {
        UsageRange::Hour => rows_from!("usage_minute", conn, application.uuid(), first, reach),
        UsageRange::Day => rows_from!("usage_hour", conn, application.uuid(), first, reach),
        UsageRange::Fortnight | UsageRange::Quarter => {
            rows_from!("usage_day", conn, application.uuid(), first, reach)
        }
    })
}

macro_rules! api_rows_from {
    ($table:literal, $conn:expr, $api:expr, $first:expr) => {
        sqlx::query_as!(
            Row,
            // Added up where the rows are: an API has those of every key of every application. The sums of the histogram are
            // written out, one for each of the ledger's latency buckets.
            r#"select u.bucket, a.slug as "api?", v.label as "version?", u.operation_key, u.status_class, u.reason,
                      sum(u.count)::bigint as "count!",
                      array[coalesce(sum(u.latency_histogram[1]), 0), coalesce(sum(u.latency_histogram[2]), 0),
                            coalesce(sum(u.latency_histogram[3]), 0), coalesce(sum(u.latency_histogram[4]), 0),
                            coalesce(sum(u.latency_histogram[5]), 0), coalesce(sum(u.latency_histogram[6]), 0),
                            coalesce(sum(u.latency_histogram[7]), 0), coalesce(sum(u.latency_histogram[8]), 0),
                            coalesce(sum(u.latency_histogram[9]), 0), coalesce(sum(u.latency_histogram[10]), 0),
                            coalesce(sum(u.latency_histogram[11]), 0), coalesce(sum(u.latency_histogram[12]), 0),
                            coalesce(sum(u.latency_histogram[13]), 0), coalesce(sum(u.latency_histogram[14]), 0),
                            coalesce(sum(u.latency_histogram[15]), 0), coalesce(sum(u.latency_histogram[16]), 0)]::bigint[] as "histogram!"
               from "# + $table + r#" u
               join api_version v on v.id = u.api_version_id
               join api a on a.id = v.api_id
               where v.api_id = $1 and u.bucket >= $2
               group by u.bucket, a.slug, v.label, u.operation_key, u.status_class, u.reason"#,
            $api,
            $first,
        )
        .fetch_all($conn)
        .await?
    };
}

// The statement above writes one sum for each bucket.
const _: () = assert!(LATENCY_BOUNDS_US.len() + 1 == 16);

async fn rows_of_api(
    conn: &mut PgConnection,
    api: Uuid,
    range: UsageRange,
    first: OffsetDateTime,
) -> Result<Vec<Row>, Refusal> {
    Ok(match range {
        UsageRange::Hour => api_rows_from!("usage_minute", conn, api, first),
        UsageRange::Day => api_rows_from!("usage_hour", conn, api, first),
        UsageRange::Fortnight | UsageRange::Quarter => {
            api_rows_from!("usage_day", conn, api, first)
        }
    })
}

#[derive(Default)]
struct Tally {
    totals: UsageTotals,
    histogram: Vec<i64>,
}

impl Tally {
    fn add(&mut self, row: &Row) {
        self.totals.calls += row.count;
        let limited = matches!(
            row.reason.as_str(),
            "rate_limited" | "api_rate_limited" | "quota_exceeded"
        );
        match row.status_class {
            _ if limited => self.totals.limited += row.count,
            1..=3 => self.totals.succeeded += row.count,
            4 => self.totals.client_errors += row.count,
            _ => self.totals.server_errors += row.count,
        }
        self.histogram
            .resize(self.histogram.len().max(row.histogram.len()), 0);
        for (mine, more) in self.histogram.iter_mut().zip(&row.histogram) {
            *mine += more;
        }
    }

    fn totals(self) -> UsageTotals {
        let (p50_us, p95_us) = (
            percentile(&self.histogram, 50),
            percentile(&self.histogram, 95),
        );
        UsageTotals {
            p50_us,
            p95_us,
            ..self.totals
        }
    }
}

/// The upper bound of the bucket that holds the percentile; `None` without calls or beyond the last bound.
fn percentile(histogram: &[i64], percent: i64) -> Option<u64> {
    let total: i64 = histogram.iter().sum();
    let rank = (total * percent + 99) / 100;
    let mut seen = 0;
    histogram
        .iter()
        .position(|count| {
            seen += count;
            total > 0 && seen >= rank
        })
        .and_then(|bucket| LATENCY_BOUNDS_US.get(bucket).copied())
}

/// How much of a quota is used.
#[derive(Debug, Clone, Serialize)]
pub struct QuotaView {
    /// `day` or `month`.
    pub period: QuotaPeriod,
    /// Requests allowed in the period.
    pub amount: i64,
    /// Requests counted in this period.
    pub used: i64,
    /// When the period began.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// When it ends and the count begins anew.
    #[serde(with = "time::serde::rfc3339")]
    pub resets_at: OffsetDateTime,
}

/// The quotas of a subscription's plan and what is used of them.
pub async fn subscription_quota(
    db: &Db,
    actor: &Actor,
    subscription: SubscriptionId,
) -> Result<Vec<QuotaView>, Refusal> {
    let now = db.clock().now();
    let mut tx = db.tenant(actor.tenant()).await?;
    let owner = sqlx::query!(
        r#"select s.application_id, t.time_zone, array[p.owner_team_id, p.id, p.api_id] as "place!: Vec<Option<Uuid>>"
           from subscription s join tenant t on t.id = s.tenant_id join product p on p.id = s.product_id
           where s.id = $1"#,
        subscription.uuid(),
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Refusal::NotFound)?;
    let application = ApplicationId::from_uuid(owner.application_id);
    let reach = reader(&mut tx, actor, application).await?;
    let inside = |reach: Vec<Uuid>| owner.place.iter().flatten().any(|id| reach.contains(id));
    if !reach.is_none_or(inside) {
        return Err(Refusal::NotFound);
    }
    let limits = sqlx::query!(
        r#"select l.amount as "amount!", l.period as "period!"
           from subscription s join plan p on p.id = s.plan_id
           join lateral (
               select 0 as rank, l.position, l.id, l.amount, l.period from plan_limit l
               where l.plan_revision_id = p.current_revision_id and l.algorithm = 'quota'
               union all
               select 1, o.position, o.id, o.amount, o.period from subscription_limit o
               where o.subscription_id = s.id and o.algorithm = 'quota') l on true
           where s.id = $1 order by l.rank, l.position, l.id"#,
        subscription.uuid(),
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut quotas = Vec::with_capacity(limits.len());
    for limit in limits {
        let Some(period) = QuotaPeriod::parse(&limit.period) else {
            continue;
        };
        let (started_at, resets_at) = window_start(period, now, &owner.time_zone);
        let used = sqlx::query_scalar!(
            "select used from quota_counter where subscription_id = $1 and period = $2 and window_start = $3",
            subscription.uuid(),
            limit.period,
            started_at,
        )
        .fetch_optional(&mut *tx)
        .await?;
        quotas.push(QuotaView {
            period,
            amount: limit.amount,
            used: used.unwrap_or(0),
            started_at,
            resets_at,
        });
    }
    Ok(quotas)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_name_the_bucket_that_holds_them() {
        let mut histogram = vec![0; LATENCY_BOUNDS_US.len() + 1];
        assert_eq!(percentile(&histogram, 95), None);
        histogram[0] = 94;
        histogram[5] = 6;
        assert_eq!(percentile(&histogram, 50), Some(500));
        assert_eq!(percentile(&histogram, 95), Some(20_000));
        histogram[LATENCY_BOUNDS_US.len()] = 1_000;
        assert_eq!(
            percentile(&histogram, 95),
            None,
            "slower than the last bound"
        );
    }
}
