//! What connections hold in buffers, over all workers, and its bound.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes in buffers of all connections. Written when a buffer grows or is given back, not for requests of usual size.
#[derive(Debug, Clone)]
pub(crate) struct Memory {
    held: Arc<AtomicUsize>,
    max: usize,
}

/// What one connection holds, until it is dropped.
#[derive(Debug)]
pub(crate) struct Holding {
    memory: Memory,
    held: Cell<usize>,
}

impl Memory {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            held: Arc::default(),
            max,
        }
    }

    /// Whether nothing further should be begun.
    pub(crate) fn is_used_up(&self) -> bool {
        self.held() >= self.max
    }

    pub(crate) fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    pub(crate) fn hold(&self, bytes: usize) -> Holding {
        let holding = Holding {
            memory: self.clone(),
            held: Cell::new(0),
        };
        holding.set(bytes);
        holding
    }
}

impl Holding {
    /// So much is held now.
    pub(crate) fn set(&self, bytes: usize) {
        let before = self.held.replace(bytes);
        if bytes > before {
            self.memory
                .held
                .fetch_add(bytes - before, Ordering::Relaxed);
        } else if bytes < before {
            self.memory
                .held
                .fetch_sub(before - bytes, Ordering::Relaxed);
        }
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        self.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_connections_hold_adds_up_and_is_given_back() {
        let memory = Memory::new(100);
        let (one, two) = (memory.hold(60), memory.hold(39));
        assert!(!memory.is_used_up());
        two.set(40);
        assert!(memory.is_used_up());
        assert_eq!(memory.held(), 100);
        one.set(10);
        assert_eq!(memory.held(), 50);
        drop((one, two));
        assert_eq!(memory.held(), 0);
    }
}
