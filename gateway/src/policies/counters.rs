//! What subscriptions have used of their limits: atomic words that never move, a few for each limit.
//!
//! A subscription that never called costs one word (8 bytes), a rate two more, a quota three. They outlive changes of the
//! subscription's state and of its plan: quotas are kept by their period, rates by their place in the plan. The request path
//! reads, compares and swaps words; it comes here with a lock only when a subscription makes its first call, its plan takes
//! another shape, or a calendar period begins.

mod arena;
mod quota;
mod rate;

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use gatehouse_domain::plan::{LimitRule, QuotaPeriod};

use arena::Arena;
pub(crate) use quota::{ALONE, HELD_PERIOD, QuotaCell, QuotaState, Taken};
pub(crate) use rate::{Rate, RateCell, RateState};

/// Where a subscription's counters are. Small and copied freely; it stays good until [`Counters::free`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct CounterId(u32);

impl CounterId {
    /// Nobody's: it has no cells, so nothing passes by it.
    pub(crate) const NONE: Self = Self(u32::MAX);

    /// From 0 on, few of them unused: a place in a list of one entry for each.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Which cells the limits of a plan need: a quota a period, a rate each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Shape {
    day: bool,
    month: bool,
    rates: u8,
}

impl Shape {
    pub(crate) fn of<'a>(rules: impl IntoIterator<Item = &'a LimitRule>) -> Self {
        let mut shape = Self::default();
        for rule in rules {
            match rule {
                LimitRule::Rate { .. } => shape.rates = shape.rates.saturating_add(1),
                LimitRule::Quota { period, .. } => match period {
                    QuotaPeriod::Day => shape.day = true,
                    QuotaPeriod::Month => shape.month = true,
                },
            }
        }
        shape
    }

    fn words(self) -> usize {
        self.rates_at() + RateCell::WORDS * usize::from(self.rates)
    }

    fn quota_at(self, period: QuotaPeriod) -> Option<usize> {
        match period {
            QuotaPeriod::Day => self.day.then_some(0),
            QuotaPeriod::Month => self
                .month
                .then_some(QuotaCell::WORDS * usize::from(self.day)),
        }
    }

    fn rates_at(self) -> usize {
        QuotaCell::WORDS * (usize::from(self.day) + usize::from(self.month))
    }

    /// Never 0, which stands for "no cells yet".
    fn code(self) -> u64 {
        1 | u64::from(self.day) << 1 | u64::from(self.month) << 2 | u64::from(self.rates) << 3
    }

    fn of_code(code: u64) -> Option<Self> {
        (code & 1 == 1).then_some(Self {
            day: code & 2 != 0,
            month: code & 4 != 0,
            rates: (code >> 3 & 0xff) as u8,
        })
    }
}

/// The counters of all subscriptions of a configuration.
pub(crate) struct Counters {
    /// A word for each subscription: the shape and the place of its cells.
    heads: Arena,
    cells: Arena,
    places: Mutex<Places>,
}

#[derive(Default)]
struct Places {
    next_head: usize,
    next_cell: usize,
    free_heads: Vec<u32>,
    /// By number of words.
    free_cells: Vec<Vec<u32>>,
    /// Given up, but perhaps still in the hands of a call: since the last sweep, and since the one before.
    leaving: [Vec<Leaving>; 2],
    /// The ids among them.
    gone: HashSet<CounterId>,
}

enum Leaving {
    Head(CounterId),
    Cells { at: u32, words: usize },
}

/// The cells of one subscription.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cells<'a> {
    shape: Shape,
    words: &'a [AtomicU64],
}

impl<'a> Cells<'a> {
    /// The same, if they are those of a plan of this shape.
    pub(crate) fn of_shape(self, shape: Shape) -> Option<Self> {
        (self.shape == shape).then_some(self)
    }

    /// The quota of a period, if the plan has one.
    pub(crate) fn quota(self, period: QuotaPeriod) -> Option<QuotaCell<'a>> {
        let at = self.shape.quota_at(period)?;
        QuotaCell::of(self.words.get(at..at + QuotaCell::WORDS)?)
    }

    /// The rate at a place among the plan's rates.
    pub(crate) fn rate(self, place: usize) -> Option<RateCell<'a>> {
        let at = self.shape.rates_at() + RateCell::WORDS * place;
        RateCell::of(self.words.get(at..at + RateCell::WORDS)?)
    }
}

/// Where a head points: `shape:32 place:32`, 0 when there are no cells yet.
fn head_word(shape: Shape, at: u32) -> u64 {
    shape.code() << 32 | u64::from(at)
}

impl Default for Counters {
    fn default() -> Self {
        Self::new()
    }
}

impl Counters {
    pub(crate) fn new() -> Self {
        Self {
            heads: Arena::new(),
            cells: Arena::new(),
            places: Mutex::default(),
        }
    }

    /// Counters for a subscription that has used nothing here yet.
    #[cfg(test)]
    pub(crate) fn allot(&self) -> CounterId {
        self.allotting().next()
    }

    /// For allotting to many: nobody else is let in meanwhile.
    pub(crate) fn allotting(&self) -> Allotting<'_> {
        Allotting {
            heads: &self.heads,
            places: self.lock(),
        }
    }

    /// Gives the counters of a subscription up. They are used again after two sweeps, when no call can hold them any more.
    pub(crate) fn free(&self, id: CounterId) {
        let mut places = self.lock();
        if places.gone.insert(id) {
            places.leaving[0].push(Leaving::Head(id));
        }
    }

    /// Whether these counters were given up.
    #[cfg(test)]
    pub(crate) fn is_free(&self, id: CounterId) -> bool {
        self.lock().gone.contains(&id)
    }

    /// Makes what was given up before the last sweep ready for use. To be called every few seconds.
    pub(crate) fn sweep(&self) {
        let mut places = self.lock();
        for leaving in std::mem::take(&mut places.leaving[1]) {
            match leaving {
                Leaving::Cells { at, words } => self.reuse(&mut places, at, words),
                Leaving::Head(id) => {
                    places.gone.remove(&id);
                    if let Some([head]) = self.heads.run(id.0, 1) {
                        let word = head.swap(0, Ordering::AcqRel);
                        if let Some(shape) = Shape::of_code(word >> 32) {
                            let at = (word & u64::from(u32::MAX)) as u32;
                            self.reuse(&mut places, at, shape.words());
                        }
                        places.free_heads.push(id.0);
                    }
                }
            }
        }
        places.leaving.swap(0, 1);
    }

    fn reuse(&self, places: &mut Places, at: u32, words: usize) {
        for word in self.cells.run(at, words).unwrap_or_default() {
            word.store(0, Ordering::Relaxed);
        }
        if places.free_cells.len() <= words {
            places.free_cells.resize_with(words + 1, Vec::new);
        }
        places.free_cells[words].push(at);
    }

    /// The cells of a subscription under a plan of this shape. `None` only when no more can be made.
    pub(crate) fn cells(&self, id: CounterId, shape: Shape) -> Option<Cells<'_>> {
        let [head] = self.heads.run(id.0, 1)? else {
            return None;
        };
        let word = head.load(Ordering::Acquire);
        if word >> 32 == shape.code() {
            return self.cells_of(word);
        }
        self.reshape(head, shape)
    }

    /// The cells as they are, for who looks at them beside the request path.
    pub(crate) fn present(&self, id: CounterId) -> Option<Cells<'_>> {
        let [head] = self.heads.run(id.0, 1)? else {
            return None;
        };
        self.cells_of(head.load(Ordering::Acquire))
    }

    fn cells_of(&self, head: u64) -> Option<Cells<'_>> {
        let shape = Shape::of_code(head >> 32)?;
        let at = (head & u64::from(u32::MAX)) as u32;
        let words = self.cells.run(at, shape.words())?;
        Some(Cells { shape, words })
    }

    /// Makes cells of another shape and takes over what the old ones hold.
    fn reshape(&self, head: &AtomicU64, shape: Shape) -> Option<Cells<'_>> {
        let mut places = self.lock();
        let word = head.load(Ordering::Acquire);
        if word >> 32 == shape.code() {
            return self.cells_of(word);
        }
        let words = shape.words();
        let reused = places.free_cells.get_mut(words).and_then(Vec::pop);
        let at = match reused {
            Some(at) => at,
            None => self.cells.place(&mut places.next_cell, words)?,
        };
        let new = Cells {
            shape,
            words: self.cells.run(at, words)?,
        };
        if let Some(old) = self.cells_of(word) {
            new.take_over(old);
            places.leaving[0].push(Leaving::Cells {
                at: (word & u64::from(u32::MAX)) as u32,
                words: old.words.len(),
            });
        }
        head.store(head_word(shape, at), Ordering::Release);
        Some(new)
    }

    /// Turns a quota's cell to another period: `seed` is told the period it leaves with its calls, and says what it begins
    /// with. Nothing happens when the cell counts that period by now.
    pub(crate) fn turn(
        &self,
        id: CounterId,
        quota: QuotaPeriod,
        period: u32,
        seed: impl FnOnce(u32, u64) -> QuotaState,
    ) {
        // The lock keeps the cell from being moved while it is held.
        let _places = self.lock();
        let Some(cell) = self.present(id).and_then(|cells| cells.quota(quota)) else {
            return;
        };
        if cell.read().0 == period {
            return;
        }
        let (left, calls) = cell.hold();
        cell.begin(period, seed(left, calls));
    }

    /// Changes what bounds a quota, as long as the cell counts this period.
    pub(crate) fn bound(
        &self,
        id: CounterId,
        quota: QuotaPeriod,
        period: u32,
        change: impl FnOnce(QuotaCell<'_>, QuotaState),
    ) {
        let _places = self.lock();
        let cell = self.present(id).and_then(|cells| cells.quota(quota));
        if let Some(cell) = cell
            && let (counted, state) = cell.read()
            && counted == period
        {
            change(cell, state);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives subscriptions their counters.
pub(crate) struct Allotting<'a> {
    heads: &'a Arena,
    places: MutexGuard<'a, Places>,
}

impl Allotting<'_> {
    /// Counters of which nothing is used yet. When 200 million are in use the id is one that has no cells: nothing can be
    /// counted by it, so nothing passes.
    pub(crate) fn next(&mut self) -> CounterId {
        let free = self.places.free_heads.pop();
        let head = free.or_else(|| self.heads.place(&mut self.places.next_head, 1));
        head.map_or(CounterId::NONE, CounterId)
    }
}

impl Cells<'_> {
    fn take_over(self, old: Cells<'_>) {
        for period in QuotaPeriod::ALL {
            if let (Some(new), Some(old)) = (self.quota(*period), old.quota(*period)) {
                let (_, state) = old.read();
                let (number, own) = old.hold();
                new.begin(number, QuotaState { own, ..state });
            }
        }
        for place in 0..usize::from(self.shape.rates.min(old.shape.rates)) {
            let at = |cells: &Cells<'_>| cells.shape.rates_at() + RateCell::WORDS * place;
            let (to, from) = (at(&self), at(&old));
            for word in 0..RateCell::WORDS {
                let value = old.words[from + word].load(Ordering::Relaxed);
                self.words[to + word].store(value, Ordering::Relaxed);
            }
        }
    }
}

impl std::fmt::Debug for Counters {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Counters")
    }
}

#[cfg(test)]
mod tests;
