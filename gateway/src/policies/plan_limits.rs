//! A plan's limits, compiled: what a call is counted with, and the texts of the fields that show it.

use gatehouse_domain::OperationKey;
use gatehouse_domain::id::LimitId;
use gatehouse_domain::plan::{LimitRule, QuotaPeriod};
use gatehouse_snapshot::object::Plan;

use super::counters::{Rate, Shape};

/// A plan's limits in the form the request path needs.
#[derive(Debug, Default)]
pub(crate) struct PlanLimits {
    /// In the order of the plan: those of every call, then those of single operations.
    pub(crate) limits: Box<[CompiledLimit]>,
    pub(crate) shape: Shape,
    /// Rates, in the order of the plan.
    pub(crate) rates: Box<[PlanRate]>,
    /// At most one for each period: of several the smallest decides, and all count the same calls.
    pub(crate) quotas: Box<[PlanQuota]>,
    /// Which operation each rate counts, `None` every one. Empty when no rate is of one operation, so that the calls of such a
    /// plan pay for one look at a length.
    operations: Box<[Option<OperationKey>]>,
}

/// A limit and what fields call it.
#[derive(Debug, Clone)]
pub(crate) struct CompiledLimit {
    pub(crate) id: LimitId,
    pub(crate) rule: LimitRule,
    /// `"minute";q=100;w=`, what follows is the length of the window.
    pub(crate) policy: Box<str>,
    /// `"minute";r=`, what follows is what is left.
    pub(crate) label: Box<str>,
    /// The only operation it counts.
    pub(crate) operation: Option<OperationKey>,
}

/// A rate and its place among the plan's limits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlanRate {
    pub(crate) place: usize,
    pub(crate) rate: Rate,
}

/// The quota that decides for a period.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlanQuota {
    pub(crate) period: QuotaPeriod,
    pub(crate) amount: u64,
}

impl PlanLimits {
    pub(crate) fn compile(plan: &Plan) -> Self {
        let own = plan.limits.iter().map(|limit| (limit, None));
        let single = plan.later.operation_limits.iter();
        let single = single.map(|one| (&one.limit, Some(&one.operation)));
        let limits: Vec<_> = own.chain(single).collect();
        let rules: Vec<LimitRule> = limits.iter().map(|(limit, _)| limit.rule.into()).collect();
        let names = limit_names(&rules);
        let mut compiled = Self {
            shape: Shape::of(&rules),
            ..Self::default()
        };
        let mut rates = Vec::new();
        let mut quotas: Vec<PlanQuota> = Vec::new();
        for (place, rule) in rules.iter().enumerate() {
            match *rule {
                LimitRule::Rate {
                    amount,
                    window_s,
                    burst,
                } => rates.push(PlanRate {
                    place,
                    rate: Rate::new(amount, window_s, burst),
                }),
                LimitRule::Quota { amount, period } => {
                    let quota = PlanQuota { period, amount };
                    match quotas.iter_mut().find(|known| known.period == period) {
                        Some(known) if known.amount <= amount => {}
                        Some(known) => *known = quota,
                        None => quotas.push(quota),
                    }
                }
            }
        }
        if !plan.later.operation_limits.is_empty() {
            let operations = rates.iter().map(|rate| limits[rate.place].1.cloned());
            compiled.operations = operations.collect();
        }
        let parts = limits.iter().zip(rules).zip(names);
        let parts = parts.map(|(((limit, operation), rule), name)| CompiledLimit {
            operation: operation.cloned(),
            ..CompiledLimit::new(limit.id, rule, &name)
        });
        compiled.limits = parts.collect();
        compiled.rates = rates.into();
        compiled.quotas = quotas.into();
        compiled
    }

    /// Whether the rate at a place among the rates counts a call; `is` says whether the call is of an operation.
    pub(crate) fn counts(&self, rate: usize, is: impl FnOnce(&OperationKey) -> bool) -> bool {
        match self.operations.get(rate) {
            None | Some(None) => true,
            Some(Some(operation)) => is(operation),
        }
    }
}

impl CompiledLimit {
    fn new(id: LimitId, rule: LimitRule, name: &str) -> Self {
        let amount = match rule {
            LimitRule::Rate { amount, .. } => u64::from(amount),
            LimitRule::Quota { amount, .. } => amount,
        };
        Self {
            id,
            rule,
            policy: format!("\"{name}\";q={amount};w=").into(),
            label: format!("\"{name}\";r=").into(),
            operation: None,
        }
    }
}

/// What fields call the limits of a plan: `second`, `minute`, `hour`, `30s`, `day`, `month`; a repeated word is numbered.
fn limit_names(rules: &[LimitRule]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(rules.len());
    for rule in rules {
        let word = match rule {
            LimitRule::Rate { window_s, .. } => match window_s {
                1 => "second".to_owned(),
                60 => "minute".to_owned(),
                3_600 => "hour".to_owned(),
                other => format!("{other}s"),
            },
            LimitRule::Quota { period, .. } => period.to_string(),
        };
        let mut name = word.clone();
        let mut number = 2;
        while names.contains(&name) {
            name = format!("{word}-{number}");
            number += 1;
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    use gatehouse_snapshot::object::Limit;
    use uuid::Uuid;

    const fn rate(window_s: u32) -> LimitRule {
        LimitRule::Rate {
            amount: 1,
            window_s,
            burst: 1,
        }
    }

    const fn quota(amount: u64) -> LimitRule {
        LimitRule::Quota {
            amount,
            period: QuotaPeriod::Month,
        }
    }

    #[test]
    fn limits_have_distinct_names() {
        let names = limit_names(&[rate(1), rate(1), rate(30), rate(3_600), quota(1)]);
        assert_eq!(names, ["second", "second-2", "30s", "hour", "month"]);
    }

    #[test]
    fn of_several_quotas_of_a_period_the_smallest_decides() {
        let limits: Vec<Limit> = [quota(30), rate(1), quota(10), quota(20)]
            .into_iter()
            .map(|rule| Limit {
                id: LimitId::from_uuid(Uuid::nil()),
                rule: rule.into(),
            })
            .collect();
        let compiled = PlanLimits::compile(&Plan {
            id: Uuid::nil().into(),
            tenant: Uuid::nil().into(),
            name: String::new(),
            limits,
            later: Default::default(),
        });
        assert_eq!(compiled.quotas.len(), 1);
        assert_eq!(compiled.quotas[0].amount, 10);
        let rates: Vec<usize> = compiled.rates.iter().map(|rate| rate.place).collect();
        assert_eq!(rates, [1]);
    }
}
