//! What the request path asks the desk to look at: subscriptions near the end of their part of a shared limit.
//!
//! A word of each limit remembers that it asked, so that a limit is called out once and not once a call. Here is therefore
//! little to wait for: one short push a second for each limit that is near its end.

use std::sync::{Arc, Mutex, PoisonError};

use gatehouse_domain::id::SubscriptionId;
use tokio::sync::Notify;

use super::counters::CounterId;
use crate::tables::CompiledPlan;

/// Subscriptions that wait to be looked at; what is over calls again later.
const WAITING_MAX: usize = 65_536;

/// One that waits.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) subscription: SubscriptionId,
    pub(crate) id: CounterId,
    pub(crate) plan: Arc<CompiledPlan>,
}

/// The queue from all workers to the desk.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    waiting: Mutex<Vec<Look>>,
    bell: Notify,
}

impl Looks {
    /// Asks for a look; at once when calls wait for it. False when too many wait.
    pub(crate) fn call(&self, look: Look, urgent: bool) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let room = waiting.len() < WAITING_MAX;
        if room {
            waiting.push(look);
        }
        drop(waiting);
        if urgent {
            self.bell.notify_one();
        }
        room
    }

    pub(crate) fn take(&self) -> Vec<Look> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *waiting)
    }

    /// Waits for an urgent one.
    pub(crate) async fn rung(&self) {
        self.bell.notified().await;
    }
}
