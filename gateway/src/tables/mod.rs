//! What a request is judged by: the compiled table of small things and the sharded tables of large ones.
//!
//! A request takes one [`TableSet`] at its beginning. A delta touches the set in place, in an order in which every half-way
//! state refuses more (see [`crate::live_config::apply`]); a snapshot replaces the set whole.

mod compiled;
mod operations;
mod shards;

use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use gatehouse_domain::id::{ApplicationId, EnvironmentId, ProductId};
use gatehouse_snapshot::object::{Application, Credential, Subscription};

pub(crate) use compiled::{
    CompileError, Compiled, CompiledEnvironment, CompiledPlan, CompiledRoute, SmallObjects, compile,
};
pub(crate) use operations::OperationMatch;
pub(crate) use shards::Sharded;

use crate::policies::counters::{CounterId, Counters};

/// Where a subscription is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) application: ApplicationId,
    pub(crate) product: ProductId,
    pub(crate) environment: EnvironmentId,
}

impl Place {
    pub(crate) fn of(subscription: &Subscription) -> Self {
        Self {
            application: subscription.application,
            product: subscription.product,
            environment: subscription.environment,
        }
    }
}

/// A subscription and what it has used.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) subscription: Subscription,
    /// Shared by every version of the subscription, so that a change of state resets no limit.
    pub(crate) counters: CounterId,
}

/// One whole configuration, as requests see it.
#[derive(Debug)]
pub(crate) struct TableSet {
    pub(crate) compiled: ArcSwap<Compiled>,
    pub(crate) applications: Sharded<ApplicationId, Application>,
    /// By key id.
    pub(crate) credentials: Sharded<u64, Credential>,
    /// Open and closed ones of a place, the one that decides first; see [`decisive_first`].
    pub(crate) subscriptions: Sharded<Place, Arc<[Held]>>,
    /// Of all subscriptions; they outlive the set.
    pub(crate) counters: Arc<Counters>,
}

/// The configuration in force; none before the first one.
#[derive(Debug, Default)]
pub(crate) struct Tables(ArcSwapOption<TableSet>);

impl Tables {
    pub(crate) fn current(&self) -> Option<Arc<TableSet>> {
        self.0.load_full()
    }

    pub(crate) fn replace(&self, set: Arc<TableSet>) {
        self.0.store(Some(set));
    }
}

/// Puts the subscription that decides at the front: an open one (there is at most one) before closed ones, then the
/// latest.
pub(crate) fn decisive_first(held: &mut [Held]) {
    held.sort_by_key(|held| {
        let open = held.subscription.facts().is_open();
        std::cmp::Reverse((open, held.subscription.id))
    });
}
