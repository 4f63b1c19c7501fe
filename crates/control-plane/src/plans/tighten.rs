//! Whether a change takes something from those who have a plan: then they are given notice.

use gatehouse_domain::plan::LimitRule;
use serde::{Deserialize, Serialize};

use super::operation_limits::OperationLimit;

/// How long what a plan gives may last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Spans {
    pub(super) max_subscription_days: Option<i32>,
    pub(super) max_key_days: Option<i32>,
    pub(super) max_overlap_s: i32,
}

/// What subscribers of a plan may count on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Promise<'a> {
    pub(super) limits: &'a [LimitRule],
    pub(super) operation_limits: &'a [OperationLimit],
    pub(super) spans: Spans,
}

impl Promise<'_> {
    /// Whether the same limits hold.
    pub(super) fn has_limits_of(&self, other: &Promise<'_>) -> bool {
        self.limits == other.limits && self.operation_limits == other.operation_limits
    }

    /// Whether `next` refuses anything that this one lets through.
    pub(super) fn is_tightened_by(&self, next: &Promise<'_>) -> bool {
        let shorter = |old: Option<i32>, new: Option<i32>| match (old, new) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(old), Some(new)) => new < old,
        };
        let held = |limit: &LimitRule| self.limits.iter().any(|old| old.is_within(limit));
        let held_of = |limit: &OperationLimit| {
            let mut old = self.operation_limits.iter();
            held(&limit.rule)
                || old
                    .any(|old| old.operation == limit.operation && old.rule.is_within(&limit.rule))
        };
        let (old, new) = (&self.spans, &next.spans);
        !next.limits.iter().all(held)
            || !next.operation_limits.iter().all(held_of)
            || shorter(old.max_subscription_days, new.max_subscription_days)
            || shorter(old.max_key_days, new.max_key_days)
            || new.max_overlap_s < old.max_overlap_s
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_domain::plan::QuotaPeriod;

    const SPANS: Spans = Spans {
        max_subscription_days: Some(30),
        max_key_days: None,
        max_overlap_s: 60,
    };

    const fn rate(amount: u32) -> LimitRule {
        LimitRule::Rate {
            amount,
            window_s: 1,
            burst: 10,
        }
    }

    fn promise<'a>(limits: &'a [LimitRule], operation_limits: &'a [OperationLimit]) -> Promise<'a> {
        Promise {
            limits,
            operation_limits,
            spans: SPANS,
        }
    }

    #[test]
    fn only_what_takes_something_away_tightens() {
        let quota = LimitRule::Quota {
            amount: 5,
            period: QuotaPeriod::Day,
        };
        let (five, six, with_quota) = ([rate(5)], [rate(6)], [rate(5), quota]);
        let old = promise(&five, &[]);
        assert!(!old.is_tightened_by(&old));
        assert!(!old.is_tightened_by(&promise(&six, &[])), "more");
        assert!(!old.is_tightened_by(&promise(&[], &[])), "no limit");
        assert!(promise(&six, &[]).is_tightened_by(&old), "less");
        assert!(
            old.is_tightened_by(&promise(&with_quota, &[])),
            "one more limit"
        );
        let of = |rule| {
            [OperationLimit {
                operation: "GET /pets".to_owned(),
                rule,
            }]
        };
        assert!(old.is_tightened_by(&promise(&five, &of(rate(4)))));
        assert!(
            !old.is_tightened_by(&promise(&five, &of(rate(5)))),
            "says nothing new"
        );
        assert!(!promise(&five, &of(rate(4))).is_tightened_by(&old));
    }

    #[test]
    fn shorter_spans_tighten_and_longer_ones_do_not() {
        let old = promise(&[], &[]);
        let with = |change: fn(&mut Spans)| {
            let mut spans = SPANS;
            change(&mut spans);
            old.is_tightened_by(&Promise {
                spans,
                ..old.clone()
            })
        };
        assert!(with(|spans| spans.max_overlap_s = 59) && !with(|spans| spans.max_overlap_s = 61));
        assert!(with(|spans| spans.max_subscription_days = Some(29)));
        assert!(!with(|spans| spans.max_subscription_days = Some(31)));
        assert!(!with(|spans| spans.max_subscription_days = None));
        assert!(
            with(|spans| spans.max_key_days = Some(3650)),
            "there was no bound"
        );
    }
}
