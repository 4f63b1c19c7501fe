//! A hash table whose clones share what did not change: 256 buckets, each copied when one of its entries does.

use std::sync::Arc;

use hashbrown::HashTable;

const BUCKETS: usize = 256;

/// Entries are found by a hash and a comparison that the caller brings. Cloning copies pointers.
pub(crate) struct Shared<T> {
    buckets: Vec<Arc<HashTable<Arc<T>>>>,
    len: usize,
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self {
            buckets: self.buckets.clone(),
            len: self.len,
        }
    }
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        let empty = Arc::new(HashTable::new());
        Self {
            buckets: vec![empty; BUCKETS],
            len: 0,
        }
    }
}

impl<T> Shared<T> {
    /// Number of entries.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn find(&self, hash: u64, is_it: impl Fn(&T) -> bool) -> Option<&Arc<T>> {
        self.buckets[bucket_of(hash)].find(hash, |entry| is_it(entry))
    }

    /// Puts an entry in place of the one that `is_it` finds. `hash_of` tells the hash of any entry.
    pub(crate) fn put(
        &mut self,
        entry: Arc<T>,
        hash_of: impl Fn(&T) -> u64,
        is_it: impl Fn(&T) -> bool,
    ) {
        let hash = hash_of(&entry);
        let bucket = Arc::make_mut(&mut self.buckets[bucket_of(hash)]);
        match bucket.find_mut(hash, |entry| is_it(entry)) {
            Some(old) => *old = entry,
            None => {
                bucket.insert_unique(hash, entry, |entry| hash_of(entry));
                self.len += 1;
            }
        }
    }

    /// Takes an entry away.
    pub(crate) fn remove(&mut self, hash: u64, is_it: impl Fn(&T) -> bool) {
        if self.find(hash, &is_it).is_none() {
            return;
        }
        let bucket = Arc::make_mut(&mut self.buckets[bucket_of(hash)]);
        if let Ok(entry) = bucket.find_entry(hash, |entry| is_it(entry)) {
            entry.remove();
            self.len -= 1;
        }
    }
}

/// Not the bits that the bucket itself goes by: hashbrown takes the lowest and the seven highest.
fn bucket_of(hash: u64) -> usize {
    (hash >> 40) as usize % BUCKETS
}

impl<T> std::fmt::Debug for Shared<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Shared({})", self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::super::index::spread;
    use super::*;

    #[test]
    fn a_clone_shares_all_but_the_bucket_that_changed() {
        let hash_of = |entry: &(u64, u8)| spread(entry.0);
        let mut table = Shared::default();
        for key in 0..5_000 {
            table.put(Arc::new((key, 0)), hash_of, |entry| entry.0 == key);
        }
        let before = table.clone();
        table.put(Arc::new((7, 1)), hash_of, |entry| entry.0 == 7);
        table.remove(spread(8), |entry| entry.0 == 8);
        table.remove(spread(9_999), |entry| entry.0 == 9_999);
        let value = |table: &Shared<(u64, u8)>, key| {
            table
                .find(spread(key), |entry| entry.0 == key)
                .map(|entry| entry.1)
        };
        assert_eq!(
            (value(&table, 7), value(&table, 8), value(&table, 9)),
            (Some(1), None, Some(0))
        );
        assert_eq!((value(&before, 7), value(&before, 8)), (Some(0), Some(0)));
        assert_eq!((before.len(), table.len()), (5_000, 4_999));
        let pairs = before.buckets.iter().zip(&table.buckets);
        assert_eq!(pairs.filter(|(old, new)| !Arc::ptr_eq(old, new)).count(), 2);
    }
}
