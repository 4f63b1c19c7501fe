//! Plans: what a subscription allows, and who must agree to it.

use crate::api::words;

words! {
    /// How a request for a plan is decided.
    ApprovalMode {
        /// At once, by rule.
        Auto = "auto",
        /// By one approver.
        Manual = "manual",
        /// By two different approvers.
        TwoPerson = "two_person",
    }
}

impl ApprovalMode {
    /// How many different people must agree.
    pub const fn approvals_required(self) -> i32 {
        match self {
            Self::Auto => 0,
            Self::Manual => 1,
            Self::TwoPerson => 2,
        }
    }
}

words! {
    /// Whether a plan can be asked for.
    PlanState {
        /// Being prepared.
        Staging = "staging",
        /// Offered.
        Published = "published",
        /// Kept by its subscribers, no longer recommended.
        Deprecated = "deprecated",
        /// No new requests.
        Closed = "closed",
    }
}

words! {
    /// A calendar period a quota is counted over, in the tenant's time zone.
    QuotaPeriod {
        /// Midnight to midnight.
        Day = "day",
        /// The first of a month to the first of the next.
        Month = "month",
    }
}

/// One limit of a plan, as gateways enforce it per subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LimitRule {
    /// A steady rate with a burst: a token bucket that refills `amount` tokens every `window_s` seconds and holds `burst`.
    Rate {
        /// Requests per window, at least 1.
        amount: u32,
        /// Length of the window in seconds, 1 to 3600.
        window_s: u32,
        /// Requests that may arrive at once after a pause, at least 1.
        burst: u32,
    },
    /// A number of requests per calendar period.
    Quota {
        /// Requests per period, at least 1.
        amount: u64,
        /// The period.
        period: QuotaPeriod,
    },
}

/// Why a limit cannot be stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLimit {
    /// An amount or burst of zero, or above what a counter holds.
    #[error("use a number from 1 to {max}; got {got}")]
    Amount {
        /// The largest accepted number.
        max: u64,
        /// What was given.
        got: u64,
    },
    /// A window outside 1 second to 1 hour.
    #[error("use a window of 1 to 3600 seconds; got {0}")]
    Window(u32),
}

impl LimitRule {
    /// Largest rate, burst: above it the limit is no limit.
    pub const RATE_MAX: u32 = 1_000_000;
    /// Largest quota.
    pub const QUOTA_MAX: u64 = 1_000_000_000_000;

    /// Checks the bounds stated at the fields.
    pub fn check(&self) -> Result<(), InvalidLimit> {
        let within = |got: u64, max: u64| {
            if (1..=max).contains(&got) {
                Ok(())
            } else {
                Err(InvalidLimit::Amount { max, got })
            }
        };
        match *self {
            Self::Rate {
                amount,
                window_s,
                burst,
            } => {
                within(amount.into(), Self::RATE_MAX.into())?;
                within(burst.into(), Self::RATE_MAX.into())?;
                if (1..=3600).contains(&window_s) {
                    Ok(())
                } else {
                    Err(InvalidLimit::Window(window_s))
                }
            }
            Self::Quota { amount, .. } => within(amount, Self::QUOTA_MAX),
        }
    }

    /// Whether whatever this limit lets through, `other` lets through as well. Of two buckets the one with the lower pace and
    /// the smaller burst; limits of different kinds say nothing about each other.
    pub fn is_within(&self, other: &Self) -> bool {
        match (*self, *other) {
            (
                Self::Rate {
                    amount,
                    window_s,
                    burst,
                },
                Self::Rate {
                    amount: other_amount,
                    window_s: other_window_s,
                    burst: other_burst,
                },
            ) => {
                // Amount over window, compared without dividing.
                let pace = u64::from(amount) * u64::from(other_window_s);
                let other_pace = u64::from(other_amount) * u64::from(window_s);
                pace <= other_pace && burst <= other_burst
            }
            (
                Self::Quota { amount, period },
                Self::Quota {
                    amount: other_amount,
                    period: other_period,
                },
            ) => period == other_period && amount <= other_amount,
            _ => false,
        }
    }

    /// The limit in words: "5 a second, burst 10" or "100,000 a month".
    pub fn in_words(&self) -> String {
        match *self {
            Self::Rate {
                amount,
                window_s,
                burst,
            } => {
                let per = match window_s {
                    1 => "a second".to_owned(),
                    60 => "a minute".to_owned(),
                    3600 => "an hour".to_owned(),
                    seconds => format!("in {seconds} s"),
                };
                format!(
                    "{} {per}, burst {}",
                    grouped(amount.into()),
                    grouped(burst.into())
                )
            }
            Self::Quota { amount, period } => format!("{} a {period}", grouped(amount)),
        }
    }
}

/// A number with its thousands grouped by commas, as pages and messages show it.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_held_at_their_bounds() {
        let rate = |amount, window_s, burst| {
            LimitRule::Rate {
                amount,
                window_s,
                burst,
            }
            .check()
            .is_ok()
        };
        assert!(!rate(0, 1, 1) && rate(1, 1, 1) && rate(1_000_000, 3600, 1_000_000));
        assert!(!rate(1_000_001, 1, 1) && !rate(1, 0, 1) && !rate(1, 3601, 1) && !rate(1, 1, 0));
        let quota = |amount| {
            LimitRule::Quota {
                amount,
                period: QuotaPeriod::Day,
            }
            .check()
            .is_ok()
        };
        assert!(
            !quota(0)
                && quota(1)
                && quota(LimitRule::QUOTA_MAX)
                && !quota(LimitRule::QUOTA_MAX + 1)
        );
    }

    #[test]
    fn a_limit_is_within_one_that_lets_everything_of_it_through() {
        let rate = |amount, window_s, burst| LimitRule::Rate {
            amount,
            window_s,
            burst,
        };
        assert!(rate(5, 1, 10).is_within(&rate(5, 1, 10)));
        assert!(rate(5, 1, 10).is_within(&rate(300, 60, 10)), "one pace");
        assert!(!rate(5, 1, 10).is_within(&rate(299, 60, 10)));
        assert!(!rate(5, 1, 10).is_within(&rate(6, 1, 9)), "burst");
        let quota = |amount, period| LimitRule::Quota { amount, period };
        let day = quota(10, QuotaPeriod::Day);
        assert!(day.is_within(&day) && !day.is_within(&quota(9, QuotaPeriod::Day)));
        assert!(
            !day.is_within(&quota(1_000, QuotaPeriod::Month)) && !day.is_within(&rate(9, 1, 9))
        );
    }

    #[test]
    fn limits_read_as_words() {
        assert_eq!(
            LimitRule::Rate {
                amount: 5,
                window_s: 1,
                burst: 1000
            }
            .in_words(),
            "5 a second, burst 1,000"
        );
        assert_eq!(
            LimitRule::Quota {
                amount: 1_234_567,
                period: QuotaPeriod::Month
            }
            .in_words(),
            "1,234,567 a month"
        );
    }
}
