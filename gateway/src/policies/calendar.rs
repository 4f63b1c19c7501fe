//! Where a day and a month begin and end in a tenant's time zone.

use std::sync::Arc;

use arc_swap::ArcSwap;
use gatehouse_domain::plan::QuotaPeriod;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// A calendar period: milliseconds since 1970 UTC, the end is the first moment after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Period {
    pub(crate) start_ms: i64,
    pub(crate) end_ms: i64,
}

impl Period {
    fn holds(self, now_ms: i64) -> bool {
        (self.start_ms..self.end_ms).contains(&now_ms)
    }
}

/// A tenant's time zone with the current day and month, computed once a period and not once a request.
#[derive(Debug)]
pub(crate) struct Calendar {
    zone: TimeZone,
    day: ArcSwap<Period>,
    month: ArcSwap<Period>,
}

impl Calendar {
    /// Of an IANA name. An unknown one counts in UTC and is said aloud: limits must hold, and other tenants must not wait.
    pub(crate) fn new(name: &str, tenant: &str) -> Self {
        let zone = TimeZone::get(name).unwrap_or_else(|_| {
            tracing::warn!(
                tenant,
                time_zone = name,
                "unknown time zone; quotas count in UTC"
            );
            TimeZone::UTC
        });
        Self {
            zone,
            day: ArcSwap::from_pointee(Period::default()),
            month: ArcSwap::from_pointee(Period::default()),
        }
    }

    /// The period that holds `now_ms`.
    pub(crate) fn period(&self, period: QuotaPeriod, now_ms: i64) -> Period {
        let cached = match period {
            QuotaPeriod::Day => &self.day,
            QuotaPeriod::Month => &self.month,
        };
        let current = **cached.load();
        if current.holds(now_ms) {
            return current;
        }
        let computed = self.compute(period, now_ms);
        cached.store(Arc::new(computed));
        computed
    }

    fn compute(&self, period: QuotaPeriod, now_ms: i64) -> Period {
        let now = Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let today = now.to_zoned(self.zone.clone()).date();
        let (first, next) = match period {
            QuotaPeriod::Day => (today, today.saturating_add(1.day())),
            QuotaPeriod::Month => {
                let first = today.first_of_month();
                (first, first.saturating_add(1.month()))
            }
        };
        Period {
            start_ms: self.midnight(first, now_ms),
            end_ms: self.midnight(next, now_ms),
        }
    }

    /// The first moment of a date: where clocks skip midnight, the moment they skip to.
    fn midnight(&self, date: Date, otherwise_ms: i64) -> i64 {
        date.to_zoned(self.zone.clone())
            .map_or(otherwise_ms, |midnight| {
                midnight.timestamp().as_millisecond()
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn days_and_months_are_those_of_the_time_zone() {
        let tokyo = Calendar::new("Asia/Tokyo", "t");
        let now = at("2026-10-31T15:30:00Z");
        let day = tokyo.period(QuotaPeriod::Day, now);
        assert_eq!(
            (day.start_ms, day.end_ms),
            (at("2026-10-31T15:00:00Z"), at("2026-11-01T15:00:00Z"))
        );
        let month = tokyo.period(QuotaPeriod::Month, now);
        assert_eq!(
            (month.start_ms, month.end_ms),
            (at("2026-10-31T15:00:00Z"), at("2026-11-30T15:00:00Z"))
        );
        let before = tokyo.period(QuotaPeriod::Month, now - 1_800_001);
        assert_eq!(before.end_ms, at("2026-10-31T15:00:00Z"));
    }

    #[test]
    fn days_on_which_clocks_change_have_23_and_25_hours() {
        let berlin = Calendar::new("Europe/Berlin", "t");
        let hours = |text: &str| {
            let day = berlin.period(QuotaPeriod::Day, at(text));
            (day.end_ms - day.start_ms) / 3_600_000
        };
        assert_eq!(hours("2026-03-29T12:00:00Z"), 23);
        assert_eq!(hours("2026-10-25T12:00:00Z"), 25);
        assert_eq!(hours("2026-10-26T12:00:00Z"), 24);
    }

    #[test]
    fn an_unknown_zone_counts_in_utc() {
        let nowhere = Calendar::new("Mars/Olympus", "t");
        let day = nowhere.period(QuotaPeriod::Day, at("2026-11-20T23:59:59Z"));
        assert_eq!(day.start_ms, at("2026-11-20T00:00:00Z"));
    }
}
