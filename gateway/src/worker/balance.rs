//! How many connections each worker has, and who takes the next one.
//!
//! The kernel deals connections to listening sockets by hash, which is uneven when they are few and live long.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Below this many connections a worker keeps what it accepts.
const KEPT: usize = 8;

/// Open connections of every worker. Written when one begins or ends.
#[derive(Debug)]
pub(super) struct Balance(Box<[AtomicUsize]>);

/// A connection, as a load on its worker, until it is dropped.
#[derive(Debug)]
pub(super) struct Load {
    balance: Arc<Balance>,
    worker: usize,
}

impl Balance {
    pub(super) fn new(workers: usize) -> Self {
        Self((0..workers).map(|_| AtomicUsize::new(0)).collect())
    }

    /// The worker that takes a connection `worker` has accepted: itself, or the least loaded one when it already has more
    /// than one and a half times the mean.
    pub(super) fn choose(&self, worker: usize) -> usize {
        let open = |worker: usize| self.0[worker].load(Ordering::Relaxed);
        let own = open(worker);
        let all: usize = (0..self.0.len()).map(open).sum();
        if own < KEPT || 2 * own * self.0.len() <= 3 * all {
            return worker;
        }
        (0..self.0.len())
            .min_by_key(|other| open(*other))
            .unwrap_or(worker)
    }

    /// Counts a connection to a worker.
    pub(super) fn load(self: &Arc<Self>, worker: usize) -> Load {
        self.0[worker].fetch_add(1, Ordering::Relaxed);
        Load {
            balance: Arc::clone(self),
            worker,
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.balance.0[self.worker].fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_far_above_the_mean_gives_away_what_it_accepts() {
        let balance = Arc::new(Balance::new(3));
        let held: Vec<Load> = (0..KEPT).map(|_| balance.load(0)).collect();
        let _other = balance.load(1);
        assert_eq!(balance.choose(0), 2, "eight of nine");
        assert_eq!(balance.choose(1), 1, "one of nine");
        drop(held);
        assert_eq!(balance.choose(0), 0, "none of one");
    }

    #[test]
    fn an_even_load_stays_where_the_kernel_put_it() {
        let balance = Arc::new(Balance::new(2));
        let mut held = Vec::new();
        for number in 0..60 {
            held.push(balance.load(number % 2));
            assert_eq!(balance.choose(number % 2), number % 2);
        }
        let few = Arc::new(Balance::new(2));
        let _held: Vec<Load> = (1..KEPT).map(|_| few.load(0)).collect();
        assert_eq!(few.choose(0), 0, "too few to bother");
        assert_eq!(Arc::new(Balance::new(1)).choose(0), 0);
    }
}
