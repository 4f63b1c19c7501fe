//! The limits of plans: stored in immutable revisions, so that what a subscriber was promised can always be read.

use std::collections::HashMap;

use gatehouse_domain::id::{LimitId, PlanId, PlanRevisionId};
use gatehouse_domain::plan::{LimitRule, QuotaPeriod};
use serde::Serialize;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::refusal::{FieldFault, Refusal};
use crate::work::Work;

/// Most limits of one plan.
const LIMITS_MAX: usize = 16;

/// One limit in force.
#[derive(Debug, Clone, Serialize)]
pub struct LimitView {
    /// Identity; counters belong to it.
    pub id: LimitId,
    /// What it allows.
    pub rule: LimitRule,
    /// The same in words.
    pub words: String,
}

/// Checks limits; every fault at once.
pub(super) fn check(limits: &[LimitRule]) -> Vec<FieldFault> {
    let mut faults: Vec<_> = limits
        .iter()
        .enumerate()
        .filter_map(|(place, limit)| {
            let fault = limit.check().err()?;
            let mut detail = format!("{fault}.");
            if let Some(first) = detail.get(..1).map(str::to_uppercase) {
                detail.replace_range(..1, &first);
            }
            Some(FieldFault::new(
                format!("/limits/{place}"),
                "out_of_range",
                detail,
            ))
        })
        .collect();
    if limits.len() > LIMITS_MAX {
        let detail = format!("Use at most {LIMITS_MAX} limits; got {}.", limits.len());
        faults.push(FieldFault::new("/limits", "too_many", detail));
    }
    for (place, limit) in limits.iter().enumerate() {
        if limits[..place].contains(limit) {
            let detail = "This limit is in the list already.";
            faults.push(FieldFault::new(
                format!("/limits/{place}"),
                "duplicate",
                detail,
            ));
        }
    }
    faults
}

/// Stores a revision with its limits and makes it the current one. The plan's row is locked by the caller.
pub(super) async fn store_revision(
    work: &mut Work<'_>,
    plan: PlanId,
    limits: &[LimitRule],
) -> Result<(), Refusal> {
    let revision: PlanRevisionId = work.new_id();
    let (tenant, now) = (work.tenant(), work.now());
    sqlx::query!(
        "insert into plan_revision (id, tenant_id, plan_id, number, effective_at, created_at)
         select $1, $2, $3, coalesce(max(number), 0) + 1, $4, $4 from plan_revision where plan_id = $3",
        revision.uuid(),
        tenant,
        plan.uuid(),
        now,
    )
    .execute(work.conn())
    .await?;
    for (position, limit) in limits.iter().enumerate() {
        let id: LimitId = work.new_id();
        let columns = Columns::of(*limit);
        sqlx::query!(
            "insert into plan_limit (id, tenant_id, plan_revision_id, algorithm, amount, window_s, burst, period, position)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            id.uuid(),
            tenant,
            revision.uuid(),
            columns.algorithm,
            columns.amount,
            columns.window_s,
            columns.burst,
            columns.period,
            i32::try_from(position).unwrap_or(i32::MAX),
        )
        .execute(work.conn())
        .await?;
    }
    sqlx::query!(
        "update plan set current_revision_id = $2 where id = $1",
        plan.uuid(),
        revision.uuid()
    )
    .execute(work.conn())
    .await?;
    Ok(())
}

struct Columns {
    algorithm: &'static str,
    amount: i64,
    window_s: Option<i32>,
    burst: Option<i32>,
    period: Option<&'static str>,
}

impl Columns {
    /// Checked limits are far below where these conversions would cut.
    fn of(rule: LimitRule) -> Self {
        let small = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        match rule {
            LimitRule::Rate {
                amount,
                window_s,
                burst,
            } => Self {
                algorithm: "token_bucket",
                amount: amount.into(),
                window_s: Some(small(window_s)),
                burst: Some(small(burst)),
                period: None,
            },
            LimitRule::Quota { amount, period } => Self {
                algorithm: "quota",
                amount: i64::try_from(amount).unwrap_or(i64::MAX),
                window_s: None,
                burst: None,
                period: Some(period.as_str()),
            },
        }
    }
}

/// The limits in force of several plans.
pub(crate) async fn of_plans(
    conn: &mut PgConnection,
    plans: &[Uuid],
) -> Result<HashMap<Uuid, Vec<LimitView>>, Refusal> {
    let rows = sqlx::query!(
        "select p.id as plan_id, l.id, l.algorithm, l.amount, l.window_s, l.burst, l.period
         from plan p join plan_limit l on l.plan_revision_id = p.current_revision_id
         where p.id = any($1)
         order by l.position, l.id",
        plans,
    )
    .fetch_all(conn)
    .await?;
    let mut limits: HashMap<Uuid, Vec<LimitView>> = HashMap::new();
    for row in rows {
        let rule = match (row.algorithm.as_str(), row.window_s, row.burst) {
            ("token_bucket", Some(window_s), Some(burst)) => LimitRule::Rate {
                amount: u32::try_from(row.amount).unwrap_or(LimitRule::RATE_MAX),
                window_s: window_s.unsigned_abs(),
                burst: burst.unsigned_abs(),
            },
            _ => LimitRule::Quota {
                amount: row.amount.unsigned_abs(),
                period: row
                    .period
                    .as_deref()
                    .and_then(QuotaPeriod::parse)
                    .ok_or_else(|| anyhow::anyhow!("limit {} has an unknown shape", row.id))?,
            },
        };
        limits.entry(row.plan_id).or_default().push(LimitView {
            id: row.id.into(),
            rule,
            words: rule.in_words(),
        });
    }
    Ok(limits)
}

/// The limits in force of several plans, in words.
pub(crate) async fn in_words(
    conn: &mut PgConnection,
    plans: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<String>>, Refusal> {
    let limits = of_plans(conn, &plans).await?;
    Ok(limits
        .into_iter()
        .map(|(plan, limits)| (plan, limits.into_iter().map(|limit| limit.words).collect()))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_faulty_limit_is_named_by_its_place() {
        let good = LimitRule::Quota {
            amount: 1,
            period: QuotaPeriod::Day,
        };
        let bad = LimitRule::Rate {
            amount: 0,
            window_s: 1,
            burst: 1,
        };
        let faults = check(&[good, bad, good]);
        let places: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(places, ["/limits/1", "/limits/2"]);
        let many: Vec<_> = (1..=17)
            .map(|amount| LimitRule::Quota {
                amount,
                period: QuotaPeriod::Day,
            })
            .collect();
        assert!(check(&many[..16]).is_empty());
        assert_eq!(check(&many).len(), 1);
    }
}
