//! Rates that all calls of a policy share, whoever makes them: what is behind it is kept from more than it can take.
//!
//! One bucket for each policy and environment, in two atomic words as those of plans ([`super::counters::RateCell`]). Buckets
//! are held by the sets that name them and taken over from one configuration to the next; they start full after a restart.
//! Over several gateways each has an equal part.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use gatehouse_domain::plan::LimitRule;
use gatehouse_problem::{Problem, ProblemKind};
use gatehouse_runtime::Clock;
use gatehouse_snapshot::object::SharedRate;

use super::counters::{Rate, RateCell};
use crate::call::steady_ns;
use crate::refusal::Refusal;

const NANOS: u64 = 1_000_000_000;

/// What was taken of a rate, shared by all workers.
#[derive(Debug, Default)]
pub(crate) struct Bucket([AtomicU64; RateCell::WORDS]);

/// A shared rate in the form the request path needs.
#[derive(Debug)]
pub(crate) struct CompiledSharedRate {
    shadow: bool,
    rate: Rate,
    rule: LimitRule,
    bucket: Arc<Bucket>,
}

impl CompiledSharedRate {
    pub(crate) fn new(rate: &SharedRate, bucket: Arc<Bucket>) -> Self {
        let SharedRate {
            amount,
            window_s,
            burst,
            ..
        } = *rate;
        Self {
            shadow: rate.shadow,
            rate: Rate::new(amount, window_s, burst),
            rule: LimitRule::Rate {
                amount,
                window_s,
                burst,
            },
            bucket,
        }
    }

    fn cell(&self) -> Option<RateCell<'_>> {
        RateCell::of(&self.bucket.0)
    }
}

/// When a call is counted, and among how many gateways.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted<'a> {
    /// When it was read, on the steady clock.
    pub(crate) read_ns: u64,
    pub(crate) clock: &'a Clock,
    /// Live gateways of the group, this one included.
    pub(crate) nodes: u32,
}

/// What a call has taken, to be given back when a later limit refuses it.
#[derive(Debug)]
pub(crate) struct Taken<'a> {
    rates: &'a [CompiledSharedRate],
    /// A bit for each that counted the call.
    bits: u16,
    nodes: u32,
}

/// Takes one call of every rate, the outermost first, or of none. `would_refuse` counts the rates that are only tried and
/// have nothing left.
pub(crate) fn take<'a>(
    rates: &'a [CompiledSharedRate],
    counted: Counted<'_>,
    would_refuse: &mut u64,
) -> Result<Taken<'a>, Refusal> {
    let Counted {
        read_ns,
        clock,
        nodes,
    } = counted;
    let mut taken = Taken {
        rates,
        bits: 0,
        nodes,
    };
    for (place, rate) in rates.iter().enumerate() {
        let cell = rate.cell().ok_or(ProblemKind::AuthUnknown)?;
        match cell.take(read_ns, || steady_ns(clock), &rate.rate, nodes) {
            Ok(_) => taken.bits |= 1 << place,
            Err(_) if rate.shadow => *would_refuse += 1,
            Err(state) => {
                taken.give_back();
                let wait_s = state.next_ns.div_ceil(NANOS).max(1);
                return Err(problem(&rate.rule, wait_s).into());
            }
        }
    }
    Ok(taken)
}

impl Taken<'_> {
    /// As if the call had not come.
    pub(crate) fn give_back(&self) {
        for (place, rate) in self.rates.iter().enumerate() {
            if self.bits & 1 << place != 0
                && let Some(cell) = rate.cell()
            {
                cell.give_back(&rate.rate, self.nodes);
            }
        }
    }
}

fn problem(rule: &LimitRule, wait_s: u64) -> Problem {
    let words = rule.in_words();
    Problem::new(ProblemKind::ApiRateLimited)
        .detail(format!(
            "All callers together may make {words}. Try again in {wait_s} s."
        ))
        .retry_after(wait_s)
}

#[cfg(test)]
mod tests {
    use gatehouse_domain::id::PolicyId;
    use time::OffsetDateTime;
    use uuid::Uuid;

    use super::*;

    fn rate(amount: u32, shadow: bool) -> CompiledSharedRate {
        let rate = SharedRate {
            policy: PolicyId::from_uuid(Uuid::nil()),
            shadow,
            amount,
            window_s: 3_600,
            burst: amount,
        };
        CompiledSharedRate::new(&rate, Arc::default())
    }

    /// All in one moment.
    fn take_one<'a>(
        rates: &'a [CompiledSharedRate],
        would_refuse: &mut u64,
    ) -> Result<Taken<'a>, Refusal> {
        take_among(1, rates, would_refuse)
    }

    fn take_among<'a>(
        nodes: u32,
        rates: &'a [CompiledSharedRate],
        would_refuse: &mut u64,
    ) -> Result<Taken<'a>, Refusal> {
        let clock = Clock::fixed(OffsetDateTime::UNIX_EPOCH);
        let counted = Counted {
            read_ns: steady_ns(&clock),
            clock: &clock,
            nodes,
        };
        take(rates, counted, would_refuse)
    }

    fn passed(rates: &[CompiledSharedRate], calls: usize) -> (usize, u64) {
        let mut would_refuse = 0;
        let calls = (0..calls).filter(|_| take_one(rates, &mut would_refuse).is_ok());
        (calls.count(), would_refuse)
    }

    #[test]
    fn the_strictest_decides_and_costs_the_others_nothing() {
        let rates = [rate(5, false), rate(2, false)];
        assert_eq!(passed(&rates, 9), (2, 0));
        assert_eq!(passed(&rates[..1], 9), (3, 0), "what the inner refused");
        let rates = [rate(2, false), rate(5, false)];
        assert_eq!(passed(&rates, 9), (2, 0));
        assert_eq!(passed(&rates[1..], 9), (3, 0), "never asked");
    }

    #[test]
    fn what_is_only_tried_counts_and_refuses_nothing() {
        let rates = [rate(2, true), rate(4, false)];
        assert_eq!(passed(&rates, 9), (4, 7));
        let none_left = take_one(&rates[..1], &mut 0).unwrap();
        none_left.give_back();
        assert_eq!(
            passed(&rates[..1], 1),
            (1, 1),
            "it had taken nothing to give back"
        );
    }

    #[test]
    fn a_call_given_back_is_there_for_the_next() {
        let rates: Vec<_> = (0..16).map(|_| rate(1, false)).collect();
        for _ in 0..3 {
            take_one(&rates, &mut 0).unwrap().give_back();
        }
        assert_eq!(passed(&rates, 3), (1, 0));
    }

    #[test]
    fn several_gateways_have_an_equal_part_and_at_least_one_call() {
        for (nodes, part) in [(1, 10), (2, 5), (3, 3), (100, 1)] {
            let rates = [rate(10, false)];
            let calls = (0..20).filter(|_| take_among(nodes, &rates, &mut 0).is_ok());
            assert_eq!(calls.count(), part, "{nodes}");
        }
    }
}
