//! A map in 256 copy-on-write shards: readers never wait, a change copies one shard.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Arc;

use arc_swap::ArcSwap;

/// Number of shards; a change of a million entries copies about four thousand.
const SHARDS: usize = 256;

type Shard<K, V> = HashMap<K, V, RandomState>;

/// Readers see each shard whole, before or after a change. There is one writer at a time (the applier owns it), so a change
/// is load, copy, store without a compare.
pub(crate) struct Sharded<K, V> {
    hasher: RandomState,
    shards: Box<[ArcSwap<Shard<K, V>>]>,
}

impl<K: Hash + Eq + Copy, V: Clone> Sharded<K, V> {
    /// Builds the shards of a whole configuration.
    pub(crate) fn build(entries: impl IntoIterator<Item = (K, V)>) -> Self {
        let hasher = RandomState::new();
        let mut shards: Vec<Shard<K, V>> = (0..SHARDS)
            .map(|_| HashMap::with_hasher(hasher.clone()))
            .collect();
        for (key, value) in entries {
            shards[shard_of(&hasher, &key)].insert(key, value);
        }
        let shards = shards.into_iter().map(ArcSwap::from_pointee).collect();
        Self { hasher, shards }
    }

    /// Looks an entry up and takes from it what `take` wants, while the shard is held.
    pub(crate) fn with<R>(&self, key: &K, take: impl FnOnce(&V) -> R) -> Option<R> {
        self.shards[shard_of(&self.hasher, key)]
            .load()
            .get(key)
            .map(take)
    }

    /// A copy of an entry.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.with(key, V::clone)
    }

    /// Puts an entry in place of the one before.
    pub(crate) fn insert(&self, key: K, value: V) {
        self.change(&key, |shard| {
            shard.insert(key, value);
        });
    }

    /// Takes an entry away.
    pub(crate) fn remove(&self, key: &K) {
        self.change(key, |shard| {
            shard.remove(key);
        });
    }

    /// Number of entries.
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.load().len()).sum()
    }

    fn change(&self, key: &K, change: impl FnOnce(&mut Shard<K, V>)) {
        let shard = &self.shards[shard_of(&self.hasher, key)];
        let mut copy = Shard::clone(&shard.load());
        change(&mut copy);
        shard.store(Arc::new(copy));
    }
}

fn shard_of<K: Hash>(hasher: &RandomState, key: &K) -> usize {
    // The top bits: the map inside the shard uses the low ones.
    (hasher.hash_one(key) >> 56) as usize % SHARDS
}

impl<K, V> std::fmt::Debug for Sharded<K, V> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Sharded")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_changed_and_gone() {
        let table = Sharded::build((0..10_000u64).map(|key| (key, key * 2)));
        assert_eq!(table.len(), 10_000);
        table.insert(7, 1);
        table.remove(&8);
        assert_eq!(
            (table.get(&7), table.get(&8), table.get(&9)),
            (Some(1), None, Some(18))
        );
        assert_eq!(table.len(), 9_999);
    }

    #[test]
    fn no_shard_holds_much_more_than_its_share() {
        let table = Sharded::build((0..100_000u64).map(|key| (key, ())));
        let largest = table.shards.iter().map(|shard| shard.load().len()).max();
        assert!(largest < Some(600), "{largest:?}");
    }
}
