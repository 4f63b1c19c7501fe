//! The policies of routes, compiled. What stands alike on a thousand routes is here once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use gatehouse_domain::id::{EnvironmentId, PolicyId};
use gatehouse_snapshot::object::{PolicySet, Route, RoutePolicies};
use hashbrown::HashMap;

use crate::policies::cors::CompiledCors;
use crate::policies::headers::CompiledChanges;
use crate::policies::jwt::{AUTHORIZATION, CompiledJwt};
use crate::policies::shared_rate::{Bucket, CompiledSharedRate};
use crate::tables::compiled::CompileError;

/// What happens at an operation.
#[derive(Debug, Default)]
pub(crate) struct CompiledSet {
    pub(crate) cors: Option<CompiledCors>,
    pub(crate) jwt: Option<CompiledJwt>,
    pub(crate) rates: Box<[CompiledSharedRate]>,
    pub(crate) request_headers: CompiledChanges,
    pub(crate) response_headers: CompiledChanges,
}

/// Which set each operation of a route has.
#[derive(Debug, Clone, Default)]
pub(crate) enum RouteSets {
    /// None has one.
    #[default]
    None,
    /// All have this one.
    Same(Arc<CompiledSet>),
    /// By the operation's place.
    Each(Arc<[Option<Arc<CompiledSet>>]>),
}

impl RouteSets {
    /// The set of the operation at a place, where it does something.
    pub(crate) fn get(&self, operation: usize) -> Option<&Arc<CompiledSet>> {
        match self {
            Self::None => None,
            Self::Same(set) => Some(set),
            Self::Each(sets) => sets.get(operation)?.as_ref(),
        }
    }

    /// Whether no operation has one.
    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

/// Sets and buckets that configurations in force hold, so that the next one finds them again: equal sets are one, and a rate
/// goes on from what was taken of it. Used by who compiles, never by a request.
#[derive(Debug, Default)]
pub(crate) struct PolicyBook(Mutex<Pages>);

#[derive(Debug, Default)]
struct Pages {
    /// By the environment, whose rates are its own, and the bytes of the set.
    sets: HashMap<(EnvironmentId, Vec<u8>), Weak<CompiledSet>>,
    buckets: HashMap<(PolicyId, EnvironmentId), Weak<Bucket>>,
    /// Entries at which what nobody holds any more is looked for; twice what was left the last time.
    sweep_at: usize,
}

impl PolicyBook {
    /// Compiles what a route has. Whole or not at all: an operation whose set is not there would pass everybody.
    pub(super) fn route(&self, route: &Route) -> Result<RouteSets, CompileError> {
        self.sets_of(route).ok_or(CompileError::Policies(route.id))
    }

    fn sets_of(&self, route: &Route) -> Option<RouteSets> {
        let RoutePolicies {
            sets,
            of_operations,
            // Opened when the route was read.
            sealed: _,
        } = &route.later.policies;
        if sets.is_empty() {
            return Some(RouteSets::None);
        }
        let mut pages = self.lock();
        let sets = sets.iter().map(|set| pages.set(set, route.environment));
        let sets: Vec<_> = sets.collect::<Option<_>>()?;
        let places = of_operations.iter();
        let each = places.map(|place| sets.get(*place as usize).cloned());
        let each: Vec<_> = each.collect::<Option<_>>()?;
        Some(match each.first() {
            None | Some(None) if each.iter().all(Option::is_none) => RouteSets::None,
            Some(Some(first)) if each.iter().all(|one| is(one.as_ref(), first)) => {
                RouteSets::Same(Arc::clone(first))
            }
            _ => RouteSets::Each(each.into()),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is(one: Option<&Arc<CompiledSet>>, other: &Arc<CompiledSet>) -> bool {
    one.is_some_and(|one| Arc::ptr_eq(one, other))
}

impl Pages {
    /// A set, compiled, and nothing inside for one that does nothing; `None` where it cannot be written as it was read.
    fn set(
        &mut self,
        set: &PolicySet,
        environment: EnvironmentId,
    ) -> Option<Option<Arc<CompiledSet>>> {
        if *set == PolicySet::default() {
            return Some(None);
        }
        let mut bytes = postcard::to_stdvec(set).ok()?;
        // What is on no wire tells sets apart as well.
        for (name, value) in &set.request_headers.opened {
            bytes.extend_from_slice(&postcard::to_stdvec(&(name, value.as_str())).ok()?);
        }
        let key = (environment, bytes);
        if let Some(known) = self.sets.get(&key).and_then(Weak::upgrade) {
            return Some(Some(known));
        }
        let compiled = Arc::new(self.compile(set, environment));
        self.sets.insert(key, Arc::downgrade(&compiled));
        self.sweep();
        Some(Some(compiled))
    }

    fn compile(&mut self, set: &PolicySet, environment: EnvironmentId) -> CompiledSet {
        // A token is a credential and ends here like a key, whichever field it comes in; while it is only tried, nothing
        // changes for anybody.
        let token = set.jwt.as_ref().filter(|jwt| !jwt.shadow);
        let token = token.map(|jwt| jwt.header.as_str());
        let token = token.filter(|header| *header != AUTHORIZATION);
        CompiledSet {
            cors: set
                .cors
                .as_ref()
                .map(|cors| CompiledCors::new(cors, set.jwt.as_ref())),
            jwt: set.jwt.as_ref().map(CompiledJwt::new),
            rates: set
                .rates
                .iter()
                .map(|rate| {
                    let bucket = self.bucket((rate.policy, environment));
                    CompiledSharedRate::new(rate, bucket)
                })
                .collect(),
            request_headers: CompiledChanges::new(&set.request_headers, token),
            response_headers: CompiledChanges::new(&set.response_headers, None),
        }
    }

    fn bucket(&mut self, key: (PolicyId, EnvironmentId)) -> Arc<Bucket> {
        if let Some(known) = self.buckets.get(&key).and_then(Weak::upgrade) {
            return known;
        }
        let bucket = Arc::default();
        self.buckets.insert(key, Arc::downgrade(&bucket));
        bucket
    }

    /// Forgets what nobody holds any more, seldom enough to cost little for each that is added.
    fn sweep(&mut self) {
        let held = |pages: &Self| pages.sets.len() + pages.buckets.len();
        if held(self) > self.sweep_at {
            self.sets.retain(|_, set| set.strong_count() > 0);
            self.buckets.retain(|_, bucket| bucket.strong_count() > 0);
            self.sweep_at = 2 * held(self) + 64;
        }
    }
}

#[cfg(test)]
mod tests {
    use gatehouse_snapshot::object::{HeaderChanges, SharedRate};
    use uuid::Uuid;

    use super::*;

    const LIVE: EnvironmentId = EnvironmentId::from_uuid(Uuid::from_u128(1));
    const TEST: EnvironmentId = EnvironmentId::from_uuid(Uuid::from_u128(2));

    fn set(amount: u32, region: &str) -> PolicySet {
        PolicySet {
            rates: vec![SharedRate {
                policy: PolicyId::from_uuid(Uuid::from_u128(9)),
                shadow: false,
                amount,
                window_s: 60,
                burst: amount,
            }],
            request_headers: HeaderChanges {
                remove: Vec::new(),
                set: vec![("x-region".to_owned(), region.to_owned())],
                ..HeaderChanges::default()
            },
            ..PolicySet::default()
        }
    }

    #[test]
    fn equal_sets_are_one_and_rates_of_a_policy_share_a_bucket_in_their_environment() {
        let book = PolicyBook::default();
        let mut pages = book.lock();
        let mut put = |set: &PolicySet, environment| pages.set(set, environment).flatten().unwrap();
        let first = put(&set(5, "eu"), LIVE);
        assert!(Arc::ptr_eq(&first, &put(&set(5, "eu"), LIVE)));
        let other = put(&set(5, "us"), LIVE);
        let elsewhere = put(&set(5, "eu"), TEST);
        assert!(!Arc::ptr_eq(&first, &other) && !Arc::ptr_eq(&first, &elsewhere));
        drop(pages);
        let buckets = book.lock().buckets.len();
        assert_eq!(buckets, 2, "one for each environment");
        let nothing = book.lock().set(&PolicySet::default(), LIVE);
        assert!(nothing.is_some_and(|set| set.is_none()));
    }

    #[test]
    fn sets_that_differ_in_what_was_opened_are_two() {
        let book = PolicyBook::default();
        let with = |value: &str| {
            let mut set = PolicySet::default();
            let value = value.to_owned().into();
            set.request_headers.opened = vec![("authorization".to_owned(), value)];
            let compiled = book.lock().set(&set, LIVE);
            compiled.flatten().expect("it does something")
        };
        let (one, other) = (with("one"), with("other"));
        assert!(Arc::ptr_eq(&one, &with("one")) && !Arc::ptr_eq(&one, &other));
        let values = |set: &CompiledSet| {
            let set = set.request_headers.each_set();
            set.map(|(_, value)| value.to_vec()).collect::<Vec<_>>()
        };
        assert_eq!(
            (values(&one), values(&other)),
            (vec![b"one".to_vec()], vec![b"other".to_vec()])
        );
    }

    #[test]
    fn what_nobody_holds_is_forgotten() {
        let book = PolicyBook::default();
        let kept = book.lock().set(&set(1, "kept"), LIVE);
        for number in 0..10_000 {
            drop(book.lock().set(&set(1, &number.to_string()), LIVE));
        }
        let pages = book.lock();
        assert!(pages.sets.len() < 200, "{}", pages.sets.len());
        assert!(kept.is_some() && pages.buckets.len() == 1);
    }
}
