//! The limits of plans: stored in immutable revisions, so that what a subscriber was promised can always be read.

use std::collections::HashMap;

use gatehouse_domain::id::{LimitId, PlanId, PlanRevisionId};
use gatehouse_domain::plan::{LimitRule, QuotaPeriod};
use gatehouse_language::t;
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::operation_limits::{OperationLimit, OperationLimitView};
use super::tighten::Spans;
use crate::refusal::{FieldFault, Refusal};
use crate::words::Said;
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

/// A limit in words, in the reader's language: "5 a second, burst 10" or "100,000 a month".
pub fn limit_words(rule: &LimitRule) -> String {
    match *rule {
        LimitRule::Rate {
            amount,
            window_s,
            burst,
        } => match window_s {
            1 => t!("catalogue-rate-second", amount = amount, burst = burst),
            60 => t!("catalogue-rate-minute", amount = amount, burst = burst),
            3600 => t!("catalogue-rate-hour", amount = amount, burst = burst),
            seconds => t!(
                "catalogue-rate-window",
                amount = amount,
                seconds = seconds.to_string(),
                burst = burst
            ),
        },
        LimitRule::Quota { amount, period } => match period {
            QuotaPeriod::Day => t!("catalogue-quota-day", amount = amount),
            QuotaPeriod::Month => t!("catalogue-quota-month", amount = amount),
        },
    }
}

/// Checks limits of every call, and how many there are in all; every fault at once.
pub(crate) fn check(limits: &[LimitRule], of_operations: usize) -> Vec<FieldFault> {
    let mut faults: Vec<_> = limits
        .iter()
        .enumerate()
        .filter_map(|(place, limit)| {
            let fault = limit.check().err()?;
            Some(FieldFault::new(
                format!("/limits/{place}"),
                "out_of_range",
                fault.sentence(),
            ))
        })
        .collect();
    let count = limits.len() + of_operations;
    if count > LIMITS_MAX {
        let detail = t!(
            "refused-access-use-at-most-limits-those-of",
            limits_max = &LIMITS_MAX,
            count = &count
        );
        faults.push(FieldFault::new("/limits", "too_many", detail));
    }
    for (place, limit) in limits.iter().enumerate() {
        if limits[..place].contains(limit) {
            let detail = t!("refused-access-this-limit-is-in-the-list");
            faults.push(FieldFault::new(
                format!("/limits/{place}"),
                "duplicate",
                detail,
            ));
        }
    }
    faults
}

/// A revision to be stored.
pub(super) struct NewRevision<'a> {
    pub(super) limits: &'a [LimitRule],
    pub(super) operation_limits: &'a [OperationLimit],
    /// From when on it counts; it becomes the current one at once when that is not later than now.
    pub(super) effective_at: OffsetDateTime,
    /// What of the plan's own row changes with it, when it begins later.
    pub(super) spans: Option<Spans>,
}

/// Stores a revision with its limits. The plan's row is locked by the caller.
pub(super) async fn store_revision(
    work: &mut Work<'_>,
    plan: PlanId,
    new: &NewRevision<'_>,
) -> Result<(), Refusal> {
    let revision: PlanRevisionId = work.new_id();
    let (tenant, now) = (work.tenant(), work.now());
    let spans = new.spans.map(serde_json::to_value).transpose();
    sqlx::query!(
        "insert into plan_revision (id, tenant_id, plan_id, number, effective_at, created_at, spans)
         select $1, $2, $3, coalesce(max(number), 0) + 1, $4, $5, $6 from plan_revision where plan_id = $3",
        revision.uuid(),
        tenant,
        plan.uuid(),
        new.effective_at,
        now,
        spans.map_err(anyhow::Error::from)?,
    )
    .execute(work.conn())
    .await?;
    let every_call = new.limits.iter().map(|rule| (*rule, None));
    let single = new.operation_limits.iter();
    let single = single.map(|limit| (limit.rule, Some(limit.operation.as_str())));
    for (position, (rule, operation)) in every_call.chain(single).enumerate() {
        let id: LimitId = work.new_id();
        let columns = Columns::of(rule);
        sqlx::query!(
            "insert into plan_limit (id, tenant_id, plan_revision_id, algorithm, amount, window_s, burst, period, position, operation_key)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            id.uuid(),
            tenant,
            revision.uuid(),
            columns.algorithm,
            columns.amount,
            columns.window_s,
            columns.burst,
            columns.period,
            i32::try_from(position).unwrap_or(i32::MAX),
            operation,
        )
        .execute(work.conn())
        .await?;
    }
    if new.effective_at > now {
        return Ok(());
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

/// A limit as its columns.
pub(crate) struct Columns {
    pub(crate) algorithm: &'static str,
    pub(crate) amount: i64,
    pub(crate) window_s: Option<i32>,
    pub(crate) burst: Option<i32>,
    pub(crate) period: Option<&'static str>,
}

impl Columns {
    /// Checked limits are far below where these conversions would cut.
    pub(crate) fn of(rule: LimitRule) -> Self {
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

/// The limits of one revision.
#[derive(Debug, Default)]
pub(crate) struct RevisionLimits {
    pub(crate) of_all: Vec<LimitView>,
    pub(crate) of_operations: Vec<OperationLimitView>,
}

impl RevisionLimits {
    /// All of them in words.
    pub(super) fn into_words(self) -> Vec<String> {
        let of_all = self.of_all.into_iter().map(|limit| limit.words);
        let of_operations = self.of_operations.into_iter().map(|limit| limit.words);
        of_all.chain(of_operations).collect()
    }
}

/// The limits of several revisions, by revision.
pub(super) async fn of_revisions(
    conn: &mut PgConnection,
    revisions: &[Uuid],
) -> Result<HashMap<Uuid, RevisionLimits>, Refusal> {
    let rows = sqlx::query!(
        "select plan_revision_id, id, algorithm, amount, window_s, burst, period, operation_key
         from plan_limit where plan_revision_id = any($1)
         order by position, id",
        revisions,
    )
    .fetch_all(conn)
    .await?;
    let mut limits: HashMap<Uuid, RevisionLimits> = HashMap::new();
    for row in rows {
        let rule = rule_of(
            row.id,
            &row.algorithm,
            row.amount,
            row.window_s,
            row.burst,
            row.period.as_deref(),
        )?;
        let of = limits.entry(row.plan_revision_id).or_default();
        match row.operation_key {
            None => of.of_all.push(LimitView {
                id: row.id.into(),
                rule,
                words: rule.in_words(),
            }),
            Some(operation) => of.of_operations.push(OperationLimitView {
                id: row.id.into(),
                words: format!("{} of {operation}", rule.in_words()),
                operation,
                rule,
            }),
        }
    }
    Ok(limits)
}

/// The limits in force of several plans.
pub(crate) async fn in_force(
    conn: &mut PgConnection,
    plans: &[Uuid],
) -> Result<HashMap<Uuid, RevisionLimits>, Refusal> {
    let rows = sqlx::query!(
        r#"select id, current_revision_id as "revision!" from plan where id = any($1) and current_revision_id is not null"#,
        plans,
    )
    .fetch_all(&mut *conn)
    .await?;
    let revisions: Vec<Uuid> = rows.iter().map(|row| row.revision).collect();
    let mut limits = of_revisions(conn, &revisions).await?;
    let limits = rows
        .into_iter()
        .filter_map(|row| Some((row.id, limits.remove(&row.revision)?)));
    Ok(limits.collect())
}

/// The limits in force of several plans, those of single operations left out.
pub(crate) async fn of_plans(
    conn: &mut PgConnection,
    plans: &[Uuid],
) -> Result<HashMap<Uuid, Vec<LimitView>>, Refusal> {
    let limits = in_force(conn, plans).await?;
    Ok(limits
        .into_iter()
        .map(|(plan, limits)| (plan, limits.of_all))
        .collect())
}

/// A limit from its columns.
pub(crate) fn rule_of(
    id: Uuid,
    algorithm: &str,
    amount: i64,
    window_s: Option<i32>,
    burst: Option<i32>,
    period: Option<&str>,
) -> Result<LimitRule, Refusal> {
    match (
        algorithm,
        window_s,
        burst,
        period.and_then(QuotaPeriod::parse),
    ) {
        ("token_bucket", Some(window_s), Some(burst), None) => Ok(LimitRule::Rate {
            amount: u32::try_from(amount).unwrap_or(LimitRule::RATE_MAX),
            window_s: window_s.unsigned_abs(),
            burst: burst.unsigned_abs(),
        }),
        ("quota", None, None, Some(period)) => Ok(LimitRule::Quota {
            amount: amount.unsigned_abs(),
            period,
        }),
        _ => Err(Refusal::Internal(anyhow::anyhow!(
            "limit {id} has an unknown shape"
        ))),
    }
}

/// The limits in force of several plans, in words.
pub(crate) async fn in_words(
    conn: &mut PgConnection,
    plans: Vec<Uuid>,
) -> Result<HashMap<Uuid, Vec<String>>, Refusal> {
    let limits = in_force(conn, &plans).await?;
    Ok(limits
        .into_iter()
        .map(|(plan, limits)| (plan, limits.into_words()))
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
        let faults = check(&[good, bad, good], 0);
        let places: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(places, ["/limits/1", "/limits/2"]);
        let many: Vec<_> = (1..=17)
            .map(|amount| LimitRule::Quota {
                amount,
                period: QuotaPeriod::Day,
            })
            .collect();
        assert!(check(&many[..16], 0).is_empty());
        assert_eq!(check(&many[..16], 1).len(), 1);
        assert_eq!(check(&many, 0).len(), 1);
    }
}
