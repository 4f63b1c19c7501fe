//! What is known of quotas, over restarts, torn files and clocks that are set.

use std::fs::{self, OpenOptions};
use std::io::Write;

use super::*;
use crate::policies::counters::{Shape, Taken};
use gatehouse_domain::plan::LimitRule;
use gatehouse_snapshot::object::Moment;
use gatehouse_snapshot::protocol::QuotaUsed;
use gatehouse_snapshot::usage::{Attribution, CallRecord};
use uuid::Uuid;

const START_MS: i64 = 1_795_176_000_000;
const DAY_MS: i64 = 86_400_000;
const ALONE_HERE: Basis = Basis {
    nodes: 1,
    away: false,
};

fn subscription(number: u128) -> SubscriptionId {
    SubscriptionId::from_uuid(Uuid::from_u128(number))
}

fn window(day: i64) -> Window {
    Window {
        start_ms: START_MS + day * DAY_MS,
        end_ms: START_MS + (day + 1) * DAY_MS,
        number: 20_000 + u32::try_from(day).unwrap(),
    }
}

fn reply(subscriptions: std::ops::Range<u128>, sequence: u64, used: u64) -> UsageReply {
    let quotas = subscriptions.map(|number| QuotaUsed {
        subscription: subscription(number),
        period: QuotaPeriod::Day,
        window_start: Moment(START_MS),
        used,
        leased: 0,
    });
    UsageReply {
        boot: Uuid::nil(),
        sequence,
        quotas: quotas.collect(),
    }
}

fn batch(sequence: u64, calls: usize) -> Batch {
    let record = CallRecord {
        at: Moment(START_MS + 5),
        request_id: Uuid::nil(),
        trace_id: None,
        attribution: Attribution {
            subscription: Some(subscription(7)),
            ..Attribution::default()
        },
        method: String::new(),
        path: String::new(),
        status: 200,
        reason: String::new(),
        counted: true,
        interrupted: false,
        latency_us: 0,
        upstream_us: 0,
        bytes_in: 0,
        bytes_out: 0,
        source: None,
    };
    Batch::new(Uuid::nil(), sequence, 0, vec![record; calls])
}

/// A gateway's counters of one subscription with a quota a day.
struct Node {
    ledger: QuotaLedger,
    set: TableSet,
    id: CounterId,
}

impl Node {
    fn open(folder: &Path) -> Self {
        let set = TableSet::of_one(subscription(7), Arc::default());
        Self {
            ledger: QuotaLedger::open(folder.join("quotas.log"), folder).unwrap(),
            id: set.counted(subscription(7)).unwrap().0,
            set,
        }
    }

    fn settle(&self, batch: &Batch, reply: &UsageReply) {
        let settled = self.ledger.settle(batch, reply, Some(&self.set));
        settled.unwrap();
    }

    /// What is left of `amount` after a call, if it passed.
    fn call(&self, day: i64, now_ms: i64, amount: u64) -> Option<u64> {
        let shape = Shape::of(&[LimitRule::Quota {
            amount,
            period: QuotaPeriod::Day,
        }]);
        let call = QuotaCall {
            subscription: subscription(7),
            id: self.id,
            quota: QuotaPeriod::Day,
            window: window(day),
            amount,
            now_ms,
        };
        let mut period = call.window.number;
        loop {
            let cells = self.set.counters.cells(self.id, shape).unwrap();
            match cells
                .quota(QuotaPeriod::Day)
                .unwrap()
                .take(period, amount, 1)
            {
                Taken::Passed(state) => return Some(state.remaining(amount)),
                Taken::OtherPeriod => {
                    (period, _) = self.ledger.turn(&self.set.counters, &call, ALONE_HERE);
                }
                _ => return None,
            }
        }
    }
}

#[test]
fn what_others_use_counts_and_what_is_shipped_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::open(folder.path());
    let call = || node.call(0, START_MS + 1, 100);
    for _ in 0..10 {
        call().unwrap();
    }
    // Ten here, of which six were shipped; the ledger knows 50 of the whole group.
    node.settle(&batch(1, 6), &reply(7..8, 1, 50));
    assert_eq!(call(), Some(100 - 44 - 11));
    node.settle(&batch(2, 5), &reply(7..8, 2, 55));
    assert_eq!(call(), Some(100 - 44 - 12));
    // The reply was lost and the batch came again.
    node.settle(&batch(2, 5), &reply(7..8, 2, 56));
    assert_eq!(call(), Some(100 - 45 - 13));
    let again = Node::open(folder.path());
    assert_eq!(again.call(0, START_MS + 1, 100), Some(100 - 56 - 1));
}

#[test]
fn a_clock_that_is_set_forwards_and_back_forgets_no_call() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::open(folder.path());
    assert_eq!(node.call(0, START_MS + 10, 100), Some(99));
    assert_eq!(node.call(0, START_MS + 10, 100), Some(98));
    assert_eq!(
        node.call(1, START_MS + DAY_MS + 10, 100),
        Some(99),
        "tomorrow"
    );
    assert_eq!(node.call(0, START_MS + 10, 100), Some(97), "today again");
    assert_eq!(
        node.call(1, START_MS + DAY_MS + 10, 100),
        Some(98),
        "tomorrow again"
    );
    let late_ms = START_MS + DAY_MS - 1;
    assert_eq!(
        node.call(0, late_ms, 100),
        Some(97),
        "a call that was on its way counts in the new day"
    );
}

fn total(ledger: &QuotaLedger, number: u128) -> Option<u64> {
    let state = ledger.lock();
    let known = state
        .accounts
        .get(subscription(number), QuotaPeriod::Day, START_MS)?;
    Some(known.total)
}

#[test]
fn what_is_told_as_the_log_is_written_anew_is_known_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let open = || QuotaLedger::open(folder.path().join("quotas.log"), folder.path()).unwrap();
    let ledger = open();
    let mut before = 0;
    for used in 1.. {
        ledger
            .settle(&batch(used, 0), &reply(0..20_000, used, used), None)
            .unwrap();
        let bytes = fs::metadata(folder.path().join("quotas.log"))
            .unwrap()
            .len();
        if bytes < before {
            assert_eq!(total(&open(), 7), Some(used));
            break;
        }
        before = bytes;
    }
    ledger
        .settle(&batch(4_000, 0), &reply(7..8, 4_000, 4_000), None)
        .unwrap();
    assert_eq!(total(&open(), 7), Some(4_000), "appended to the new file");
}

#[test]
fn a_torn_write_does_not_hide_what_is_told_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("quotas.log");
    let ledger = QuotaLedger::open(path.clone(), folder.path()).unwrap();
    ledger
        .settle(&batch(1, 0), &reply(7..8, 1, 1), None)
        .unwrap();
    let mut torn = OpenOptions::new().append(true).open(&path).unwrap();
    torn.write_all(&[40, 0, 0, 0, 1, 2]).unwrap();
    ledger
        .settle(&batch(2, 0), &reply(7..8, 2, 2), None)
        .unwrap();
    let again = QuotaLedger::open(path, folder.path()).unwrap();
    assert_eq!(total(&again, 7), Some(2));
}

#[test]
fn a_call_leaves_nothing_in_memory_where_nothing_was_told_and_no_period_ended() {
    let folder = tempfile::tempdir().unwrap();
    let node = Node::open(folder.path());
    let rows = || node.ledger.lock().accounts.part(0, 10).count();
    node.call(0, START_MS + 10, 100).unwrap();
    assert_eq!(rows(), 0);
    let counted = node
        .ledger
        .counted(&node.set.counters, node.id, QuotaPeriod::Day);
    let (number, state, start_ms) = counted.unwrap();
    assert_eq!((number, state.own, start_ms), (20_000, 1, START_MS));
    node.call(1, START_MS + DAY_MS + 10, 100).unwrap();
    assert_eq!(rows(), 1, "the day that was left");
}
