//! Two weeks of believable calls: people are awake by day, work less on weekends, and once an upstream failed.
//!
//! Pure: the same flows and the same moment give the same calls, but for their random ids. Calls come in sessions of one
//! minute, as programs make them; that also keeps the number of rollup rows moderate.

use std::f64::consts::TAU;
use std::net::IpAddr;

use gatehouse_domain::OperationKey;
use gatehouse_runtime::random;
use gatehouse_snapshot::object::Moment;
use gatehouse_snapshot::usage::{Attribution, CallRecord};
use time::macros::time;
use time::{Date, Duration, OffsetDateTime, Time, Weekday};

/// Days of history.
pub(crate) const DAYS: i64 = 14;
/// How many days ago the incident was.
const INCIDENT_DAYS_AGO: i64 = 4;
const INCIDENT_START: Time = time!(14:10);
const INCIDENT_LENGTH: Duration = Duration::minutes(45);
/// History ends this long before now, so that what happens in the demo stands apart from it.
const QUIET: Duration = Duration::minutes(10);

/// One operation as a program calls it.
#[derive(Debug, Clone)]
pub(crate) struct Habit {
    pub(crate) method: &'static str,
    /// As described, such as `/pets/{petId}`.
    pub(crate) template: &'static str,
    /// Concrete, with the base path of the API, such as `/petstore/v2/pets/7`.
    pub(crate) path: String,
    /// Success status.
    pub(crate) status: u16,
    /// Usual time of the upstream, microseconds.
    pub(crate) upstream_us: u64,
    /// How often relative to the other habits.
    pub(crate) weight: u64,
}

/// One consumer of one API version.
#[derive(Debug, Clone)]
pub(crate) struct Flow {
    /// Everything but the operation.
    pub(crate) who: Attribution,
    pub(crate) habits: Vec<Habit>,
    /// Sessions on a busy hour, and calls of one session.
    pub(crate) sessions: f64,
    pub(crate) calls: u64,
    /// Nothing before this moment, and nothing from the other on.
    pub(crate) since: OffsetDateTime,
    pub(crate) until: OffsetDateTime,
    /// Whether its API's upstream failed in the incident.
    pub(crate) hit_by_incident: bool,
    /// Refused calls in a thousand: over the rate limit, or for the reason given.
    pub(crate) refused: (u64, u16, &'static str),
}

/// All calls of all flows, oldest first.
pub(crate) fn history(flows: &[Flow], now: OffsetDateTime) -> Vec<CallRecord> {
    let mut dice = Dice(0x6a7e_0b5e);
    let mut calls = Vec::new();
    let until = now - QUIET;
    let incident = incident(now);
    for flow in flows {
        let until = until.min(flow.until);
        let mut hour = flow.since.max(now - Duration::days(DAYS));
        while hour < until {
            let busy = flow.sessions * activity(hour);
            let sessions =
                busy as u64 + u64::from(dice.below(1_000) < (busy.fract() * 1_000.0) as u64);
            for _ in 0..sessions {
                let start = hour + Duration::seconds(dice.below(3_600).cast_signed());
                session(flow, start, until, incident, &mut dice, &mut calls);
            }
            hour += Duration::HOUR;
        }
        if flow.hit_by_incident && flow.since < incident.0 {
            let mut start = incident.0;
            while start < incident.1 {
                session(flow, start, until, incident, &mut dice, &mut calls);
                start += Duration::minutes(5);
            }
        }
    }
    calls.sort_by_key(|call| call.at.0);
    calls
}

/// When the incident began and ended.
pub(crate) fn incident(now: OffsetDateTime) -> (OffsetDateTime, OffsetDateTime) {
    let day: Date = (now - Duration::days(INCIDENT_DAYS_AGO)).date();
    let start = day.with_time(INCIDENT_START).assume_utc();
    (start, start + INCIDENT_LENGTH)
}

/// How busy an hour is, 0 to 1: lowest at four in the morning, less on weekends.
fn activity(at: OffsetDateTime) -> f64 {
    let hour = f64::from(at.hour()) + f64::from(at.minute()) / 60.0;
    let by_day = 0.55 - 0.45 * ((hour - 4.0) / 24.0 * TAU).cos();
    let by_weekday = match at.weekday() {
        Weekday::Saturday | Weekday::Sunday => 0.45,
        _ => 1.0,
    };
    by_day * by_weekday
}

fn session(
    flow: &Flow,
    start: OffsetDateTime,
    until: OffsetDateTime,
    incident: (OffsetDateTime, OffsetDateTime),
    dice: &mut Dice,
    calls: &mut Vec<CallRecord>,
) {
    let habit = pick(&flow.habits, dice);
    // All within the minute that `start` lies in.
    let minute = start - Duration::seconds(i64::from(start.second()));
    let count = flow.calls / 2 + dice.below(flow.calls.max(1)) + 1;
    for _ in 0..count {
        let at = minute + Duration::milliseconds(dice.below(60_000).cast_signed());
        if at < flow.since || at >= until {
            continue;
        }
        let failing = flow.hit_by_incident && (incident.0..incident.1).contains(&at);
        calls.push(call(flow, habit, at, failing, dice));
    }
}

fn pick<'a>(habits: &'a [Habit], dice: &mut Dice) -> &'a Habit {
    let total: u64 = habits.iter().map(|habit| habit.weight).sum();
    let mut drawn = dice.below(total.max(1));
    for habit in habits {
        if drawn < habit.weight {
            return habit;
        }
        drawn -= habit.weight;
    }
    &habits[0]
}

fn call(
    flow: &Flow,
    habit: &Habit,
    at: OffsetDateTime,
    failing: bool,
    dice: &mut Dice,
) -> CallRecord {
    let (refused, refused_status, refused_reason) = flow.refused;
    let upstream_us = habit.upstream_us / 2 + dice.below(habit.upstream_us);
    let fate = dice.below(1_000);
    let (status, reason, counted, upstream_us) = match fate {
        _ if fate < refused => (refused_status, refused_reason, false, 0),
        _ if failing && fate < 450 => (502, "upstream_failed", true, upstream_us),
        _ if failing && fate < 800 => (504, "upstream_timeout", true, 30_000_000),
        _ if failing => (habit.status, "ok", true, upstream_us * 40),
        _ if fate > 985 => (404, "ok", true, upstream_us / 2),
        _ if fate > 982 => (500, "ok", true, upstream_us * 3),
        _ => (habit.status, "ok", true, upstream_us),
    };
    let writes = matches!(habit.method, "POST" | "PUT" | "PATCH");
    CallRecord {
        at: Moment::from(at),
        request_id: random::uuid_v7(at),
        trace_id: None,
        attribution: Attribution {
            operation: Some(OperationKey::new(habit.method, habit.template)),
            ..flow.who.clone()
        },
        method: habit.method.to_owned(),
        path: habit.path.clone(),
        status,
        reason: reason.to_owned(),
        counted,
        interrupted: false,
        latency_us: upstream_us + 180 + dice.below(500),
        upstream_us,
        bytes_in: if writes { 60 + dice.below(400) } else { 0 },
        bytes_out: if status == 204 {
            0
        } else {
            120 + dice.below(2_400)
        },
        // Of the block for documentation (RFC 5737).
        source: Some(IpAddr::from([203, 0, 113, 20])),
    }
}

/// Numbers that look random and are the same every time: SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut drawn = self.0;
        drawn = (drawn ^ (drawn >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        drawn = (drawn ^ (drawn >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (drawn ^ (drawn >> 31)) % limit.max(1)
    }
}

#[cfg(test)]
mod tests {
    use gatehouse_snapshot::usage::BATCH_RECORDS_MAX;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-20 09:30 UTC);

    fn flow() -> Flow {
        let habit = |method, template, path: &str| Habit {
            method,
            template,
            path: path.to_owned(),
            status: 200,
            upstream_us: 20_000,
            weight: 1,
        };
        Flow {
            who: Attribution::default(),
            habits: vec![
                habit("GET", "/orders", "/orders/v1/orders"),
                habit("GET", "/orders/{orderId}", "/orders/v1/orders/1001"),
            ],
            sessions: 1.5,
            calls: 8,
            since: NOW - Duration::days(30),
            until: NOW,
            hit_by_incident: true,
            refused: (10, 429, "rate_limited"),
        }
    }

    fn at(call: &CallRecord) -> OffsetDateTime {
        call.at.into()
    }

    #[test]
    fn history_stays_within_its_days_in_order_and_of_moderate_size() {
        let calls = history(&[flow()], NOW);
        assert!(calls.is_sorted_by_key(|call| call.at.0));
        assert!(calls.iter().all(|call| {
            at(call) >= NOW - Duration::days(DAYS) - Duration::MINUTE && at(call) < NOW - QUIET
        }));
        assert!(
            (1_000..BATCH_RECORDS_MAX).contains(&calls.len()),
            "{}",
            calls.len()
        );
    }

    #[test]
    fn nights_and_weekends_are_quieter() {
        let calls = history(&[flow()], NOW);
        let count = |wanted: &dyn Fn(OffsetDateTime) -> bool| {
            calls.iter().filter(|call| wanted(at(call))).count()
        };
        let day = count(&|at| (14..18).contains(&at.hour()));
        let night = count(&|at| (2..6).contains(&at.hour()));
        assert!(night * 2 < day, "{night} by night, {day} by day");
        let tuesdays = count(&|at| at.weekday() == Weekday::Tuesday);
        let sundays = count(&|at| at.weekday() == Weekday::Sunday);
        assert!(
            sundays < tuesdays,
            "{sundays} on Sundays, {tuesdays} on Tuesdays"
        );
    }

    #[test]
    fn the_incident_fails_most_calls_of_its_api_and_of_no_other() {
        let calls = history(&[flow()], NOW);
        let (start, end) = incident(NOW);
        let failed = |call: &&CallRecord| matches!(call.status, 502 | 504);
        let during: Vec<_> = calls
            .iter()
            .filter(|call| (start..end).contains(&at(call)))
            .collect();
        assert!(during.len() > 30, "{}", during.len());
        assert!(during.iter().copied().filter(failed).count() * 10 > during.len() * 6);
        assert_eq!(
            calls.iter().filter(failed).count(),
            during.into_iter().filter(failed).count()
        );
        let spared = Flow {
            hit_by_incident: false,
            ..flow()
        };
        assert_eq!(history(&[spared], NOW).iter().filter(failed).count(), 0);
    }

    #[test]
    fn nothing_is_called_outside_the_time_of_access_and_refused_calls_count_against_no_quota() {
        let (since, until) = (NOW - Duration::days(3), NOW - Duration::days(1));
        let calls = history(
            &[Flow {
                since,
                until,
                refused: (200, 429, "rate_limited"),
                ..flow()
            }],
            NOW,
        );
        assert!(!calls.is_empty() && calls.iter().all(|call| (since..until).contains(&at(call))));
        let refused: Vec<_> = calls.iter().filter(|call| call.status == 429).collect();
        assert!(!refused.is_empty() && refused.iter().all(|call| !call.counted));
    }
}
