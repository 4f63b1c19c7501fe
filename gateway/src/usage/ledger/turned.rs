//! When the periods began that cells count now: four bytes for each subscription and kind of quota.
//!
//! A call that turns a cell leaves nothing else behind, so that a subscription nobody else has called, of which the ledger
//! has told nothing yet, costs no more than that.

use gatehouse_domain::plan::QuotaPeriod;

use crate::policies::counters::CounterId;

/// Room is made for so many at a time: little is set aside in vain.
const STEP: usize = 1 << 16;

/// By the number of the counters. What is left of those that were given up is never asked for: their cells count nothing.
#[derive(Default)]
pub(super) struct Turned {
    days: Vec<u32>,
    months: Vec<u32>,
}

impl Turned {
    /// Periods begin with a second, from 1970 to 2106; of others nothing is known here.
    pub(super) fn put(&mut self, id: CounterId, period: QuotaPeriod, start_ms: i64) {
        let starts = match period {
            QuotaPeriod::Day => &mut self.days,
            QuotaPeriod::Month => &mut self.months,
        };
        let at = id.index();
        if at >= starts.len() {
            let length = at + 1;
            starts.reserve_exact(length.next_multiple_of(STEP) - starts.len());
            starts.resize(length, 0);
        }
        let whole = (start_ms % 1_000 == 0).then_some(start_ms / 1_000);
        starts[at] = whole.and_then(|s| u32::try_from(s).ok()).unwrap_or(0);
    }

    pub(super) fn start_ms(&self, id: CounterId, period: QuotaPeriod) -> Option<i64> {
        let starts = match period {
            QuotaPeriod::Day => &self.days,
            QuotaPeriod::Month => &self.months,
        };
        let start_s = starts.get(id.index()).filter(|start_s| **start_s > 0)?;
        Some(i64::from(*start_s) * 1_000)
    }
}
