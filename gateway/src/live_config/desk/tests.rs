//! Simulated nodes that share limits over the real counters, ledger and desk, through a control plane in memory that hands
//! parts out by the real arithmetic: cut off, killed, joined late, with clocks that are wrong.

use gatehouse_domain::id::{PlanId, TenantId};
use gatehouse_domain::plan::{LimitRule, QuotaPeriod};
use gatehouse_runtime::ClockHand;
use gatehouse_snapshot::object::{Limit, Moment, Plan, PlanLater};
use gatehouse_snapshot::protocol::{QuotaGrant, QuotaUsed, RateShare, UsageReply};
use gatehouse_snapshot::sharing::{self, QuotaAccount, RateNode};
use gatehouse_snapshot::usage::{Attribution, Batch, CallRecord};
use tempfile::TempDir;
use time::OffsetDateTime;
use uuid::Uuid;

use super::*;
use crate::call::Now;
use crate::policies::Standing;
use crate::policies::calendar::Calendar;
use crate::policies::limits::{Caller, Limiting};
use crate::usage::segment::{SegmentName, push_calls};

/// 2026-11-20 12:00 UTC.
const NOON: i64 = 1_795_176_000;
const DAY_START_MS: i64 = (NOON - 43_200) * 1_000;
const STEP: Duration = Duration::from_millis(100);
/// A node that is silent for longer takes no part.
const LIVE: u64 = 10_000;

fn subscription() -> SubscriptionId {
    SubscriptionId::from_uuid(Uuid::from_u128(7))
}

fn plan(rule: LimitRule) -> Arc<CompiledPlan> {
    let limit = Limit {
        id: LimitId::from_uuid(Uuid::from_u128(5)),
        rule: rule.into(),
    };
    Arc::new(CompiledPlan::of_limits(&Plan {
        id: PlanId::from_uuid(Uuid::from_u128(1)),
        tenant: TenantId::from_uuid(Uuid::from_u128(2)),
        name: "Plan".to_owned(),
        limits: vec![limit],
        later: PlanLater::default(),
    }))
}

/// What the control plane holds of one node.
#[derive(Clone, Copy, Default)]
struct Seen {
    at_ms: u64,
    settled: u64,
    held: u64,
    share: Option<RateNode>,
}

/// The control plane, in memory.
struct Center {
    amount: u64,
    used: u64,
    nodes: BTreeMap<usize, Seen>,
    now_ms: u64,
}

impl Center {
    fn live(&self) -> Vec<usize> {
        let live = |seen: &Seen| self.now_ms.saturating_sub(seen.at_ms) <= LIVE;
        let nodes = self.nodes.iter().filter(|(_, seen)| live(seen));
        nodes.map(|(number, _)| *number).collect()
    }

    fn leased_besides(&self, number: usize) -> u64 {
        let others = self.live().into_iter().filter(|other| *other != number);
        let held = others.map(|other| self.nodes[&other]);
        held.map(|seen| seen.held.saturating_sub(seen.settled))
            .sum()
    }

    fn answer(&mut self, number: usize, ask: &LimitsAsk) -> (u32, LimitsAnswer) {
        self.nodes.entry(number).or_default().at_ms = self.now_ms;
        let live = self.live();
        let mut answer = LimitsAnswer::default();
        for ask in &ask.rates {
            let held = if ask.share == 0 {
                sharing::equal_share(live.len())
            } else {
                ask.share
            };
            let node = self.nodes.entry(number).or_default();
            node.share = Some(RateNode {
                demand: ask.demand,
                held,
            });
        }
        let silent = RateNode {
            demand: 0,
            held: sharing::equal_share(live.len()),
        };
        let nodes: Vec<RateNode> = live
            .iter()
            .map(|other| self.nodes[other].share.unwrap_or(silent))
            .collect();
        if live.len() > 1 && nodes.iter().any(|node| node.demand > 0) {
            let place = live.iter().position(|other| *other == number).unwrap();
            let share = sharing::share(&nodes, place);
            let held = share.max(nodes[place].held);
            self.nodes.entry(number).or_default().share = Some(RateNode {
                held,
                ..nodes[place]
            });
            answer.rates.push(RateShare {
                subscription: subscription(),
                limit: LimitId::from_uuid(Uuid::from_u128(5)),
                share,
            });
        }
        for ask in ask
            .quotas
            .iter()
            .filter(|ask| ask.window_start.0 == DAY_START_MS)
        {
            let seen = self.nodes[&number];
            let account = QuotaAccount {
                amount: self.amount,
                used: self.used,
                settled: seen.settled,
                others: self.leased_besides(number),
                nodes: live.len() as u32,
            };
            let part = account.grant(ask.own, ask.ceiling, ask.demand);
            self.nodes.entry(number).or_default().held = part.held;
            answer.quotas.push(QuotaGrant {
                subscription: subscription(),
                period: ask.period,
                window_start: ask.window_start,
                ceiling: part.told,
                others: part.others,
            });
        }
        (live.len() as u32, answer)
    }

    fn ingest(&mut self, number: usize, batch: &Batch) -> UsageReply {
        let calls = batch.records.len() as u64;
        self.used += calls;
        self.nodes.entry(number).or_default().settled += calls;
        UsageReply {
            boot: batch.boot,
            sequence: batch.sequence,
            quotas: vec![QuotaUsed {
                subscription: subscription(),
                period: QuotaPeriod::Day,
                window_start: Moment(DAY_START_MS),
                used: self.used,
                leased: self.leased_besides(number),
            }],
        }
    }
}

/// A gateway's limits, on a folder that outlives it.
struct Node {
    number: usize,
    folder: TempDir,
    running: Option<Running>,
    connected: bool,
    skew_s: i64,
    passed: u64,
    boots: u128,
}

struct Running {
    desk: Desk,
    sharing: Arc<Sharing>,
    ledger: Arc<QuotaLedger>,
    set: Arc<TableSet>,
    calendar: Calendar,
    plan: Arc<CompiledPlan>,
    clock: Clock,
    hand: ClockHand,
    boot: Uuid,
    sequence: u64,
    unshipped: Vec<CallRecord>,
    failing_ms: u64,
}

impl Running {
    fn settle(&self, batch: &Batch, reply: &UsageReply) {
        let settled = self.ledger.settle(batch, reply, Some(&self.set));
        settled.unwrap();
    }
}

impl Node {
    fn new(number: usize) -> Self {
        Self {
            number,
            folder: TempDir::new().unwrap(),
            running: None,
            connected: true,
            skew_s: 0,
            passed: 0,
            boots: 0,
        }
    }

    fn start(&mut self, rule: LimitRule, now_ms: u64) {
        self.boots += 1;
        let spool = self.folder.path().join("usage");
        std::fs::create_dir_all(&spool).unwrap();
        let ledger = QuotaLedger::open(self.folder.path().join("quotas.log"), &spool).unwrap();
        let ledger = Arc::new(ledger);
        let sharing = Arc::new(Sharing::open(self.folder.path().join("live_nodes")));
        let (clock, hand) = Clock::adjustable(wall(now_ms, self.skew_s));
        let plan = plan(rule);
        let set = Arc::new(TableSet::of_one(subscription(), Arc::clone(&plan)));
        let tables = Arc::new(Tables::default());
        tables.replace(Arc::clone(&set));
        let desk = Desk::new(
            Arc::clone(&sharing),
            Arc::clone(&ledger),
            tables,
            clock.clone(),
        );
        self.running = Some(Running {
            desk,
            sharing,
            ledger,
            set,
            calendar: Calendar::new("UTC", "t"),
            plan,
            clock,
            hand,
            boot: Uuid::from_u128(self.number as u128 * 1_000 + self.boots),
            sequence: 0,
            unshipped: Vec::new(),
            failing_ms: 0,
        });
    }

    /// kill -9: what was not shipped is in the spool, what was in memory is gone.
    fn kill(&mut self) {
        let Some(running) = self.running.take() else {
            return;
        };
        let mut bytes = Vec::new();
        push_calls(&mut bytes, &running.unshipped);
        let name = SegmentName {
            boot: running.boot,
            sequence: running.sequence + 1,
        };
        let spool = self.folder.path().join("usage");
        if !running.unshipped.is_empty() {
            std::fs::write(name.path(&spool), bytes).unwrap();
        }
    }

    fn call(&mut self, calls: u64) -> u64 {
        let Some(running) = &mut self.running else {
            return 0;
        };
        let now = Now::of(&running.clock);
        let caller = Caller {
            subscription: subscription(),
            id: running.set.counted(subscription()).unwrap().0,
            plan: &running.plan,
            called: None,
        };
        let mut passed = 0;
        for _ in 0..calls {
            let limiting = Limiting {
                calendar: &running.calendar,
                now,
                clock: &running.clock,
                sharing: &running.sharing,
                counters: &running.set.counters,
                ledger: &running.ledger,
            };
            if limiting.count(caller, &mut Standing::default()).is_ok() {
                passed += 1;
                running.unshipped.push(record(now.wall_ms));
            }
        }
        self.passed += passed;
        passed
    }

    /// A heartbeat, and with it what is settled of the spool.
    fn talk(&mut self, center: &mut Center, lose_reply: bool) {
        let Some(running) = &mut self.running else {
            return;
        };
        let ask = running.desk.ask();
        if !self.connected {
            running.failing_ms += 1_000;
            if running.failing_ms > 3_000 {
                running.sharing.give_up_for_test();
            }
            return;
        }
        running.failing_ms = 0;
        let (nodes, answer) = center.answer(self.number, &ask);
        if lose_reply {
            return;
        }
        running.sharing.learn_for_test(nodes);
        running.desk.put(&answer).unwrap();
    }

    fn ship(&mut self, center: &mut Center) {
        let connected = self.connected;
        let Some(running) = self.running.as_mut().filter(|_| connected) else {
            return;
        };
        let spool = self.folder.path().join("usage");
        for (name, _) in SegmentName::list(&spool).unwrap() {
            let batch = name.read(&spool).unwrap();
            let reply = center.ingest(self.number, &batch);
            running.settle(&batch, &reply);
            std::fs::remove_file(name.path(&spool)).unwrap();
        }
        if !running.unshipped.is_empty() {
            running.sequence += 1;
            let records = std::mem::take(&mut running.unshipped);
            let batch = Batch::new(running.boot, running.sequence, 0, records);
            let reply = center.ingest(self.number, &batch);
            running.settle(&batch, &reply);
        }
    }
}

fn wall(now_ms: u64, skew_s: i64) -> OffsetDateTime {
    let ms = i128::from(NOON + skew_s) * 1_000 + i128::from(now_ms);
    OffsetDateTime::from_unix_timestamp_nanos(ms * 1_000_000).unwrap()
}

fn record(at_ms: i64) -> CallRecord {
    CallRecord {
        at: Moment(at_ms),
        request_id: Uuid::nil(),
        trace_id: None,
        attribution: Attribution {
            subscription: Some(subscription()),
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
    }
}

/// Nodes and their control plane, moved in steps.
struct Group {
    rule: LimitRule,
    center: Center,
    nodes: Vec<Node>,
    seed: u64,
}

impl Group {
    fn of(count: usize, rule: LimitRule) -> Self {
        let amount = match rule {
            LimitRule::Quota { amount, .. } => amount,
            LimitRule::Rate { amount, .. } => u64::from(amount),
        };
        let center = Center {
            amount,
            used: 0,
            nodes: BTreeMap::new(),
            now_ms: 0,
        };
        let mut group = Self {
            rule,
            center,
            nodes: Vec::new(),
            seed: 3,
        };
        for _ in 0..count {
            group.join();
        }
        // Everyone has heard of everyone.
        for _ in 0..2 {
            group
                .nodes
                .iter_mut()
                .for_each(|node| node.talk(&mut group.center, false));
        }
        group
    }

    fn join(&mut self) {
        let mut node = Node::new(self.nodes.len());
        node.start(self.rule, self.center.now_ms);
        self.nodes.push(node);
    }

    fn random(&mut self, below: u64) -> u64 {
        self.seed = self
            .seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % below
    }

    /// One step: `calls` of each node, heartbeats each second, shipments each half.
    fn step(&mut self, calls: impl Fn(usize) -> u64, lose: bool) -> u64 {
        self.center.now_ms += STEP.as_millis() as u64;
        let mut passed = 0;
        for number in 0..self.nodes.len() {
            let lose_reply = lose && self.random(4) == 0;
            let now_ms = self.center.now_ms;
            let node = &mut self.nodes[number];
            if let Some(running) = &node.running {
                running.hand.advance(STEP);
                running.hand.set_wall(wall(now_ms, node.skew_s));
            }
            passed += node.call(calls(number));
            // Nodes are not in step with each other.
            let beat = now_ms / 100 + number as u64 * 3;
            if beat.is_multiple_of(10)
                || node
                    .running
                    .as_ref()
                    .is_some_and(|running| running.failing_ms == 0 && beat.is_multiple_of(2))
            {
                node.talk(&mut self.center, lose_reply);
            }
            if beat.is_multiple_of(5) {
                node.ship(&mut self.center);
            }
        }
        passed
    }

    fn passed(&self) -> u64 {
        self.nodes.iter().map(|node| node.passed).sum()
    }

    /// What a node may let through of the quota when it is cut off now: R/n, and what it holds.
    fn cut_off_bound(&self, number: usize) -> u64 {
        let lease = self.center.nodes[&number];
        let lease = lease.held.saturating_sub(lease.settled);
        lease + self.share_of_what_is_left()
    }

    fn share_of_what_is_left(&self) -> u64 {
        self.center
            .amount
            .saturating_sub(self.passed())
            .div_ceil(self.center.live().len().max(1) as u64)
    }
}

const QUOTA: LimitRule = LimitRule::Quota {
    amount: 10_000,
    period: QuotaPeriod::Day,
};

#[test]
fn a_quota_on_one_node_is_exact_over_kills_and_outages() {
    let mut group = Group::of(1, QUOTA);
    for step in 0..300 {
        group.step(|_| 50, false);
        match step % 60 {
            20 => group.nodes[0].connected = false,
            30 => {
                group.nodes[0].kill();
                let now_ms = group.center.now_ms;
                group.nodes[0].start(QUOTA, now_ms);
            }
            40 => group.nodes[0].connected = true,
            _ => {}
        }
    }
    assert_eq!(group.passed(), 10_000);
}

#[test]
fn a_quota_on_connected_nodes_is_reached_and_never_exceeded() {
    for count in [2, 3, 7] {
        let mut group = Group::of(count, QUOTA);
        for _ in 0..900 {
            group.step(|number| 3 + number as u64 * 7, true);
        }
        let passed = group.passed();
        assert!(passed <= 10_000, "{count} nodes: {passed}");
        assert!(passed >= 9_900, "{count} nodes: {passed} are too few");
    }
}

#[test]
fn an_idle_node_gives_back_what_others_need() {
    let mut group = Group::of(2, QUOTA);
    for _ in 0..10 {
        group.step(|_| 100, false);
    }
    for _ in 0..1_500 {
        group.step(|number| if number == 0 { 20 } else { 0 }, false);
    }
    let passed = group.passed();
    assert!((9_980..=10_000).contains(&passed), "{passed}");
}

#[test]
fn nodes_that_are_cut_off_exceed_a_quota_by_the_published_bound_at_most() {
    let mut most_over = 0;
    for seed in 0..12 {
        let mut group = Group::of(2 + seed as usize % 4, QUOTA);
        group.seed = seed;
        let mut bound = group.center.amount;
        for step in 0..400 {
            if step % 50 == 17 {
                let number = group.random(group.nodes.len() as u64) as usize;
                match group.random(3) {
                    0 if group.nodes[number].connected => {
                        bound += group.cut_off_bound(number);
                        group.nodes[number].connected = false;
                    }
                    1 => {
                        let held = group.center.nodes[&number];
                        bound += held.held.saturating_sub(held.settled);
                        group.nodes[number].kill();
                        let now_ms = group.center.now_ms;
                        group.nodes[number].start(QUOTA, now_ms);
                    }
                    _ => group.nodes[number].connected = true,
                }
            }
            let rate = 1 + group.random(60);
            group.step(|number| rate * (1 + number as u64 % 3), true);
        }
        let passed = group.passed();
        assert!(passed <= bound, "seed {seed}: {passed} of at most {bound}");
        most_over = most_over.max(passed.saturating_sub(group.center.amount));
        // Settled, the count is exact: what the ledger has is what passed.
        for node in &mut group.nodes {
            node.connected = true;
            node.ship(&mut group.center);
        }
        assert_eq!(group.center.used, passed, "seed {seed}");
        assert_eq!(
            group.step(|_| 50, false),
            0,
            "seed {seed}: it is used up for good"
        );
    }
    assert!(most_over > 0, "nothing was put to the test");
}

#[test]
fn a_node_that_joins_finds_what_is_used_and_one_that_leaves_strands_nothing() {
    let mut group = Group::of(1, QUOTA);
    for _ in 0..40 {
        group.step(|_| 100, false);
    }
    group.join();
    for _ in 0..300 {
        group.step(|_| 10, false);
        if group.center.now_ms == 10_000 {
            group.nodes[0].kill();
        }
    }
    for _ in 0..800 {
        group.step(|_| 20, false);
    }
    let passed = group.passed();
    // At the join the first let calls through for a heartbeat that the second's lease did not know of.
    assert!((9_990..=10_000 + 1_000).contains(&passed), "{passed}");
}

#[test]
fn a_clock_that_is_wrong_by_a_day_gets_one_first_part_and_no_lease() {
    let mut group = Group::of(2, QUOTA);
    group.nodes[1].skew_s = 86_400;
    for _ in 0..600 {
        group.step(|_| 40, false);
    }
    assert!(
        group.nodes[1].passed <= 10_000 / 4 + 1,
        "{}",
        group.nodes[1].passed
    );
    assert!(group.nodes[0].passed <= 10_000);
}

const RATE: LimitRule = LimitRule::Rate {
    amount: 1_000,
    window_s: 10,
    burst: 200,
};

#[test]
fn a_rate_follows_demand_and_holds_over_all_nodes() {
    let mut group = Group::of(2, RATE);
    for _ in 0..50 {
        group.step(|number| if number == 0 { 30 } else { 0 }, true);
    }
    let from = group.passed();
    for _ in 0..100 {
        group.step(|number| if number == 0 { 30 } else { 0 }, true);
    }
    let busy = group.passed() - from;
    // 100 a second; 95 of them may be the busy node's.
    assert!((900..=1_000).contains(&busy), "{busy}");
    // It turns round: the other is busy, and the two together stay within the limit and what a bucket holds.
    let from = group.passed();
    for _ in 0..200 {
        group.step(|number| if number == 1 { 30 } else { 0 }, true);
    }
    let turned = group.passed() - from;
    assert!((1_500..=2_000 + 200).contains(&turned), "{turned}");
}

#[test]
fn a_rate_holds_while_nodes_are_cut_off_come_and_go() {
    for seed in 0..6 {
        let mut group = Group::of(3, RATE);
        group.seed = seed;
        let mut cut_steps = 0_u64;
        let mut changes = 0_u64;
        const STEPS: u64 = 600;
        for step in 0..STEPS {
            if step % 60 == 30 {
                let number = group.random(3) as usize;
                group.nodes[number].connected ^= true;
                changes += 1;
            }
            cut_steps += group.nodes.iter().filter(|node| !node.connected).count() as u64;
            let rate = group.random(40);
            group.step(|number| rate * (number as u64 + 1) / 2, true);
        }
        let seconds = STEPS / 10;
        // B + A·T/W, a call a node, and for each node cut off or come back its part of burst and time.
        let limit = 200 + 100 * seconds + 3;
        let bound = limit + changes * 200 / 3 + 100 * cut_steps / 10 / 3 + changes * 100;
        let passed = group.passed();
        assert!(passed <= bound, "seed {seed}: {passed} of at most {bound}");
    }
}
