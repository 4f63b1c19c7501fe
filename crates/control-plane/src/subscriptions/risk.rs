//! What a decision risks: how much is asked for beside what was promised already, how sensitive the data are, and what the
//! team did before. Read for a whole page of the queue at once; every count is bounded.

use std::collections::HashMap;

use gatehouse_domain::approval::daily_requests;
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::row::Row;
use crate::apis::DataClass;
use crate::plans::limits;
use crate::refusal::Refusal;
use crate::words::known;

/// Subscriptions of one plan are counted up to here.
const COUNTED_MAX: i64 = 10_000;
/// Requests of one team are looked at up to here.
const EARLIER_MAX: i64 = 1000;
/// How far back calls are counted.
const LOOK_BACK: Duration = Duration::days(30);

/// What speaks for care.
#[derive(Debug, Clone, Serialize)]
pub struct Risk {
    /// How sensitive the API's data are.
    pub data_class: DataClass,
    /// Calls a day the plan asked for lets through at its steady rate; `None` is without bound.
    pub asked_per_day: Option<u64>,
    /// What active subscriptions of the API in this environment may call already.
    pub promised: Promised,
    /// Calls of the busiest of the last 30 days, to the API in this environment.
    pub busiest_day: i64,
    /// What the team did before.
    pub prior: PriorUse,
}

/// What others were promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Promised {
    /// Active subscriptions, at most 10000 of each plan counted.
    pub subscriptions: i64,
    /// Calls a day all of them may make together at their plans' steady rates; `None` is without bound.
    pub per_day: Option<u64>,
    /// Whether a plan had more than were counted.
    pub at_least: bool,
}

impl Default for Promised {
    fn default() -> Self {
        Self {
            subscriptions: 0,
            per_day: Some(0),
            at_least: false,
        }
    }
}

impl Promised {
    fn add(&mut self, count: i64, each: Option<u64>) {
        self.at_least |= count > COUNTED_MAX;
        let count = count.min(COUNTED_MAX);
        self.subscriptions += count;
        let more = each.map(|each| each.saturating_mul(count.unsigned_abs()));
        self.per_day = self
            .per_day
            .zip(more)
            .map(|(sum, more)| sum.saturating_add(more));
    }
}

/// What the applications of a team did before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct PriorUse {
    /// Calls to any API in the last 30 days.
    pub calls: i64,
    /// Of those, refused or failed: answered with 400 or above.
    pub failed: i64,
    /// Requests that were rejected, among at most 1000.
    pub rejected: i64,
    /// Subscriptions that were revoked, among at most 1000.
    pub revoked: i64,
}

/// The cards of a page of the queue.
pub(super) struct Risks {
    classes: HashMap<Uuid, DataClass>,
    /// Calls a day of a plan, at its steady rate.
    daily: HashMap<Uuid, Option<u64>>,
    promised: HashMap<(Uuid, Uuid), Promised>,
    busiest: HashMap<(Uuid, Uuid), i64>,
    prior: HashMap<Uuid, PriorUse>,
}

impl Risks {
    /// Reads what all rows need.
    pub(super) async fn read(
        conn: &mut PgConnection,
        rows: &[Row],
        now: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        let mut teams: Vec<Uuid> = rows.iter().map(|row| row.team_id).collect();
        teams.sort_unstable();
        teams.dedup();
        let mut places: Vec<Place> = rows.iter().map(Place::of).collect();
        places.sort_unstable();
        places.dedup();
        let held = held(conn, &places).await?;
        let asked = rows.iter().map(asked_plan);
        let plans: Vec<Uuid> = held.iter().map(|held| held.plan).chain(asked).collect();
        let daily = daily(conn, &plans).await?;
        let mut promised: HashMap<(Uuid, Uuid), Promised> = HashMap::new();
        for held in held {
            let each = daily.get(&held.plan).copied().flatten();
            let place = (held.product, held.environment);
            promised.entry(place).or_default().add(held.count, each);
        }
        Ok(Self {
            classes: classes(conn, &places).await?,
            busiest: busiest(conn, &places, now).await?,
            prior: prior(conn, &teams, now).await?,
            promised,
            daily,
        })
    }

    /// The card of one row.
    pub(super) fn of(&self, row: &Row) -> Risk {
        let place = (row.product_id, row.environment_id);
        let class = self.classes.get(&row.product_id).copied();
        Risk {
            data_class: class.unwrap_or(DataClass::Internal),
            asked_per_day: self.daily.get(&asked_plan(row)).copied().flatten(),
            promised: self.promised.get(&place).copied().unwrap_or_default(),
            busiest_day: self.busiest.get(&place).copied().unwrap_or_default(),
            prior: self.prior.get(&row.team_id).copied().unwrap_or_default(),
        }
    }
}

/// The plan somebody says yes or no to.
pub(super) fn asked_plan(row: &Row) -> Uuid {
    row.wanted_plan_id.unwrap_or(row.plan_id)
}

/// Where access is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    product: Uuid,
    environment: Uuid,
}

impl Place {
    fn of(row: &Row) -> Self {
        Self {
            product: row.product_id,
            environment: row.environment_id,
        }
    }
}

/// How many have one plan in one place.
struct Held {
    product: Uuid,
    environment: Uuid,
    plan: Uuid,
    count: i64,
}

async fn held(conn: &mut PgConnection, places: &[Place]) -> Result<Vec<Held>, Refusal> {
    let products: Vec<Uuid> = places.iter().map(|place| place.product).collect();
    let environments: Vec<Uuid> = places.iter().map(|place| place.environment).collect();
    let held = sqlx::query_as!(
        Held,
        r#"select x.product as "product!", x.environment as "environment!", p.id as plan, c.count as "count!"
           from unnest($1::uuid[], $2::uuid[]) x (product, environment)
           join plan p on p.product_id = x.product
           cross join lateral (select count(*) as count from (
               select from subscription s
               where s.plan_id = p.id and s.environment_id = x.environment and s.state = 'active'
               -- In the order that no other index has: few of many would else be looked for among all of them.
               order by s.created_at limit $3) counted) c"#,
        &products,
        &environments,
        COUNTED_MAX + 1,
    )
    .fetch_all(conn)
    .await?;
    Ok(held.into_iter().filter(|held| held.count > 0).collect())
}

/// Calls a day each plan lets through; one without limits lets through any number.
async fn daily(
    conn: &mut PgConnection,
    plans: &[Uuid],
) -> Result<HashMap<Uuid, Option<u64>>, Refusal> {
    let limits = limits::of_plans(conn, plans).await?;
    let daily = limits.into_iter().map(|(plan, limits)| {
        let rules = limits.into_iter().map(|limit| limit.rule);
        (plan, daily_requests(rules))
    });
    Ok(daily.collect())
}

/// The most sensitive data a product opens, over all its APIs.
async fn classes(
    conn: &mut PgConnection,
    places: &[Place],
) -> Result<HashMap<Uuid, DataClass>, Refusal> {
    let products: Vec<Uuid> = places.iter().map(|place| place.product).collect();
    let rows = sqlx::query!(
        r#"select p.id as "product!", a.data_class as "data_class!"
           from product p join api a on a.id = p.api_id where p.id = any($1)
           union
           select i.product_id, a.data_class
           from product_item i join api_version v on v.id = i.api_version_id join api a on a.id = v.api_id
           where i.product_id = any($1)"#,
        &products,
    )
    .fetch_all(conn)
    .await?;
    let mut classes: HashMap<Uuid, DataClass> = HashMap::new();
    for row in rows {
        let class = known(DataClass::parse(&row.data_class), &row.data_class)?;
        let strictest = classes.entry(row.product).or_insert(class);
        *strictest = class.max(*strictest);
    }
    Ok(classes)
}

async fn busiest(
    conn: &mut PgConnection,
    places: &[Place],
    now: OffsetDateTime,
) -> Result<HashMap<(Uuid, Uuid), i64>, Refusal> {
    let products: Vec<Uuid> = places.iter().map(|place| place.product).collect();
    let rows = sqlx::query!(
        r#"select d.product_id, d.environment_id, max(d.calls)::bigint as "calls!"
           from (select i.product_id, u.environment_id, u.bucket, sum(u.count) as calls
                 from product_item i join usage_day u on u.api_version_id = i.api_version_id
                 where i.product_id = any($1) and u.bucket >= $2
                 group by i.product_id, u.environment_id, u.bucket) d
           group by d.product_id, d.environment_id"#,
        &products,
        now - LOOK_BACK,
    )
    .fetch_all(conn)
    .await?;
    let calls = rows.into_iter();
    Ok(calls
        .map(|row| ((row.product_id, row.environment_id), row.calls))
        .collect())
}

async fn prior(
    conn: &mut PgConnection,
    teams: &[Uuid],
    now: OffsetDateTime,
) -> Result<HashMap<Uuid, PriorUse>, Refusal> {
    let rows = sqlx::query!(
        r#"select t.id as "team!", u.calls as "calls!", u.failed as "failed!", e.rejected as "rejected!", e.revoked as "revoked!"
           from unnest($1::uuid[]) t (id)
           cross join lateral (
               select coalesce(sum(u.count), 0)::bigint as calls,
                      coalesce(sum(u.count) filter (where u.status_class >= 4), 0)::bigint as failed
               from (select id from application where owner_team_id = t.id order by created_at desc limit $3) a
               join usage_day u on u.application_id = a.id and u.bucket >= $2) u
           cross join lateral (
               select count(*) filter (where s.state = 'rejected') as rejected,
                      count(*) filter (where s.ended_reason = 'revoked') as revoked
               from (select s.state, s.ended_reason
                     from (select id from application where owner_team_id = t.id order by created_at desc limit $3) a
                     join subscription s on s.application_id = a.id limit $3) s) e"#,
        teams,
        now - LOOK_BACK,
        EARLIER_MAX,
    )
    .fetch_all(conn)
    .await?;
    let prior = rows.into_iter().map(|row| {
        let prior = PriorUse {
            calls: row.calls,
            failed: row.failed,
            rejected: row.rejected,
            revoked: row.revoked,
        };
        (row.team, prior)
    });
    Ok(prior.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_promised_adds_up_and_one_without_bound_makes_all_of_it_so() {
        let mut promised = Promised::default();
        promised.add(3, Some(1000));
        promised.add(2, Some(10));
        assert_eq!((promised.subscriptions, promised.per_day), (5, Some(3020)));
        promised.add(COUNTED_MAX, Some(1));
        assert!(!promised.at_least);
        promised.add(COUNTED_MAX + 1, Some(1));
        assert!(promised.at_least);
        assert_eq!(promised.subscriptions, 5 + 2 * COUNTED_MAX);
        promised.add(1, None);
        assert_eq!(promised.per_day, None);
        promised.add(1, Some(1));
        assert_eq!(promised.per_day, None);
    }
}
