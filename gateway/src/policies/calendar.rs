//! The current day and month of a tenant's time zone, at hand for every call.

use std::sync::atomic::{AtomicU64, Ordering};

use gatehouse_domain::plan::QuotaPeriod;
use gatehouse_snapshot::calendar::{Window, Zone};

/// A tenant's time zone with the current day and month, computed once a period and not once a request.
#[derive(Debug)]
pub(crate) struct Calendar {
    zone: Zone,
    day: Kept,
    month: Kept,
}

/// A period in one word, so that it is read whole without a lock: its number (20 bits), the minute it begins in (27 bits),
/// its length in minutes (17 bits). 0 when none is kept.
#[derive(Debug, Default)]
struct Kept(AtomicU64);

const MINUTE_MS: i64 = 60_000;
const LENGTH_BITS: u32 = 17;
const START_BITS: u32 = 27;

impl Kept {
    fn load(&self) -> Window {
        let word = self.0.load(Ordering::Relaxed);
        let bits = |from: u32, count: u32| (word >> from & ((1 << count) - 1)).cast_signed();
        let start_ms = bits(LENGTH_BITS, START_BITS) * MINUTE_MS;
        Window {
            number: (word >> (LENGTH_BITS + START_BITS)) as u32,
            start_ms,
            end_ms: start_ms + bits(0, LENGTH_BITS) * MINUTE_MS,
        }
    }

    /// Keeps a period that fits, as all do that begin with a minute, from 1970 to 2225. Others are computed each time.
    fn store(&self, window: Window) {
        let start = u64::try_from(window.start_ms / MINUTE_MS).unwrap_or(0);
        let length = u64::try_from((window.end_ms - window.start_ms) / MINUTE_MS).unwrap_or(0);
        let number = u64::from(window.number);
        let in_minutes = window.start_ms % MINUTE_MS == 0 && window.end_ms % MINUTE_MS == 0;
        let fits = start < 1 << START_BITS && length < 1 << LENGTH_BITS && number < 1 << 20;
        if in_minutes && fits {
            let word = number << (LENGTH_BITS + START_BITS) | start << LENGTH_BITS | length;
            self.0.store(word, Ordering::Relaxed);
        }
    }
}

impl Calendar {
    /// Of an IANA name. An unknown one counts in UTC and is said aloud: limits must hold, and other tenants must not wait.
    pub(crate) fn new(name: &str, tenant: &str) -> Self {
        let zone = Zone::named(name).unwrap_or_else(|| {
            tracing::warn!(
                tenant,
                time_zone = name,
                "unknown time zone; quotas count in UTC"
            );
            Zone::UTC
        });
        Self {
            zone,
            day: Kept::default(),
            month: Kept::default(),
        }
    }

    /// The period that holds `now_ms`.
    pub(crate) fn period(&self, period: QuotaPeriod, now_ms: i64) -> Window {
        let kept = match period {
            QuotaPeriod::Day => &self.day,
            QuotaPeriod::Month => &self.month,
        };
        let current = kept.load();
        if current.holds(now_ms) {
            return current;
        }
        let computed = self.zone.window(period, now_ms);
        kept.store(computed);
        computed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-20 00:00 UTC.
    const MIDNIGHT_MS: i64 = 1_795_132_800_000;
    const DAY_MS: i64 = 86_400_000;

    #[test]
    fn a_day_is_kept_until_its_end_and_not_longer() {
        let utc = Calendar::new("UTC", "t");
        for (now_ms, start_ms) in [
            (MIDNIGHT_MS, MIDNIGHT_MS),
            (MIDNIGHT_MS + DAY_MS - 1, MIDNIGHT_MS),
            (MIDNIGHT_MS + DAY_MS, MIDNIGHT_MS + DAY_MS),
            (MIDNIGHT_MS - 1, MIDNIGHT_MS - DAY_MS),
        ] {
            assert_eq!(utc.period(QuotaPeriod::Day, now_ms).start_ms, start_ms);
        }
        let month = utc.period(QuotaPeriod::Month, MIDNIGHT_MS);
        assert_eq!(month.end_ms - month.start_ms, 30 * DAY_MS);
    }

    #[test]
    fn what_is_kept_is_what_was_computed() {
        for zone in ["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia"] {
            let calendar = Calendar::new(zone, "t");
            for period in QuotaPeriod::ALL {
                let computed = calendar.period(*period, MIDNIGHT_MS);
                let kept = match period {
                    QuotaPeriod::Day => calendar.day.load(),
                    QuotaPeriod::Month => calendar.month.load(),
                };
                assert_eq!(kept, computed, "{zone}");
                assert!(kept.holds(MIDNIGHT_MS));
            }
        }
    }

    #[test]
    fn a_moment_outside_the_kept_years_is_computed_each_time() {
        let utc = Calendar::new("UTC", "t");
        let far_ms = 400 * 366 * DAY_MS;
        for now_ms in [far_ms, -DAY_MS, MIDNIGHT_MS] {
            assert!(utc.period(QuotaPeriod::Day, now_ms).holds(now_ms));
        }
    }

    #[test]
    fn an_unknown_zone_counts_in_utc() {
        let nowhere = Calendar::new("Mars/Olympus", "t");
        let day = nowhere.period(QuotaPeriod::Day, MIDNIGHT_MS + DAY_MS - 1);
        assert_eq!(day.start_ms, MIDNIGHT_MS);
    }
}
