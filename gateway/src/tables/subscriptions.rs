//! Subscriptions, by number and by what they open.

use gatehouse_domain::id::SubscriptionId;
use gatehouse_domain::subscription::{EndedReason, StoredState, SubscriptionFacts};
use gatehouse_snapshot::object::{Moment, Subscription};
use uuid::Uuid;

use super::applications::Applications;
use super::index::{Index, spread};
use super::names::{Names, Scope};
use super::rows::{Filling, Full, Number, Row, Rows};
use crate::policies::counters::{CounterId, Counters};

/// Forty-eight bytes of a subscription.
#[derive(Debug, Clone, Copy)]
struct SubscriptionRow {
    id: Uuid,
    place: Place,
    plan: u32,
    /// Where its use is counted; taken over by every later state of the subscription, so that a change resets nothing.
    counters: CounterId,
    flags: Flags,
    /// Every granted one has it, so it does not lie aside. [`ASIDE`]: it does, or there is none.
    starts_at: i64,
}

const ASIDE: i64 = i64::MIN;

impl Row for SubscriptionRow {
    fn id(&self) -> Uuid {
        self.id
    }
}

/// Where a subscription is looked up: numbers of the application, the product and the scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) application: Number,
    pub(crate) product: u32,
    pub(crate) scope: u32,
}

impl Place {
    fn hash(self) -> u64 {
        let first = u64::from(self.application) << 32 | u64::from(self.product);
        spread(spread(first) ^ u64::from(self.scope))
    }
}

/// State (three bits), reason of the end (three), the two holds; all ones: removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Flags(u16);

const PROVIDER_HOLD: u16 = 1 << 6;
const CONSUMER_HOLD: u16 = 1 << 7;
const REMOVED: Flags = Flags(u16::MAX);

impl Flags {
    fn of(subscription: &Subscription) -> Self {
        let state = match subscription.state {
            StoredState::Pending => 0,
            StoredState::Active => 1,
            StoredState::Rejected => 2,
            StoredState::Withdrawn => 3,
            StoredState::Ended => 4,
        };
        let reason = match subscription.ended_reason {
            None => 0,
            Some(EndedReason::Cancelled) => 1,
            Some(EndedReason::Revoked) => 2,
            Some(EndedReason::Expired) => 3,
            Some(EndedReason::Superseded) => 4,
        };
        let provider = u16::from(subscription.provider_hold) * PROVIDER_HOLD;
        let consumer = u16::from(subscription.consumer_hold) * CONSUMER_HOLD;
        Self(state | reason << 3 | provider | consumer)
    }

    const fn state(self) -> Option<StoredState> {
        match self.0 & 7 {
            0 => Some(StoredState::Pending),
            1 => Some(StoredState::Active),
            2 => Some(StoredState::Rejected),
            3 => Some(StoredState::Withdrawn),
            4 => Some(StoredState::Ended),
            _ => None,
        }
    }

    const fn ended_reason(self) -> Option<EndedReason> {
        match self.0 >> 3 & 7 {
            1 => Some(EndedReason::Cancelled),
            2 => Some(EndedReason::Revoked),
            3 => Some(EndedReason::Expired),
            4 => Some(EndedReason::Superseded),
            _ => None,
        }
    }
}

/// A subscription as requests judge it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FoundSubscription {
    pub(crate) id: SubscriptionId,
    /// The plan's number.
    pub(crate) plan: u32,
    pub(crate) counters: CounterId,
    flags: Flags,
    state: StoredState,
    pub(crate) starts_at: Option<Moment>,
    pub(crate) ends_at: Option<Moment>,
}

impl FoundSubscription {
    /// What decides access.
    pub(crate) fn facts(&self) -> SubscriptionFacts {
        SubscriptionFacts {
            state: self.state,
            ended_reason: self.flags.ended_reason(),
            provider_hold: self.flags.0 & PROVIDER_HOLD != 0,
            consumer_hold: self.flags.0 & CONSUMER_HOLD != 0,
            starts_at: self.starts_at.map(Into::into),
            ends_at: self.ends_at.map(Into::into),
        }
    }
}

/// All subscriptions. Cloning copies pointers.
#[derive(Clone, Default)]
pub(crate) struct Subscriptions {
    rows: Rows<SubscriptionRow>,
    by_place: Index,
    /// Numbers of those that have no counters yet: counters are allotted when nothing can fail any more.
    fresh: Vec<Number>,
}

impl Subscriptions {
    /// Number of subscriptions.
    pub(crate) fn len(&self) -> usize {
        self.by_place.len()
    }

    /// The subscription of a place that decides: an open one (there is at most one) before closed ones, then the latest.
    pub(crate) fn decisive(&self, place: Place) -> Option<FoundSubscription> {
        let at_place = self.by_place.find(place.hash()).filter_map(|number| {
            let row = self.rows.get(number).filter(|row| row.place == place)?;
            let open = matches!(
                row.flags.state(),
                Some(StoredState::Pending | StoredState::Active)
            );
            Some((open, row.id, number))
        });
        at_place.max().and_then(|(_, _, number)| self.get(number))
    }

    /// The counters of a subscription and the number of its plan.
    pub(super) fn counted(&self, id: SubscriptionId) -> Option<(CounterId, u32)> {
        let row = self.rows.get(self.rows.find(id.uuid())?)?;
        (row.counters != CounterId::NONE).then_some((row.counters, row.plan))
    }

    fn get(&self, number: Number) -> Option<FoundSubscription> {
        let row = self.rows.get(number)?;
        let [starts_at, ends_at] = self.dates(number, row);
        Some(FoundSubscription {
            id: row.id.into(),
            plan: row.plan,
            counters: row.counters,
            flags: row.flags,
            state: row.flags.state()?,
            starts_at,
            ends_at,
        })
    }

    fn dates(&self, number: Number, row: &SubscriptionRow) -> [Option<Moment>; 2] {
        let [starts_at, ends_at, _] = self.rows.dates(number);
        match row.starts_at {
            ASIDE => [starts_at, ends_at],
            inside => [Some(Moment(inside)), ends_at],
        }
    }

    /// The counters of a subscription. Asked for ascending ids, one walk finds nearly all of them; others are looked up.
    pub(super) fn counters_of(&self, id: Uuid, walk: &mut Number) -> Option<CounterId> {
        while self.rows.get(*walk).is_some_and(|row| row.id < id) {
            *walk += 1;
        }
        let number = match self.rows.get(*walk) {
            Some(row) if row.id == id => Some(*walk),
            _ => self.rows.find(id),
        };
        let counters = self.rows.get(number?)?.counters;
        (counters != CounterId::NONE).then_some(counters)
    }

    /// The counters of subscriptions that another table does not hold.
    pub(super) fn counters_missing_in(&self, other: &Self) -> Vec<CounterId> {
        let mut walk = 0;
        (0..self.rows.len() as Number)
            .filter_map(|number| self.rows.get(number))
            .filter(|row| other.counters_of(row.id, &mut walk).is_none())
            .map(|row| row.counters)
            .filter(|counters| *counters != CounterId::NONE)
            .collect()
    }

    /// Allots counters to the subscriptions that have none yet.
    pub(crate) fn allot(&mut self, counters: &Counters) {
        let mut counters = counters.allotting();
        for number in std::mem::take(&mut self.fresh) {
            if let Some(row) = self.rows.get(number).copied()
                && row.counters == CounterId::NONE
                && row.flags != REMOVED
            {
                let row = SubscriptionRow {
                    counters: counters.next(),
                    ..row
                };
                self.rows.set_row(number, row);
            }
        }
    }

    /// The object as it was put.
    pub(crate) fn object(
        &self,
        id: SubscriptionId,
        applications: &Applications,
        names: &Names,
    ) -> Option<Subscription> {
        let number = self.rows.find(id.uuid())?;
        let row = self.rows.get(number)?;
        let scope = names.scopes.key(row.place.scope)?;
        let [starts_at, ends_at] = self.dates(number, row);
        Some(Subscription {
            id,
            tenant: scope.tenant,
            application: applications.get(row.place.application)?.id,
            product: names.products.key(row.place.product)?,
            environment: scope.environment,
            plan: names.plans.key(row.plan)?,
            state: row.flags.state()?,
            ended_reason: row.flags.ended_reason(),
            provider_hold: row.flags.0 & PROVIDER_HOLD != 0,
            consumer_hold: row.flags.0 & CONSUMER_HOLD != 0,
            starts_at,
            ends_at,
        })
    }

    /// Puts a subscription in place of the one with its id. It is found once it has counters: [`Self::allot`].
    pub(crate) fn put(
        &mut self,
        subscription: &Subscription,
        application: Number,
        names: &mut Names,
    ) -> Result<(), Full> {
        let Some(number) = self.rows.find(subscription.id.uuid()) else {
            let row = packed(subscription, application, names);
            let number = self.rows.push(row, dates_aside(subscription))?;
            self.fresh.push(number);
            self.enter(number);
            return Ok(());
        };
        let old = self.rows.get(number).copied();
        let old = old.filter(|old| old.flags != REMOVED);
        let row = SubscriptionRow {
            counters: old.map_or(CounterId::NONE, |old| old.counters),
            ..packed(subscription, application, names)
        };
        if row.counters == CounterId::NONE {
            self.fresh.push(number);
        }
        let stays = old.is_some_and(|old| old.place == row.place);
        if !stays && old.is_some() {
            self.forget(number);
        }
        self.rows.set(number, row, dates_aside(subscription));
        if !stays {
            self.enter(number);
        }
        Ok(())
    }

    /// Takes a subscription away; returns its counters, which nobody counts in any more.
    pub(crate) fn remove(&mut self, id: SubscriptionId) -> Option<CounterId> {
        let number = self.rows.find(id.uuid())?;
        let row = self.rows.get(number).copied()?;
        if row.flags == REMOVED {
            return None;
        }
        self.forget(number);
        let removed = SubscriptionRow {
            flags: REMOVED,
            counters: CounterId::NONE,
            ..row
        };
        self.rows.set(number, removed, [None; 3]);
        (row.counters != CounterId::NONE).then_some(row.counters)
    }

    fn enter(&mut self, number: Number) {
        let hash_of = |number| hash(self.rows.get(number));
        self.by_place.insert(hash_of(number), number, hash_of);
    }

    fn forget(&mut self, number: Number) {
        let hash_of = |number| hash(self.rows.get(number));
        self.by_place.remove(hash_of(number), number, hash_of);
    }
}

/// Subscriptions of a snapshot being read.
#[derive(Default)]
pub(super) struct LoadingSubscriptions {
    rows: Filling<SubscriptionRow>,
    hashes: Vec<u64>,
    fresh: Vec<Number>,
}

impl LoadingSubscriptions {
    /// Adds one; ids ascend.
    pub(super) fn append(
        &mut self,
        subscription: &Subscription,
        application: Number,
        counters: Option<CounterId>,
        names: &mut Names,
    ) -> Result<(), Full> {
        let row = SubscriptionRow {
            counters: counters.unwrap_or(CounterId::NONE),
            ..packed(subscription, application, names)
        };
        let number = self.rows.push(row, dates_aside(subscription))?;
        self.hashes.push(row.place.hash());
        if counters.is_none() {
            self.fresh.push(number);
        }
        Ok(())
    }

    /// The table.
    pub(super) fn finish(self) -> Subscriptions {
        // Several may open one place, one after another: none is the same as another.
        let by_place = Index::build(&self.hashes, |_, _| false).unwrap_or_default();
        Subscriptions {
            rows: self.rows.finish(),
            by_place,
            fresh: self.fresh,
        }
    }
}

fn hash(row: Option<&SubscriptionRow>) -> u64 {
    row.map_or(0, |row| row.place.hash())
}

fn packed(subscription: &Subscription, application: Number, names: &mut Names) -> SubscriptionRow {
    let scope = Scope {
        tenant: subscription.tenant,
        environment: subscription.environment,
    };
    SubscriptionRow {
        id: subscription.id.uuid(),
        place: Place {
            application,
            product: names.products.number(subscription.product),
            scope: names.scopes.number(scope),
        },
        plan: names.plans.number(subscription.plan),
        counters: CounterId::NONE,
        flags: Flags::of(subscription),
        starts_at: subscription.starts_at.map_or(ASIDE, |moment| moment.0),
    }
}

/// The dates that do not stand in the record.
fn dates_aside(subscription: &Subscription) -> [Option<Moment>; 3] {
    let starts_at = subscription.starts_at;
    let starts_at = starts_at.filter(|moment| moment.0 == ASIDE);
    [starts_at, subscription.ends_at, None]
}
