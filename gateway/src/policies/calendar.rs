//! The current day and month of a tenant's time zone, at hand for every call.

use std::sync::Arc;

use arc_swap::ArcSwap;
use gatehouse_domain::plan::QuotaPeriod;
use gatehouse_snapshot::calendar::{Window, Zone};

/// A tenant's time zone with the current day and month, computed once a period and not once a request.
#[derive(Debug)]
pub(crate) struct Calendar {
    zone: Zone,
    day: ArcSwap<Window>,
    month: ArcSwap<Window>,
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
            day: ArcSwap::from_pointee(Window::default()),
            month: ArcSwap::from_pointee(Window::default()),
        }
    }

    /// The period that holds `now_ms`.
    pub(crate) fn period(&self, period: QuotaPeriod, now_ms: i64) -> Window {
        let cached = match period {
            QuotaPeriod::Day => &self.day,
            QuotaPeriod::Month => &self.month,
        };
        let current = **cached.load();
        if current.holds(now_ms) {
            return current;
        }
        let computed = self.zone.window(period, now_ms);
        cached.store(Arc::new(computed));
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
    fn an_unknown_zone_counts_in_utc() {
        let nowhere = Calendar::new("Mars/Olympus", "t");
        let day = nowhere.period(QuotaPeriod::Day, MIDNIGHT_MS + DAY_MS - 1);
        assert_eq!(day.start_ms, MIDNIGHT_MS);
    }
}
