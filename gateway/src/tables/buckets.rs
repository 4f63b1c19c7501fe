//! A hash table whose clones share what did not change: 256 buckets, each copied when one of its entries does.
//!
//! Open addressing with linear probing, and four bytes of the hash beside each pointer: to find an entry, one line of the
//! table is read and then the entry itself, hardly ever another one.

use std::sync::Arc;

const BUCKETS: usize = 256;
/// A bucket grows when more than three of four slots are taken.
const FULL: (usize, usize) = (3, 4);

/// Entries are found by a hash and a comparison that the caller brings. Cloning copies pointers.
pub(crate) struct Shared<T> {
    buckets: Vec<Bucket<T>>,
    len: usize,
}

struct Bucket<T> {
    slots: Arc<[Slot<T>]>,
    used: usize,
}

/// The low half of the hash, and the entry.
type Slot<T> = Option<(u32, Arc<T>)>;

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self {
            buckets: self.buckets.clone(),
            len: self.len,
        }
    }
}

impl<T> Clone for Bucket<T> {
    fn clone(&self) -> Self {
        Self {
            slots: Arc::clone(&self.slots),
            used: self.used,
        }
    }
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        let empty = Bucket {
            slots: Arc::from(Vec::new()),
            used: 0,
        };
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

    /// Every entry, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        let slots = self.buckets.iter().flat_map(|bucket| bucket.slots.iter());
        slots.flatten().map(|(_, entry)| entry.as_ref())
    }

    pub(crate) fn find(&self, hash: u64, is_it: impl Fn(&T) -> bool) -> Option<&Arc<T>> {
        let bucket = &self.buckets[bucket_of(hash)];
        let (_, entry) = bucket.slots[bucket.place(hash, is_it)?].as_ref()?;
        Some(entry)
    }

    /// Puts an entry in place of the one that `is_it` finds under its hash.
    pub(crate) fn put(&mut self, hash: u64, entry: Arc<T>, is_it: impl Fn(&T) -> bool) {
        let bucket = &mut self.buckets[bucket_of(hash)];
        match bucket.place(hash, is_it) {
            Some(at) => Arc::make_mut(&mut bucket.slots)[at] = Some((hash as u32, entry)),
            None => {
                bucket.enter(hash as u32, entry);
                self.len += 1;
            }
        }
    }

    /// Takes an entry away.
    pub(crate) fn remove(&mut self, hash: u64, is_it: impl Fn(&T) -> bool) {
        let bucket = &mut self.buckets[bucket_of(hash)];
        if let Some(at) = bucket.place(hash, is_it) {
            bucket.remove(at);
            self.len -= 1;
        }
    }
}

impl<T> Bucket<T> {
    /// The slot of the entry that `is_it` finds.
    fn place(&self, hash: u64, is_it: impl Fn(&T) -> bool) -> Option<usize> {
        let (mark, length) = (hash as u32, self.slots.len());
        let mut at = home(mark, length);
        for _ in 0..length {
            match &self.slots[at] {
                Some((found, entry)) if *found == mark && is_it(entry) => return Some(at),
                Some(_) => at = if at + 1 == length { 0 } else { at + 1 },
                None => return None,
            }
        }
        None
    }

    fn enter(&mut self, mark: u32, entry: Arc<T>) {
        if (self.used + 1) * FULL.1 > self.slots.len() * FULL.0 {
            let larger = vec![None; self.slots.len() / 2 * 3 + 4];
            let old = std::mem::replace(&mut self.slots, larger.into());
            let slots = Arc::make_mut(&mut self.slots);
            for (mark, entry) in old.iter().flatten() {
                put_free(slots, *mark, Arc::clone(entry));
            }
        }
        put_free(Arc::make_mut(&mut self.slots), mark, entry);
        self.used += 1;
    }

    fn remove(&mut self, at: usize) {
        let slots = Arc::make_mut(&mut self.slots);
        let length = slots.len();
        let (mut hole, mut at) = (at, at);
        slots[hole] = None;
        // What stands behind the hole moves up, unless that would put it before its home (Knuth 6.4, algorithm R).
        loop {
            at = (at + 1) % length;
            let Some((mark, _)) = &slots[at] else { break };
            let from_home = (at + length - home(*mark, length)) % length;
            if from_home >= (at + length - hole) % length {
                slots.swap(at, hole);
                hole = at;
            }
        }
        self.used -= 1;
    }
}

fn put_free<T>(slots: &mut [Slot<T>], mark: u32, entry: Arc<T>) {
    let mut at = home(mark, slots.len());
    while slots[at].is_some() {
        at = (at + 1) % slots.len();
    }
    slots[at] = Some((mark, entry));
}

/// Scaled to the length: any length serves, not only powers of two.
fn home(mark: u32, length: usize) -> usize {
    ((u64::from(mark) * length as u64) >> 32) as usize
}

/// Bits that [`home`] does not go by.
fn bucket_of(hash: u64) -> usize {
    (hash >> 56) as usize
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
    use proptest::prelude::*;

    fn value(table: &Shared<(u64, u8)>, key: u64) -> Option<u8> {
        let found = table.find(spread(key), |entry| entry.0 == key);
        found.map(|entry| entry.1)
    }

    #[test]
    fn a_clone_shares_all_but_the_bucket_that_changed() {
        let mut table = Shared::default();
        for key in 0..5_000 {
            table.put(spread(key), Arc::new((key, 0)), |entry| entry.0 == key);
        }
        let before = table.clone();
        table.put(spread(7), Arc::new((7, 1)), |entry| entry.0 == 7);
        table.remove(spread(8), |entry| entry.0 == 8);
        table.remove(spread(9_999), |entry| entry.0 == 9_999);
        assert_eq!(
            (value(&table, 7), value(&table, 8), value(&table, 9)),
            (Some(1), None, Some(0))
        );
        assert_eq!((value(&before, 7), value(&before, 8)), (Some(0), Some(0)));
        assert_eq!((before.len(), table.len()), (5_000, 4_999));
        let pairs = before.buckets.iter().zip(&table.buckets);
        let copied = pairs.filter(|(old, new)| !Arc::ptr_eq(&old.slots, &new.slots));
        assert_eq!(copied.count(), 2);
    }

    proptest! {
        /// Few hashes, so that they collide, and many removals.
        #[test]
        fn it_holds_what_a_plain_map_holds(
            steps in prop::collection::vec((any::<Option<u8>>(), 0u64..60), 0..400)
        ) {
            let hash_of = |key: u64| spread(key % 20) | 0xff << 56;
            let mut table = Shared::default();
            let mut model = std::collections::BTreeMap::new();
            for (put, key) in steps {
                let is_it = |entry: &(u64, u8)| entry.0 == key;
                match put {
                    Some(value) => {
                        table.put(hash_of(key), Arc::new((key, value)), is_it);
                        model.insert(key, value);
                    }
                    None => {
                        table.remove(hash_of(key), is_it);
                        model.remove(&key);
                    }
                }
                prop_assert_eq!(table.len(), model.len());
            }
            for key in 0..60 {
                let found = table.find(hash_of(key), |entry| entry.0 == key);
                prop_assert_eq!(found.map(|entry| entry.1), model.get(&key).copied());
            }
        }
    }
}
