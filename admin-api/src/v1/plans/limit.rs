//! A limit as it is sent. Written out flat, so that every fault has a pointer of its own.

use gatehouse_control_plane::plans::OperationLimit;
use gatehouse_domain::plan::{LimitRule, QuotaPeriod};
use gatehouse_web::{FieldError, Problem, ProblemKind};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies::words;

/// A limit: a `rate` with `window_s` and `burst`, or a `quota` with `period`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitInput {
    /// What it bounds.
    #[schema(value_type = words::LimitKind)]
    kind: LimitKind,
    /// Requests per window or period.
    #[schema(minimum = 1)]
    amount: u64,
    /// Of a rate: length of the window, seconds.
    #[schema(minimum = 1, maximum = 3600)]
    window_s: Option<u32>,
    /// Of a rate: requests that may arrive at once after a pause; without it `amount`.
    #[schema(minimum = 1)]
    burst: Option<u32>,
    /// Of a quota: the calendar period, in the tenant's time zone.
    #[schema(value_type = Option<words::QuotaPeriod>)]
    period: Option<QuotaPeriod>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LimitKind {
    Rate,
    Quota,
}

/// A rate of one operation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OperationLimitInput {
    /// Method and path, such as `GET /pets/{id}`; it counts in every version.
    operation: String,
    /// Requests per window.
    #[schema(minimum = 1)]
    amount: u32,
    /// Length of the window, seconds.
    #[schema(minimum = 1, maximum = 3600)]
    window_s: u32,
    /// Requests that may arrive at once after a pause; without it `amount`.
    #[schema(minimum = 1)]
    burst: Option<u32>,
}

impl From<OperationLimitInput> for OperationLimit {
    fn from(limit: OperationLimitInput) -> Self {
        Self {
            operation: limit.operation,
            rule: LimitRule::Rate {
                amount: limit.amount,
                window_s: limit.window_s,
                burst: limit.burst.unwrap_or(limit.amount),
            },
        }
    }
}

/// The rules, or every fault of their form at once. Their bounds are the verb's to judge.
pub(crate) fn rules(limits: Vec<LimitInput>) -> Result<Vec<LimitRule>, Problem> {
    let mut faults = Vec::new();
    let rules = limits
        .into_iter()
        .enumerate()
        .filter_map(|(place, limit)| limit.rule(place, &mut faults))
        .collect();
    if faults.is_empty() {
        Ok(rules)
    } else {
        Err(Problem::new(ProblemKind::Invalid).fields(faults))
    }
}

impl LimitInput {
    fn rule(self, place: usize, faults: &mut Vec<FieldError>) -> Option<LimitRule> {
        let before = faults.len();
        let mut fault = |name: &str, code: &str, detail: &str| {
            let pointer = format!("/limits/{place}/{name}");
            faults.push(FieldError::new(pointer, code, detail));
        };
        let foreign = "This belongs to the other kind of limit.";
        let rule = match self.kind {
            LimitKind::Rate => {
                if self.period.is_some() {
                    fault("period", "unknown_field", foreign);
                }
                if self.window_s.is_none() {
                    fault("window_s", "required", "Give the length of the window.");
                }
                let amount = u32::try_from(self.amount).unwrap_or(u32::MAX);
                LimitRule::Rate {
                    amount,
                    window_s: self.window_s.unwrap_or_default(),
                    burst: self.burst.unwrap_or(amount),
                }
            }
            LimitKind::Quota => {
                if self.window_s.is_some() {
                    fault("window_s", "unknown_field", foreign);
                }
                if self.burst.is_some() {
                    fault("burst", "unknown_field", foreign);
                }
                if self.period.is_none() {
                    fault("period", "required", "Give the period.");
                }
                LimitRule::Quota {
                    amount: self.amount,
                    period: self.period.unwrap_or(QuotaPeriod::Day),
                }
            }
        };
        (faults.len() == before).then_some(rule)
    }
}
