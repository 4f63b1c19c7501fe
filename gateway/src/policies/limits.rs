//! Rate limits and quotas: all of a plan's limits apply, the strictest decides.
//!
//! On the way of a call nothing here locks or allocates: each limit is one compare-and-swap. See `docs/limits.md` for how
//! several gateways share a limit, and by how much they may exceed it.

use std::sync::Arc;

use gatehouse_domain::id::{ApplicationId, SubscriptionId};
use gatehouse_domain::plan::{QuotaPeriod, grouped};
use gatehouse_problem::{Problem, ProblemKind};
use gatehouse_runtime::Clock;
use gatehouse_snapshot::calendar::Window;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::calendar::Calendar;
use super::counters::{
    Cells, CounterId, Counters, QuotaCell, QuotaState, RateCell, RateState, Taken,
};
use super::looks::{Look, Looks};
use super::plan_limits::{CompiledLimit, PlanQuota};
use super::standing::{Reading, Standing};
use super::subscription::Authorised;
use crate::call::{Now, steady_ns};
use crate::live_config::{Basis, Sharing};
use crate::refusal::Refusal;
use crate::tables::{CompiledPlan, CompiledRoute};
use crate::usage::ledger::{QuotaCall, QuotaLedger};

const NANOS: u64 = 1_000_000_000;
/// A cell that is not this period's is turned, or its new place is looked up, and asked again. Each turn is final for this
/// call's period, so that a third time cannot be needed but by a plan that changes twice meanwhile.
const TURNS_MAX: u32 = 4;

/// What calls are counted with.
#[derive(Clone, Copy)]
pub(crate) struct Limiting<'a> {
    /// Of the environment's tenant.
    pub(crate) calendar: &'a Calendar,
    pub(crate) now: Now,
    pub(crate) clock: &'a Clock,
    pub(crate) sharing: &'a Sharing,
    pub(crate) counters: &'a Arc<Counters>,
    pub(crate) ledger: &'a QuotaLedger,
}

/// Whose call is counted, by which limits.
#[derive(Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) subscription: SubscriptionId,
    pub(crate) id: CounterId,
    pub(crate) plan: &'a Arc<CompiledPlan>,
    /// What is called: the route, and the operation's place in it.
    pub(crate) called: Option<(&'a CompiledRoute, usize)>,
}

/// Proof that a call may be forwarded: a live subscription of a known application opens this route, and the call was counted
/// by every limit of its plan.
///
/// Only [`admit`] makes one and `upstream` accepts nothing else, so a forward that nobody judged or counted does not compile.
#[derive(Debug)]
pub(crate) struct Permit {
    application: ApplicationId,
    route: Arc<CompiledRoute>,
}

impl Permit {
    pub(crate) fn application(&self) -> ApplicationId {
        self.application
    }

    pub(crate) fn route(&self) -> &CompiledRoute {
        &self.route
    }
}

/// The last judgement: takes one call from every limit of the plan, or from none.
pub(crate) fn admit(
    authorised: Authorised<'_>,
    limiting: Limiting<'_>,
    standing: &mut Standing,
) -> Result<Permit, Refusal> {
    let caller = Caller {
        subscription: authorised.subscription,
        id: authorised.counters,
        plan: authorised.plan,
        called: Some((authorised.route, authorised.operation)),
    };
    limiting.count(caller, standing)?;
    Ok(Permit {
        application: authorised.application,
        route: Arc::clone(authorised.route),
    })
}

impl Limiting<'_> {
    /// What [`admit`] does for the caller it is told.
    pub(crate) fn count(self, caller: Caller<'_>, standing: &mut Standing) -> Result<(), Refusal> {
        if caller.plan.limits.limits.is_empty() {
            return Ok(());
        }
        let counting = Counting {
            caller,
            calendar: self.calendar,
            now: self.now,
            clock: self.clock,
            basis: self.sharing.basis(),
            looks: self.sharing.looks(),
            counters: self.counters,
            ledger: self.ledger,
        };
        counting.admit(standing)
    }
}

/// One call, and what it is counted with.
struct Counting<'a> {
    caller: Caller<'a>,
    calendar: &'a Calendar,
    now: Now,
    clock: &'a Clock,
    basis: Basis,
    looks: &'a Looks,
    counters: &'a Arc<Counters>,
    ledger: &'a QuotaLedger,
}

impl Counting<'_> {
    fn admit(&self, standing: &mut Standing) -> Result<(), Refusal> {
        let limits = &self.caller.plan.limits;
        // Without cells nothing can be counted, and a call that is not counted is not let through.
        let cells = self.cells().ok_or(ProblemKind::AuthUnknown)?;
        standing.begin(self.caller.plan);
        let mut windows = [Window::default(); QuotaPeriod::ALL.len()];
        for (quota, window) in limits.quotas.iter().zip(&mut windows) {
            *window = self.calendar.period(quota.period, self.now.wall_ms);
            standing.window(quota.period, *window);
        }
        // Rates before quotas: a call that comes too fast costs nothing of the month.
        for (number, rate) in limits.rates.iter().enumerate() {
            if !self.is_counted_by(number) {
                continue;
            }
            let cell = cells.rate(number).ok_or(ProblemKind::AuthUnknown)?;
            let (read_ns, now_ns) = (self.now.steady_ns, || steady_ns(self.clock));
            let taken = cell.take(read_ns, now_ns, &rate.rate, self.basis.nodes);
            let (Ok(state) | Err(state)) = taken;
            if state.look {
                self.look_at_rate(cell);
            }
            match taken {
                Ok(state) => standing.put(rate.place, rate_reading(state)),
                Err(state) => {
                    self.give_back(cells, number, &[], standing);
                    let reading = rate_reading(state);
                    standing.put(rate.place, reading);
                    let problem = rate_problem(&limits.limits[rate.place], reading.reset_s);
                    return Err(refused(problem, standing));
                }
            }
        }
        for (number, (quota, window)) in limits.quotas.iter().zip(&mut windows).enumerate() {
            let reset_s = seconds_left(*window, self.now);
            let (taken, period) = self.take_quota(cells, quota, *window);
            // A period that began while the call was on its way counts it: it is given back from there, if at all.
            window.number = period;
            let problem = match taken {
                Taken::Passed(state) => {
                    standing.quota(quota.period, state, reset_s);
                    continue;
                }
                Taken::UsedUp(state) => {
                    standing.quota(quota.period, state, reset_s);
                    quota_problem(quota.amount, quota.period, *window, reset_s)
                }
                Taken::PartUsedUp(state) => {
                    standing.quota(quota.period, state, 1);
                    part_problem(quota.period)
                }
                Taken::OtherPeriod | Taken::NotAlone => Problem::new(ProblemKind::AuthUnknown),
            };
            self.give_back(cells, limits.rates.len(), &windows[..number], standing);
            return Err(refused(problem, standing));
        }
        Ok(())
    }

    /// Whether a rate of the plan counts this call: those of other operations do not.
    fn is_counted_by(&self, rate: usize) -> bool {
        let limits = &self.caller.plan.limits;
        limits.counts(rate, |operation| {
            let called = self.caller.called;
            called.is_some_and(|(route, place)| route.is_operation(place, operation))
        })
    }

    fn cells(&self) -> Option<Cells<'_>> {
        let shape = self.caller.plan.limits.shape;
        self.counters.cells(self.caller.id, shape)
    }

    /// Takes one call of a quota's period; says in which it counts. What makes it slow happens once a period, an outage or a
    /// change of the plan.
    fn take_quota(&self, cells: Cells<'_>, quota: &PlanQuota, window: Window) -> (Taken, u32) {
        let nodes = self.basis.nodes;
        let mut period = window.number;
        let mut taken = Taken::OtherPeriod;
        let mut cells = Some(cells);
        for _ in 0..TURNS_MAX {
            let Some(cell) = cells.and_then(|cells| cells.quota(quota.period)) else {
                break;
            };
            taken = cell.take(period, quota.amount, nodes);
            let call = QuotaCall {
                subscription: self.caller.subscription,
                id: self.caller.id,
                quota: quota.period,
                window,
                amount: quota.amount,
                now_ms: self.now.wall_ms,
            };
            match taken {
                Taken::Passed(state) => {
                    if nodes > 1 && runs_out(state) {
                        self.look_at_quota(cell, true);
                    }
                    break;
                }
                Taken::UsedUp(_) => {
                    if nodes > 1 {
                        self.look_at_quota(cell, false);
                    }
                    break;
                }
                Taken::OtherPeriod => {
                    let (counted, is_news) = self.ledger.turn(self.counters, &call, self.basis);
                    period = counted;
                    if is_news {
                        self.look_at_quota(cell, true);
                    }
                }
                Taken::NotAlone => self.ledger.take_part(self.counters, &call, period, nodes),
                Taken::PartUsedUp(_) => {
                    let may_grow = nodes <= 1 || self.basis.away && !cell.is_shared_out();
                    if !may_grow || !self.ledger.grow(self.counters, &call, period, nodes) {
                        self.look_at_quota(cell, true);
                        break;
                    }
                }
            }
            // The turn may have given it another place.
            cells = self.cells();
        }
        (taken, period)
    }

    #[cold]
    fn look_at_rate(&self, cell: RateCell<'_>) {
        if cell.call_for_a_look() && !self.looks.call(self.look(), false) {
            cell.look(true);
        }
    }

    fn look_at_quota(&self, cell: QuotaCell<'_>, urgent: bool) {
        if cell.call_for_a_look() && !self.looks.call(self.look(), urgent) {
            cell.looked();
        }
    }

    fn look(&self) -> Look {
        Look {
            subscription: self.caller.subscription,
            id: self.caller.id,
            plan: Arc::clone(self.caller.plan),
        }
    }

    /// Gives back what the first rates, and the quotas of these windows, took.
    fn give_back(
        &self,
        cells: Cells<'_>,
        rates: usize,
        windows: &[Window],
        standing: &mut Standing,
    ) {
        let limits = &self.caller.plan.limits;
        let taken = limits.rates[..rates].iter().enumerate();
        for (number, rate) in taken.filter(|(number, _)| self.is_counted_by(*number)) {
            if let Some(cell) = cells.rate(number) {
                cell.give_back(&rate.rate, self.basis.nodes);
                standing.one_back(rate.place);
            }
        }
        for (quota, window) in limits.quotas.iter().zip(windows) {
            let cell = self.cells().and_then(|cells| cells.quota(quota.period));
            if let Some(cell) = cell {
                cell.give_back(window.number);
                standing.one_back_of(quota.period);
            }
        }
    }
}

/// Whether it is time to ask for more of a quota: each time that what is held has halved.
fn runs_out(state: QuotaState) -> bool {
    let held = state.ceiling.saturating_sub(state.own);
    held == 0 || held.is_power_of_two()
}

fn refused(problem: Problem, standing: &Standing) -> Refusal {
    let mut refusal = Refusal::from(problem);
    refusal.headers = standing.headers();
    refusal
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

fn rate_problem(limit: &CompiledLimit, wait_s: u64) -> Problem {
    let wait_s = wait_s.max(1);
    let words = limit.rule.in_words();
    let of = match &limit.operation {
        Some(operation) => format!(" of {operation}"),
        None => String::new(),
    };
    Problem::new(ProblemKind::RateLimited)
        .detail(format!(
            "The plan allows {words}{of}. Try again in {wait_s} s."
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

fn part_problem(period: QuotaPeriod) -> Problem {
    Problem::new(ProblemKind::QuotaExceeded)
        .detail(format!(
            "The last calls of this {period} are being shared out among the gateways. Try again in 1 s."
        ))
        .retry_after(1)
}

fn seconds_left(period: Window, now: Now) -> u64 {
    u64::try_from(period.end_ms - now.wall_ms)
        .unwrap_or(0)
        .div_ceil(1_000)
}
