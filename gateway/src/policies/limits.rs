//! Rate limits and quotas: all of a plan's limits apply, the strictest decides.

use gatehouse_domain::plan::{LimitRule, QuotaPeriod, grouped};
use gatehouse_problem::{Problem, ProblemKind};
use gatehouse_snapshot::calendar::Window;
use http::HeaderValue;
use http::header::HeaderName;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::calendar::Calendar;
use super::counters::{Cell, RateState};
use super::subscription::Permit;
use crate::call::Now;
use crate::refusal::Refusal;
use crate::tables::CompiledLimit;
use crate::usage::ledger::QuotaLedger;

/// draft-ietf-httpapi-ratelimit-headers: what is left.
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// The same draft: what the limits are.
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const NANOS: u64 = 1_000_000_000;

/// What the limits say about a call that passed, as headers for its response.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

/// Where a limit stands after it was asked.
struct Reading {
    remaining: u64,
    /// Seconds until waiting is of use: until a call is possible when none is left, else until all are back.
    reset_s: u64,
}

/// The share of a rate that is this node's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Share {
    interval_ns: u64,
    burst: u64,
}

impl Share {
    /// An equal part of amount and burst for each live node, at least one call each; exact when there is one node. The
    /// interval is rounded up: rounding may cost a call in a billion, never allow one.
    fn of(amount: u32, window_s: u32, burst: u32, live_nodes: u32) -> Self {
        let nodes = u64::from(live_nodes.max(1));
        let amount = (u64::from(amount) / nodes).max(1);
        Self {
            interval_ns: (u64::from(window_s) * NANOS).div_ceil(amount),
            burst: (u64::from(burst) / nodes).max(1),
        }
    }
}

/// Takes one call from every limit of the permit's plan, or from none.
pub(crate) fn admit(
    permit: &Permit,
    calendar: &Calendar,
    now: Now,
    live_nodes: u32,
    ledger: &QuotaLedger,
) -> Result<Standing, Refusal> {
    let limits = &permit.plan().limits;
    if limits.is_empty() {
        return Ok(Standing::default());
    }
    let set = permit
        .counters()
        .cells(permit.plan(), calendar, now, ledger);
    let pairs: Vec<(&CompiledLimit, &Cell)> = limits
        .iter()
        .zip(set.cells.iter().map(AsRef::as_ref))
        .collect();
    let mut readings: Vec<Option<Reading>> = pairs.iter().map(|_| None).collect();
    // Rates before quotas: a call that comes too fast costs nothing of the month.
    let is_rate = |limit: &CompiledLimit| matches!(limit.rule, LimitRule::Rate { .. });
    let order = pairs.iter().enumerate();
    let rates = order.clone().filter(|(_, (limit, _))| is_rate(limit));
    let quotas = order.filter(|(_, (limit, _))| !is_rate(limit));
    for (place, (limit, cell)) in rates.chain(quotas) {
        match take(limit, cell, calendar, now, live_nodes) {
            Ok(reading) => readings[place] = Some(reading),
            Err((reading, problem)) => {
                give_back(&pairs, &mut readings, live_nodes);
                readings[place] = Some(reading);
                let mut refusal = Refusal::from(*problem);
                refusal.headers = headers(&pairs, &readings, calendar, now);
                return Err(refusal);
            }
        }
    }
    Ok(Standing {
        headers: headers(&pairs, &readings, calendar, now),
    })
}

type Refused = (Reading, Box<Problem>);

fn take(
    limit: &CompiledLimit,
    cell: &Cell,
    calendar: &Calendar,
    now: Now,
    live_nodes: u32,
) -> Result<Reading, Refused> {
    match (limit.rule, cell.rate(), cell.quota()) {
        (
            LimitRule::Rate {
                amount,
                window_s,
                burst,
            },
            Some(cell),
            _,
        ) => {
            let share = Share::of(amount, window_s, burst, live_nodes);
            match cell.take(now.steady_ns, share.interval_ns, share.burst) {
                Ok(state) => Ok(rate_reading(state)),
                Err(state) => {
                    let reading = rate_reading(state);
                    let problem = rate_problem(&limit.rule, reading.reset_s);
                    Err((reading, Box::new(problem)))
                }
            }
        }
        (LimitRule::Quota { amount, period }, _, Some(cell)) => {
            let current = calendar.period(period, now.wall_ms);
            let reset_s = seconds_left(current, now);
            match cell.take(current.start_ms, amount) {
                Ok(used) => Ok(Reading {
                    remaining: amount.saturating_sub(used),
                    reset_s,
                }),
                Err(_) => {
                    let problem = quota_problem(amount, period, current, reset_s);
                    let reading = Reading {
                        remaining: 0,
                        reset_s,
                    };
                    Err((reading, Box::new(problem)))
                }
            }
        }
        // Cells are built from the same limits; a mismatch cannot come about, and refusing is the safe side of it.
        _ => Err((
            Reading {
                remaining: 0,
                reset_s: 1,
            },
            Box::new(Problem::new(ProblemKind::AuthUnknown)),
        )),
    }
}

fn give_back(pairs: &[(&CompiledLimit, &Cell)], readings: &mut [Option<Reading>], live_nodes: u32) {
    for ((limit, cell), reading) in pairs.iter().zip(readings) {
        let Some(reading) = reading else { continue };
        match (limit.rule, cell.rate(), cell.quota()) {
            (
                LimitRule::Rate {
                    amount,
                    window_s,
                    burst,
                },
                Some(cell),
                _,
            ) => cell.give_back(Share::of(amount, window_s, burst, live_nodes).interval_ns),
            (LimitRule::Quota { .. }, _, Some(cell)) => cell.give_back(),
            _ => {}
        }
        reading.remaining += 1;
    }
}

fn rate_reading(state: RateState) -> Reading {
    let wait_ns = if state.remaining == 0 {
        state.next_ns
    } else {
        state.full_ns
    };
    Reading {
        remaining: state.remaining,
        reset_s: wait_ns.div_ceil(NANOS),
    }
}

fn rate_problem(rule: &LimitRule, wait_s: u64) -> Problem {
    let wait_s = wait_s.max(1);
    Problem::new(ProblemKind::RateLimited)
        .detail(format!(
            "The plan allows {}. Try again in {wait_s} s.",
            rule.in_words()
        ))
        .retry_after(wait_s)
}

fn quota_problem(amount: u64, period: QuotaPeriod, current: Window, wait_s: u64) -> Problem {
    let reset = OffsetDateTime::from_unix_timestamp_nanos(i128::from(current.end_ms) * 1_000_000)
        .ok()
        .and_then(|reset| reset.format(&Rfc3339).ok())
        .unwrap_or_default();
    Problem::new(ProblemKind::QuotaExceeded)
        .detail(format!(
            "All {} calls of this {period} are used; the next {period} begins {reset}.",
            grouped(amount)
        ))
        .retry_after(wait_s.max(1))
}

fn seconds_left(period: Window, now: Now) -> u64 {
    u64::try_from(period.end_ms - now.wall_ms)
        .unwrap_or(0)
        .div_ceil(1_000)
}

fn headers(
    pairs: &[(&CompiledLimit, &Cell)],
    readings: &[Option<Reading>],
    calendar: &Calendar,
    now: Now,
) -> Vec<(HeaderName, HeaderValue)> {
    let policy = pairs.iter().map(|(limit, _)| match limit.rule {
        LimitRule::Rate {
            amount, window_s, ..
        } => {
            format!("\"{}\";q={amount};w={window_s}", limit.name)
        }
        LimitRule::Quota { amount, period } => {
            let period = calendar.period(period, now.wall_ms);
            let length_s = (period.end_ms - period.start_ms) / 1_000;
            format!("\"{}\";q={amount};w={length_s}", limit.name)
        }
    });
    let standing = pairs
        .iter()
        .zip(readings)
        .filter_map(|((limit, _), reading)| {
            let reading = reading.as_ref()?;
            Some(format!(
                "\"{}\";r={};t={}",
                limit.name, reading.remaining, reading.reset_s
            ))
        });
    let joined = |items: Vec<String>| HeaderValue::from_str(&items.join(", ")).ok();
    [
        (RATE_LIMIT_POLICY, joined(policy.collect())),
        (RATE_LIMIT, joined(standing.collect())),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

/// What headers call the limits of a plan: `second`, `minute`, `hour`, `30s`, `day`, `month`; a repeated word is numbered.
pub(crate) fn limit_names(rules: &[LimitRule]) -> Vec<String> {
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

    #[test]
    fn one_node_has_the_whole_rate_and_many_never_more_together() {
        assert_eq!(
            Share::of(5, 1, 10, 1),
            Share {
                interval_ns: 200_000_000,
                burst: 10
            }
        );
        for nodes in 1..20u32 {
            let share = Share::of(100, 60, 20, nodes);
            if nodes <= 20 {
                assert!(share.burst * u64::from(nodes) <= 20, "{nodes}");
            }
            let per_node = 60 * NANOS / share.interval_ns;
            assert!(per_node * u64::from(nodes) <= 100, "{nodes}");
        }
        assert_eq!(
            Share::of(1, 1, 1, 50),
            Share {
                interval_ns: NANOS,
                burst: 1
            }
        );
    }

    #[test]
    fn limits_have_distinct_names() {
        let rate = |window_s| LimitRule::Rate {
            amount: 1,
            window_s,
            burst: 1,
        };
        let quota = LimitRule::Quota {
            amount: 1,
            period: QuotaPeriod::Month,
        };
        let names = limit_names(&[rate(1), rate(1), rate(30), rate(3_600), quota]);
        assert_eq!(names, ["second", "second-2", "30s", "hour", "month"]);
    }
}
