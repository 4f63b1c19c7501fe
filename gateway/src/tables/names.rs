//! Numbers for the ids that many records share, so that a record holds four bytes in place of sixteen.
//!
//! Only the applier reads or writes ids here; requests compare numbers. A number is good for one whole configuration: a
//! snapshot begins anew.

use std::hash::Hash;
use std::sync::Arc;

use gatehouse_domain::id::{EnvironmentId, PlanId, ProductId, TenantId};
use gatehouse_snapshot::object::Environment;
use hashbrown::HashMap;

/// Ids in the order they were met.
#[derive(Debug)]
pub(crate) struct Interner<K> {
    keys: Arc<Vec<K>>,
    numbers: HashMap<K, u32>,
}

impl<K> Default for Interner<K> {
    fn default() -> Self {
        Self {
            keys: Arc::default(),
            numbers: HashMap::default(),
        }
    }
}

impl<K: Copy + Eq + Hash> Interner<K> {
    /// The number of an id, a new one when it is met for the first time.
    pub(crate) fn number(&mut self, key: K) -> u32 {
        let keys = &mut self.keys;
        *self.numbers.entry(key).or_insert_with(|| {
            let keys = Arc::make_mut(keys);
            keys.push(key);
            (keys.len() - 1) as u32
        })
    }

    /// The number of an id that was met before.
    pub(crate) fn known(&self, key: K) -> Option<u32> {
        self.numbers.get(&key).copied()
    }

    pub(crate) fn key(&self, number: u32) -> Option<K> {
        self.keys.get(number as usize).copied()
    }

    /// All ids by number, as they are now.
    pub(crate) fn keys(&self) -> &Arc<Vec<K>> {
        &self.keys
    }
}

/// Where a credential or a subscription is good: an environment of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    pub(crate) tenant: TenantId,
    pub(crate) environment: EnvironmentId,
}

impl Scope {
    pub(crate) fn of(environment: &Environment) -> Self {
        Self {
            tenant: environment.tenant,
            environment: environment.id,
        }
    }
}

/// All numbers of one configuration.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) tenants: Interner<TenantId>,
    pub(crate) environments: Interner<EnvironmentId>,
    pub(crate) scopes: Interner<Scope>,
    pub(crate) products: Interner<ProductId>,
    pub(crate) plans: Interner<PlanId>,
}
