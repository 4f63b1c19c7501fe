//! What is known of quotas, in 40 bytes for a window: of a million subscriptions that call, each has one or two.
//!
//! Rows are found by their subscription through four bytes each, and nothing else is kept of a subscription. Numbers that
//! do not fit into 32 bits lie aside.

use gatehouse_domain::id::SubscriptionId;
use gatehouse_domain::plan::QuotaPeriod;
use hashbrown::HashMap;
use uuid::Uuid;

use crate::tables::{Index, Number, ROWS_MAX, spread};

/// Windows kept of one period: the current, and the one before for calls that settle late or a clock that is set back.
const WINDOWS_MAX: usize = 2;
/// Stands for "aside" in the first number of a row, and for "none" in the last.
const NONE: u32 = u32::MAX;

/// What is known of one quota's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Known {
    /// The ledger's total of all gateways.
    pub(super) total: u64,
    /// How many of them are ours.
    pub(super) own: u64,
    /// What live others hold leases for.
    pub(super) leased: u64,
    /// The number our own calls may reach by our leases.
    pub(super) granted: u64,
    /// Our calls when the cell left the period, for when a clock is set back.
    pub(super) left: Option<u64>,
}

impl Known {
    /// What is others': used or leased.
    pub(super) fn others(&self) -> u64 {
        let used = self.total.saturating_sub(self.own);
        used.saturating_add(self.leased)
    }
}

#[derive(Debug, Clone, Copy)]
struct Row {
    subscription: Uuid,
    window: u32,
    /// As [`numbers`] orders them.
    numbers: [u32; 5],
}

/// The numbers of all windows.
#[derive(Default)]
pub(super) struct Accounts {
    rows: Vec<Row>,
    by_subscription: Index,
    /// Periods and their first moments: the same for all subscriptions of a time zone.
    windows: Vec<(QuotaPeriod, i64)>,
    window_numbers: HashMap<(QuotaPeriod, i64), u32>,
    aside: HashMap<Number, Known>,
}

impl Accounts {
    /// What is known of the window that begins at a moment.
    pub(super) fn get(
        &self,
        subscription: SubscriptionId,
        period: QuotaPeriod,
        start_ms: i64,
    ) -> Option<Known> {
        let window = *self.window_numbers.get(&(period, start_ms))?;
        let number = self.rows_of(subscription).find(|number| {
            let row = self.rows.get(*number as usize);
            row.is_some_and(|row| row.window == window)
        })?;
        self.read(number)
    }

    /// Changes what is known of a window, which may be nothing yet. The oldest of too many windows is forgotten, and nothing
    /// is kept beyond 16 million: what the file says of those counts again after a restart.
    pub(super) fn change(
        &mut self,
        subscription: SubscriptionId,
        (period, start_ms): (QuotaPeriod, i64),
        change: impl FnOnce(&mut Known),
    ) {
        let window = self.window(period, start_ms);
        let mut known = Known::default();
        let number = match self.place(subscription, window) {
            Ok(number) => {
                known = self.read(number).unwrap_or_default();
                number
            }
            Err(Some(oldest)) => oldest,
            Err(None) => match self.push(subscription) {
                Some(number) => number,
                None => return,
            },
        };
        change(&mut known);
        self.write(number, window, known);
    }

    /// Everything from a row on, `count` rows at most.
    pub(super) fn part(
        &self,
        from: usize,
        count: usize,
    ) -> impl Iterator<Item = (SubscriptionId, QuotaPeriod, i64, Known)> {
        let rows = (from..self.rows.len()).take(count);
        rows.filter_map(|number| {
            let row = self.rows.get(number)?;
            let (period, start_ms) = *self.windows.get(row.window as usize)?;
            let known = self.read(number as Number)?;
            Some((row.subscription.into(), period, start_ms, known))
        })
    }

    fn rows_of(&self, subscription: SubscriptionId) -> impl Iterator<Item = Number> {
        let id = subscription.uuid();
        self.by_subscription.find(hash(id)).filter(move |number| {
            let row = self.rows.get(*number as usize);
            row.is_some_and(|row| row.subscription == id)
        })
    }

    /// The row of a window; else the one that makes room for it, if one must.
    fn place(&self, subscription: SubscriptionId, window: u32) -> Result<Number, Option<Number>> {
        let (period, _) = self.windows[window as usize];
        let of_period = self.rows_of(subscription).filter_map(|number| {
            let own = self.rows.get(number as usize)?.window;
            let (its_period, start_ms) = *self.windows.get(own as usize)?;
            (its_period == period).then_some((start_ms, number, own))
        });
        let (mut count, mut oldest) = (0, None);
        for (start_ms, number, own) in of_period {
            if own == window {
                return Ok(number);
            }
            count += 1;
            if oldest.is_none_or(|(first_ms, _)| start_ms < first_ms) {
                oldest = Some((start_ms, number));
            }
        }
        let oldest = oldest.filter(|_| count >= WINDOWS_MAX);
        Err(oldest.map(|(_, number)| number))
    }

    fn push(&mut self, subscription: SubscriptionId) -> Option<Number> {
        if self.rows.len() >= ROWS_MAX {
            return None;
        }
        if self.rows.len() == self.rows.capacity() {
            // Not twice as many: that is tens of megabytes that a million subscriptions may never need.
            self.rows.reserve_exact(self.rows.len() / 8 + 64);
        }
        let number = self.rows.len() as Number;
        let id = subscription.uuid();
        self.rows.push(Row {
            subscription: id,
            window: 0,
            numbers: [0; 5],
        });
        let rows = &self.rows;
        let hash_of = |number| {
            let row: Option<&Row> = rows.get(number as usize);
            row.map_or(0, |row| hash(row.subscription))
        };
        self.by_subscription.insert(hash(id), number, hash_of);
        Some(number)
    }

    fn window(&mut self, period: QuotaPeriod, start_ms: i64) -> u32 {
        let windows = &mut self.windows;
        let next = || {
            windows.push((period, start_ms));
            (windows.len() - 1) as u32
        };
        *self
            .window_numbers
            .entry((period, start_ms))
            .or_insert_with(next)
    }

    fn read(&self, number: Number) -> Option<Known> {
        let row = self.rows.get(number as usize)?;
        let [own, total, leased, granted, left] = row.numbers;
        if own == NONE {
            return self.aside.get(&number).copied();
        }
        Some(Known {
            own: own.into(),
            total: total.into(),
            leased: leased.into(),
            granted: granted.into(),
            left: (left != NONE).then_some(left.into()),
        })
    }

    fn write(&mut self, number: Number, window: u32, known: Known) {
        let Some(row) = self.rows.get_mut(number as usize) else {
            return;
        };
        row.window = window;
        match numbers(known) {
            Some(numbers) => {
                row.numbers = numbers;
                self.aside.remove(&number);
            }
            None => {
                row.numbers[0] = NONE;
                self.aside.insert(number, known);
            }
        }
    }
}

/// In 32 bits each, if they fit.
fn numbers(known: Known) -> Option<[u32; 5]> {
    let fitting = |number| u32::try_from(number).ok().filter(|number| *number != NONE);
    Some([
        fitting(known.own)?,
        fitting(known.total)?,
        fitting(known.leased)?,
        fitting(known.granted)?,
        known.left.map_or(Some(NONE), fitting)?,
    ])
}

/// Ids come from the signed configuration and the ledger, never from a caller.
fn hash(subscription: Uuid) -> u64 {
    let (high, low) = subscription.as_u64_pair();
    spread(high ^ low)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: QuotaPeriod = QuotaPeriod::Day;

    fn subscription(number: u128) -> SubscriptionId {
        Uuid::from_u128(number).into()
    }

    #[test]
    fn numbers_of_any_size_read_back_as_they_were_set() {
        let mut accounts = Accounts::default();
        let large = u64::from(u32::MAX);
        for own in [large + 1, 3, large - 1, large, 4] {
            for left in [None, Some(0), Some(large)] {
                let wanted = Known {
                    own,
                    left,
                    total: 9,
                    ..Known::default()
                };
                accounts.change(subscription(1), (DAY, 5), |known| *known = wanted);
                assert_eq!(accounts.get(subscription(1), DAY, 5), Some(wanted));
            }
        }
        assert!(accounts.aside.len() <= 1);
        assert_eq!(accounts.get(subscription(1), QuotaPeriod::Month, 5), None);
        assert_eq!(accounts.get(subscription(2), DAY, 5), None);
    }

    #[test]
    fn of_three_windows_the_two_latest_are_kept_and_take_two_rows() {
        let mut accounts = Accounts::default();
        let id = subscription(1);
        accounts.change(id, (QuotaPeriod::Month, 1), |known| known.total = 1);
        for start_ms in [10, 20, 30, 40] {
            accounts.change(id, (DAY, start_ms), |known| known.total += start_ms as u64);
        }
        let total = |start_ms| Some(accounts.get(id, DAY, start_ms)?.total);
        assert_eq!(
            [10, 20, 30, 40].map(total),
            [None, None, Some(30), Some(40)]
        );
        assert!(accounts.get(id, QuotaPeriod::Month, 1).is_some());
        assert_eq!(accounts.rows.len(), 3);
        assert_eq!(accounts.part(0, 2).chain(accounts.part(2, 2)).count(), 3);
    }

    #[test]
    fn a_hundred_thousand_subscriptions_take_less_than_fifty_bytes_each() {
        let mut accounts = Accounts::default();
        for number in 0..100_000 {
            accounts.change(subscription(number), (DAY, 1), |known| known.total = 1);
        }
        assert_eq!(size_of::<Row>(), 40);
        assert!(accounts.rows.capacity() < 113_000);
        assert!((0..100_000).all(|number| accounts.get(subscription(number), DAY, 1).is_some()));
    }
}
