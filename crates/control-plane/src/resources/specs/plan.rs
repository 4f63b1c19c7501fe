//! Plans and their limits.

use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::approval::ApprovalRule;
use gatehouse_domain::plan::{ApprovalMode, LimitRule, PlanState, QuotaPeriod};
use gatehouse_domain::price::Price;
use gatehouse_domain::question::RequestQuestion;
use serde::{Deserialize, Serialize};

use super::given;
use crate::plans::{OperationLimit, OperationLimitView, key_of};
use crate::refusal::FieldFault;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlanSpec {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) summary: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<PlanState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) approval: Option<ApprovalMode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) environments: Option<Vec<EnvironmentKind>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) limits: Option<Vec<LimitSpec>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) operation_limits: Option<Vec<OperationLimitSpec>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) max_subscription_days: Option<Option<i32>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) max_key_days: Option<Option<i32>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_overlap_s: Option<i32>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) price: Option<Option<Price>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) trial: Option<bool>,
    /// Slug of the terms that requests accept.
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) terms: Option<Option<String>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) approval_rule: Option<Option<ApprovalRule>>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) approval_due_s: Option<Option<i32>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) questions: Option<Vec<RequestQuestion>>,
}

/// A rate of one operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperationLimitSpec {
    /// Method and path; kept as the stable key.
    operation: String,
    amount: u32,
    window_s: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    burst: Option<u32>,
}

impl OperationLimitSpec {
    /// As it is kept; single operations have rates only.
    pub(crate) fn of(limit: &OperationLimitView) -> Option<Self> {
        match limit.rule {
            LimitRule::Rate {
                amount,
                window_s,
                burst,
            } => Some(Self {
                operation: limit.operation.clone(),
                amount,
                window_s,
                burst: Some(burst),
            }),
            LimitRule::Quota { .. } => None,
        }
    }

    /// What the verb takes; it judges operation and bounds.
    pub(crate) fn limit(&self) -> OperationLimit {
        OperationLimit {
            operation: self.operation.clone(),
            rule: LimitRule::Rate {
                amount: self.amount,
                window_s: self.window_s,
                burst: self.burst.unwrap_or(self.amount),
            },
        }
    }

    fn tidy(&mut self) {
        if let Some(key) = key_of(&self.operation) {
            self.operation = key.to_string();
        }
        self.burst.get_or_insert(self.amount);
    }
}

/// A limit: a `rate` with `window_s` and `burst`, or a `quota` with `period`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitSpec {
    kind: LimitKind,
    amount: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window_s: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    burst: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    period: Option<QuotaPeriod>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LimitKind {
    Rate,
    Quota,
}

impl LimitSpec {
    pub(crate) fn of(rule: LimitRule) -> Self {
        match rule {
            LimitRule::Rate {
                amount,
                window_s,
                burst,
            } => Self {
                kind: LimitKind::Rate,
                amount: amount.into(),
                window_s: Some(window_s),
                burst: Some(burst),
                period: None,
            },
            LimitRule::Quota { amount, period } => Self {
                kind: LimitKind::Quota,
                amount,
                window_s: None,
                burst: None,
                period: Some(period),
            },
        }
    }

    /// The rule, or what is missing or too much. Bounds are the verb's to judge.
    pub(crate) fn rule(&self) -> Result<LimitRule, (&'static str, &'static str)> {
        let foreign = "This belongs to the other kind of limit; leave it out.";
        match self.kind {
            LimitKind::Rate => match (self.window_s, self.period) {
                (_, Some(_)) => Err(("period", foreign)),
                (None, _) => Err(("window_s", "Give the length of the window in seconds.")),
                (Some(window_s), None) => {
                    let amount = u32::try_from(self.amount).unwrap_or(u32::MAX);
                    Ok(LimitRule::Rate {
                        amount,
                        window_s,
                        burst: self.burst.unwrap_or(amount),
                    })
                }
            },
            LimitKind::Quota => match (self.window_s, self.burst, self.period) {
                (Some(_), _, _) => Err(("window_s", foreign)),
                (_, Some(_), _) => Err(("burst", foreign)),
                (_, _, None) => Err(("period", "Give the period: day or month.")),
                (_, _, Some(period)) => Ok(LimitRule::Quota {
                    amount: self.amount,
                    period,
                }),
            },
        }
    }
}

impl PlanSpec {
    pub(super) fn tidy(&mut self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        if let Some(kinds) = &mut self.environments {
            let given = std::mem::take(kinds);
            *kinds = EnvironmentKind::ALL
                .into_iter()
                .filter(|kind| given.contains(kind))
                .collect();
        }
        if self.state == Some(PlanState::Closed) {
            let detail = "A plan is closed by taking it out of the files of its scope and running sync, or by closing it.";
            faults.push(FieldFault::new("/spec/state", "not_here", detail));
        }
        let single = self.operation_limits.iter_mut().flatten();
        single.for_each(OperationLimitSpec::tidy);
        for (place, limit) in self.limits.iter_mut().flatten().enumerate() {
            match limit.rule() {
                Ok(rule) => *limit = LimitSpec::of(rule),
                Err((field, detail)) => {
                    let pointer = format!("/spec/limits/{place}/{field}");
                    faults.push(FieldFault::new(pointer, "limit", detail));
                }
            }
        }
        faults
    }
}
