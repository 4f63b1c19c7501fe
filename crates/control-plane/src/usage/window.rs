//! Quota windows: calendar days and months in a tenant's time zone.

use gatehouse_domain::plan::QuotaPeriod;
use gatehouse_snapshot::calendar::Zone;
use time::OffsetDateTime;

/// The beginning and the end of the period that holds `at`, in the zone named by IANA (UTC when the name is not known).
///
/// Days are midnight to midnight where they are 23 or 25 hours long, too.
pub fn window_start(
    period: QuotaPeriod,
    at: OffsetDateTime,
    zone: &str,
) -> (OffsetDateTime, OffsetDateTime) {
    let zone = Zone::named(zone).unwrap_or(Zone::UTC);
    let at_ms = at.unix_timestamp_nanos().div_euclid(NANOS_PER_MS);
    let window = zone.window(period, i64::try_from(at_ms).unwrap_or_default());
    (to_time(window.start_ms), to_time(window.end_ms))
}

const NANOS_PER_MS: i128 = 1_000_000;

fn to_time(at_ms: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at_ms) * NANOS_PER_MS)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_day_is_the_tenants_day_even_when_it_has_23_or_25_hours() {
        let hours = |at| {
            let (start, end) = window_start(QuotaPeriod::Day, at, "Europe/Berlin");
            (end - start).whole_hours()
        };
        assert_eq!(hours(datetime!(2026-03-29 12:00 UTC)), 23);
        assert_eq!(hours(datetime!(2026-10-25 12:00 UTC)), 25);
        assert_eq!(hours(datetime!(2026-11-20 12:00 UTC)), 24);
    }

    #[test]
    fn a_month_begins_at_local_midnight_of_its_first() {
        let (start, end) = window_start(
            QuotaPeriod::Month,
            datetime!(2026-11-30 23:30 UTC),
            "Europe/Berlin",
        );
        assert_eq!(start, datetime!(2026-11-30 23:00 UTC));
        assert_eq!(end, datetime!(2026-12-31 23:00 UTC));
        let (start, _) = window_start(QuotaPeriod::Month, datetime!(2026-11-30 23:30 UTC), "UTC");
        assert_eq!(start, datetime!(2026-11-01 00:00 UTC));
    }
}
