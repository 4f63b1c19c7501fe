//! Where the calendar periods of quotas begin and end: one arithmetic for the gateway that counts and the ledger that knows.
//!
//! The two must agree to the millisecond: a gateway's share and the ledger's total are matched by where a period begins.

use gatehouse_domain::plan::QuotaPeriod;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// A calendar period: milliseconds since 1970 UTC, the end is the first moment after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// Its first moment.
    pub start_ms: i64,
    /// The first moment after it.
    pub end_ms: i64,
    /// Its first date, counted in days, 1970-01-01 being 1: what tells periods of one kind apart, wherever clocks are
    /// changed. 0 stands for none.
    pub number: u32,
}

impl Window {
    /// Whether a moment lies in it.
    #[must_use]
    pub fn holds(self, at_ms: i64) -> bool {
        (self.start_ms..self.end_ms).contains(&at_ms)
    }
}

/// The time zone of a tenant.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// What counts where a zone is not known: limits must hold in any case.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The zone of an IANA name; `None` when there is none of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        TimeZone::get(name).ok().map(Self)
    }

    /// The period that holds `at_ms` (milliseconds since 1970 UTC). Days are midnight to midnight where they are 23 or 25
    /// hours long, too; beyond the years of the calendar it is empty.
    #[must_use]
    pub fn window(&self, period: QuotaPeriod, at_ms: i64) -> Window {
        let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let today = at.to_zoned(self.0.clone()).date();
        let (first, next) = match period {
            QuotaPeriod::Day => (today, today.saturating_add(1.day())),
            QuotaPeriod::Month => {
                let first = today.first_of_month();
                (first, first.saturating_add(1.month()))
            }
        };
        Window {
            start_ms: self.midnight(first, at_ms),
            end_ms: self.midnight(next, at_ms),
            number: day_number(first),
        }
    }

    /// The first moment of a date: where clocks skip midnight, the moment they skip to.
    fn midnight(&self, date: Date, otherwise_ms: i64) -> i64 {
        date.to_zoned(self.0.clone())
            .map_or(otherwise_ms, |midnight| {
                midnight.timestamp().as_millisecond()
            })
    }
}

fn day_number(date: Date) -> u32 {
    let midnight = date.to_zoned(TimeZone::UTC);
    let seconds = midnight.map_or(0, |midnight| midnight.timestamp().as_second());
    u32::try_from(seconds / 86_400 + 1).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn window(zone: &str, period: QuotaPeriod, now: &str) -> Window {
        Zone::named(zone).unwrap().window(period, at(now))
    }

    #[test]
    fn days_and_months_are_those_of_the_time_zone() {
        let day = window("Asia/Tokyo", QuotaPeriod::Day, "2026-10-31T15:30:00Z");
        assert_eq!(
            (day.start_ms, day.end_ms),
            (at("2026-10-31T15:00:00Z"), at("2026-11-01T15:00:00Z"))
        );
        let month = window("Asia/Tokyo", QuotaPeriod::Month, "2026-10-31T15:30:00Z");
        assert_eq!(
            (month.start_ms, month.end_ms),
            (at("2026-10-31T15:00:00Z"), at("2026-11-30T15:00:00Z"))
        );
        let before = window("Asia/Tokyo", QuotaPeriod::Month, "2026-10-31T14:59:59.999Z");
        assert_eq!(before.end_ms, month.start_ms);
        assert!(month.holds(month.start_ms) && !month.holds(month.end_ms));
    }

    #[test]
    fn days_on_which_clocks_change_have_23_and_25_hours() {
        let hours = |text: &str| {
            let day = window("Europe/Berlin", QuotaPeriod::Day, text);
            (day.end_ms - day.start_ms) / 3_600_000
        };
        assert_eq!(hours("2026-03-29T12:00:00Z"), 23);
        assert_eq!(hours("2026-10-25T12:00:00Z"), 25);
        assert_eq!(hours("2026-10-26T12:00:00Z"), 24);
    }

    #[test]
    fn a_day_without_a_midnight_begins_where_the_clocks_skip_to() {
        // Beirut's clocks go from midnight to 1:00 on the last Sunday of March.
        let day = window("Asia/Beirut", QuotaPeriod::Day, "2026-03-29T12:00:00Z");
        assert_eq!(day.start_ms, at("2026-03-28T22:00:00Z"));
        assert_eq!(day.end_ms, at("2026-03-29T21:00:00Z"));
    }

    #[test]
    fn every_day_has_a_number_of_its_own() {
        for zone in ["Europe/London", "Pacific/Auckland", "Asia/Beirut", "UTC"] {
            let zone = Zone::named(zone).unwrap();
            let mut day = zone.window(QuotaPeriod::Day, at("2026-01-01T12:00:00Z"));
            for _ in 0..400 {
                let next = zone.window(QuotaPeriod::Day, day.end_ms);
                assert_eq!(next.number, day.number + 1);
                day = next;
            }
        }
        let first = window("Asia/Tokyo", QuotaPeriod::Month, "1970-01-05T00:00:00Z");
        assert_eq!(first.number, 1);
    }

    #[test]
    fn an_unknown_zone_has_no_name() {
        assert!(Zone::named("Mars/Olympus").is_none());
        let day = Zone::UTC.window(QuotaPeriod::Day, at("2026-11-20T23:59:59Z"));
        assert_eq!(day.start_ms, at("2026-11-20T00:00:00Z"));
    }
}
