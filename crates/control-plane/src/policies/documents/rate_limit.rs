//! A rate that all calls share, for the sake of what is behind.

use gatehouse_domain::id::PolicyId;
use gatehouse_domain::plan::LimitRule;
use gatehouse_snapshot::object::SharedRate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Told, closed};
use crate::words::Said;

/// A rate that all calls share: a token bucket that holds `burst` and refills `amount` every `window_s`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimitDocument {
    /// Requests per window, 1 to 1,000,000.
    pub amount: u32,
    /// Seconds, 1 to 3,600.
    pub window_s: u32,
    /// Requests that may come at once after a pause; as many as `amount` where it is left out.
    #[serde(default)]
    pub burst: Option<u32>,
}

pub(super) fn read(value: Value, told: &mut Told) -> Option<RateLimitDocument> {
    let mut rate: RateLimitDocument = closed(value, told)?;
    rate.burst.get_or_insert(rate.amount);
    let of = |amount, window_s, burst| LimitRule::Rate {
        amount,
        window_s,
        burst,
    };
    for (pointer, rule) in [
        ("/document/amount", of(rate.amount, 1, 1)),
        ("/document/window_s", of(1, rate.window_s, 1)),
        ("/document/burst", of(1, 1, rate.burst())),
    ] {
        if let Err(invalid) = rule.check() {
            told.fault(pointer, "out_of_range", invalid.sentence());
        }
    }
    Some(rate)
}

impl RateLimitDocument {
    fn burst(&self) -> u32 {
        self.burst.unwrap_or(self.amount)
    }

    /// As gateways hold it.
    pub(crate) fn compiled(&self, policy: PolicyId, shadow: bool) -> SharedRate {
        SharedRate {
            policy,
            shadow,
            amount: self.amount,
            window_s: self.window_s,
            burst: self.burst(),
        }
    }
}
