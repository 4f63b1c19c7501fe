//! Counters over changes of plans, and given up and used again.

use super::*;

const RATE: LimitRule = LimitRule::Rate {
    amount: 5,
    window_s: 1,
    burst: 5,
};
const MONTH: LimitRule = LimitRule::Quota {
    amount: 10,
    period: QuotaPeriod::Month,
};
const DAY: LimitRule = LimitRule::Quota {
    amount: 10,
    period: QuotaPeriod::Day,
};
const ALL: QuotaState = QuotaState {
    own: 0,
    ceiling: ALONE,
    others: 0,
};

fn take(counters: &Counters, id: CounterId, rules: &[LimitRule], quota: QuotaPeriod) -> u64 {
    let cell = counters
        .cells(id, Shape::of(rules))
        .unwrap()
        .quota(quota)
        .unwrap();
    match cell.take(3, 10, 1) {
        Taken::Passed(state) => state.own,
        Taken::OtherPeriod => {
            counters.turn(id, quota, 3, |_, _| ALL);
            take(counters, id, rules, quota)
        }
        _ => 0,
    }
}

#[test]
fn a_rate_and_a_quota_cost_twenty_four_bytes_each_at_most() {
    let words = 1 + Shape::of(&[RATE, MONTH]).words();
    assert!(words * 8 <= 2 * 24, "{words} words");
}

#[test]
fn what_a_period_has_used_outlives_every_change_of_the_plan() {
    let counters = Counters::new();
    let id = counters.allot();
    assert_eq!(take(&counters, id, &[MONTH], QuotaPeriod::Month), 1);
    assert_eq!(take(&counters, id, &[RATE, MONTH], QuotaPeriod::Month), 2);
    assert_eq!(
        take(&counters, id, &[DAY, RATE, MONTH], QuotaPeriod::Month),
        3
    );
    assert_eq!(
        take(&counters, id, &[DAY, RATE, MONTH], QuotaPeriod::Day),
        1
    );
    assert_eq!(take(&counters, id, &[MONTH], QuotaPeriod::Month), 4);
    assert_eq!(
        take(&counters, id, &[MONTH, DAY], QuotaPeriod::Day),
        1,
        "a quota that was dropped is not remembered here"
    );
}

#[test]
fn a_plan_that_changes_under_load_loses_no_call() {
    let counters = Counters::new();
    let id = counters.allot();
    let shapes: [&[LimitRule]; 3] = [&[MONTH], &[RATE, MONTH], &[DAY, MONTH]];
    take(&counters, id, shapes[0], QuotaPeriod::Month);
    let passed: usize = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..4)
            .map(|caller| {
                let counters = &counters;
                scope.spawn(move || {
                    (0..5_000)
                        .filter(|number| {
                            let shape = Shape::of(shapes[(number / 7 + caller) % 3]);
                            let cells = counters.cells(id, shape).unwrap();
                            let quota = cells.quota(QuotaPeriod::Month).unwrap();
                            matches!(quota.take(3, 1_000_000, 1), Taken::Passed(_))
                        })
                        .count()
                })
            })
            .collect();
        callers
            .into_iter()
            .map(|caller| caller.join().unwrap())
            .sum()
    });
    let cells = counters.present(id).unwrap();
    let (_, state) = cells.quota(QuotaPeriod::Month).unwrap().read();
    assert_eq!(state.own, passed as u64 + 1);
}

#[test]
fn what_is_given_up_is_used_again_only_after_two_sweeps_and_empty() {
    let counters = Counters::new();
    let id = counters.allot();
    take(&counters, id, &[MONTH], QuotaPeriod::Month);
    counters.free(id);
    assert!(counters.is_free(id));
    counters.sweep();
    assert_ne!(counters.allot(), id);
    counters.sweep();
    assert!(!counters.is_free(id));
    assert_eq!(counters.allot(), id);
    assert!(counters.present(id).is_none());
    assert_eq!(take(&counters, id, &[MONTH], QuotaPeriod::Month), 1);
}

#[test]
fn a_million_idle_subscriptions_cost_a_word_each() {
    let counters = Counters::new();
    let last = (0..1_000_000).map(|_| counters.allot()).last();
    assert_eq!(last, Some(CounterId(999_999)));
}
