//! Limits of one subscription: agreed to under a condition, and held beside those of its plan. The strictest decides, so a
//! plan that becomes stricter is never loosened by them.

use std::collections::HashMap;

use gatehouse_domain::approval::daily_requests;
use gatehouse_domain::id::LimitId;
use gatehouse_domain::plan::LimitRule;
use gatehouse_language::t;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::plans::limits::{self as of_plan, Columns, LimitView, rule_of};
use crate::refusal::{FieldFault, Refusal};
use crate::work::Work;

/// What is wrong with limits beside those of a plan: their form, and those that the plan keeps anyway.
pub(super) async fn faults(
    conn: &mut PgConnection,
    plan: Uuid,
    limits: &[LimitRule],
) -> Result<Vec<FieldFault>, Refusal> {
    let mut faults = of_plan::check(limits, 0);
    if !faults.is_empty() || limits.is_empty() {
        return Ok(faults);
    }
    let known = of_plan::of_plans(conn, &[plan]).await?;
    let known: Vec<LimitRule> = known
        .into_values()
        .flatten()
        .map(|limit| limit.rule)
        .collect();
    for (place, limit) in limits.iter().enumerate() {
        if let Some(kept) = known.iter().find(|kept| !is_below(limit, kept)) {
            let detail = t!(
                "refused-access-the-plan-allows-already-use-a",
                in_words = of_plan::limit_words(kept)
            );
            faults.push(FieldFault::new(
                format!("/limits/{place}"),
                "not_lower",
                detail,
            ));
        }
    }
    Ok(faults)
}

/// Whether a limit is lower than another of its kind. A rate and a quota, and quotas of different periods, hold side by side.
fn is_below(limit: &LimitRule, other: &LimitRule) -> bool {
    match (limit, other) {
        (LimitRule::Rate { .. }, LimitRule::Rate { .. }) => {
            let steady = |limit: &LimitRule| daily_requests([*limit]);
            steady(limit) < steady(other)
        }
        (
            LimitRule::Quota { amount, period },
            LimitRule::Quota {
                amount: most,
                period: of,
            },
        ) if period == of => amount < most,
        _ => true,
    }
}

/// Puts limits in the place of those a subscription had.
pub(super) async fn store(
    work: &mut Work<'_>,
    subscription: Uuid,
    limits: &[LimitRule],
) -> Result<(), Refusal> {
    sqlx::query!(
        "delete from subscription_limit where subscription_id = $1",
        subscription
    )
    .execute(work.conn())
    .await?;
    for (position, limit) in limits.iter().enumerate() {
        let id: LimitId = work.new_id();
        let tenant = work.tenant();
        let columns = Columns::of(*limit);
        sqlx::query!(
            "insert into subscription_limit (id, tenant_id, subscription_id, algorithm, amount, window_s, burst, period, position)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            id.uuid(),
            tenant,
            subscription,
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
    Ok(())
}

/// The own limits of several subscriptions.
pub(crate) async fn of_subscriptions(
    conn: &mut PgConnection,
    subscriptions: &[Uuid],
) -> Result<HashMap<Uuid, Vec<LimitView>>, Refusal> {
    let rows = sqlx::query!(
        "select subscription_id, id, algorithm, amount, window_s, burst, period
         from subscription_limit where subscription_id = any($1) order by position, id",
        subscriptions,
    )
    .fetch_all(conn)
    .await?;
    let mut limits: HashMap<Uuid, Vec<LimitView>> = HashMap::new();
    for row in rows {
        let rule = rule_of(
            row.id,
            &row.algorithm,
            row.amount,
            row.window_s,
            row.burst,
            row.period.as_deref(),
        )?;
        let own = limits.entry(row.subscription_id).or_default();
        own.push(LimitView {
            id: row.id.into(),
            rule,
            words: rule.in_words(),
        });
    }
    Ok(limits)
}

/// The open subscriptions of a plan that have limits of their own.
pub(crate) async fn limited_of_plan(
    conn: &mut PgConnection,
    plan: Uuid,
) -> Result<Vec<Uuid>, Refusal> {
    let ids = sqlx::query_scalar!(
        "select distinct l.subscription_id from subscription_limit l join subscription s on s.id = l.subscription_id
         where s.plan_id = $1 and s.state in ('pending', 'active') order by l.subscription_id",
        plan,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_domain::plan::QuotaPeriod;

    #[test]
    fn a_limit_is_compared_with_its_own_kind() {
        let rate = |amount, window_s| LimitRule::Rate {
            amount,
            window_s,
            burst: 1,
        };
        let quota = |amount, period| LimitRule::Quota { amount, period };
        let (day, month) = (QuotaPeriod::Day, QuotaPeriod::Month);
        for (limit, other, below) in [
            (rate(4, 1), rate(5, 1), true),
            (rate(5, 1), rate(5, 1), false),
            (rate(60, 60), rate(2, 1), true),
            (quota(9, day), quota(10, day), true),
            (quota(10, day), quota(10, day), false),
            (quota(99, month), quota(10, day), true),
            (quota(99, day), rate(1, 3600), true),
        ] {
            assert_eq!(is_below(&limit, &other), below, "{limit:?} {other:?}");
        }
    }
}
