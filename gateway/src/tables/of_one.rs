//! The smallest configuration that counts calls, for tests of those who count.

use gatehouse_domain::subscription::StoredState;
use gatehouse_snapshot::object::Subscription;
use uuid::Uuid;

use super::*;

impl TableSet {
    /// A subscription with a plan.
    pub(crate) fn of_one(id: SubscriptionId, plan: Arc<CompiledPlan>) -> Self {
        let (mut set, mut names) = (Self::default(), Names::default());
        let subscription = Subscription {
            id,
            tenant: Uuid::nil().into(),
            application: Uuid::nil().into(),
            product: Uuid::nil().into(),
            environment: Uuid::nil().into(),
            // The first plan has the number that `CompiledPlan::of_limits` gives.
            plan: Uuid::nil().into(),
            state: StoredState::Active,
            ended_reason: None,
            provider_hold: false,
            consumer_hold: false,
            starts_at: None,
            ends_at: None,
        };
        let put = set.subscriptions.put(&subscription, 0, &mut names);
        put.expect("one has room");
        set.subscriptions.allot(&set.counters);
        let mut compiled = Compiled::default();
        compiled.put_plan(plan);
        set.compiled = Arc::new(compiled);
        set
    }
}
