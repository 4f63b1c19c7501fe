//! From a hash to the numbers of the records that may have it, in 256 shards that are copied when they change.
//!
//! Open addressing with linear probing; a slot is four bytes: eight bits of the hash and the number. Of the records that
//! share those bits one in 256 is looked at in vain.

use std::sync::Arc;

use super::rows::Number;

const SHARDS: usize = 256;
const NUMBER_BITS: u32 = 24;
const NUMBER_MASK: u32 = (1 << NUMBER_BITS) - 1;
/// A shard grows when more than seven of eight slots are taken.
const FULL: (usize, usize) = (7, 8);

#[derive(Clone)]
pub(crate) struct Index {
    shards: Vec<Arc<Shard>>,
}

#[derive(Clone, Default)]
struct Shard {
    /// 0: empty; else eight bits of the hash above the number plus one.
    slots: Vec<u32>,
    used: usize,
}

impl Default for Index {
    fn default() -> Self {
        Self::with_room_for(0)
    }
}

impl Index {
    /// An index that takes `records` without growing, as long as hashes are spread evenly.
    pub(crate) fn with_room_for(records: usize) -> Self {
        // Five standard deviations above the mean of a shard, at four fifths full.
        let mean = records as f64 / SHARDS as f64;
        let slots = ((mean + 5.0 * mean.sqrt()) * 1.25) as usize;
        let shard = || {
            Arc::new(Shard {
                slots: vec![0; slots],
                used: 0,
            })
        };
        Self {
            shards: (0..SHARDS).map(|_| shard()).collect(),
        }
    }

    /// Number of entries.
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.used).sum()
    }

    /// Numbers entered under a hash, and now and then another one: the caller compares the records.
    pub(crate) fn find(&self, hash: u64) -> impl Iterator<Item = Number> + '_ {
        let slots = &self.shards[shard_of(hash)].slots;
        let (home, tag) = (home(hash, slots.len()), tag(hash));
        let (before, from) = slots.split_at(home);
        from.iter()
            .chain(before)
            .take_while(|slot| **slot != 0)
            .filter(move |slot| **slot >> NUMBER_BITS == tag)
            .map(|slot| (slot & NUMBER_MASK) - 1)
    }

    /// Enters a number that is not entered under this hash yet. `hash_of` tells the hash of any entered number.
    pub(crate) fn insert(&mut self, hash: u64, number: Number, hash_of: impl Fn(Number) -> u64) {
        let shard = Arc::make_mut(&mut self.shards[shard_of(hash)]);
        if (shard.used + 1) * FULL.1 > shard.slots.len() * FULL.0 {
            shard.grow(hash_of);
        }
        shard.enter(hash, number);
    }

    /// Makes an index of records numbered from 0 on; tells the first that `is_same` as one before it.
    ///
    /// Records are entered shard by shard: a shard fits into the nearest cache, the whole index does not.
    pub(crate) fn build(
        hashes: &[u64],
        is_same: impl Fn(Number, Number) -> bool,
    ) -> Result<Self, Number> {
        let mut index = Self::with_room_for(hashes.len());
        let mut ends = [0usize; SHARDS + 1];
        for hash in hashes {
            ends[shard_of(*hash) + 1] += 1;
        }
        for shard in 0..SHARDS {
            ends[shard + 1] += ends[shard];
        }
        let mut by_shard = vec![0; hashes.len()];
        let mut next = ends;
        for (number, hash) in hashes.iter().enumerate() {
            let place = &mut next[shard_of(*hash)];
            by_shard[*place] = number as Number;
            *place += 1;
        }
        for number in by_shard {
            let hash = hashes[number as usize];
            if let Some(other) = index.find(hash).find(|other| is_same(*other, number)) {
                return Err(other.max(number));
            }
            index.insert(hash, number, |number| hashes[number as usize]);
        }
        Ok(index)
    }

    /// Takes a number out again.
    pub(crate) fn remove(&mut self, hash: u64, number: Number, hash_of: impl Fn(Number) -> u64) {
        Arc::make_mut(&mut self.shards[shard_of(hash)]).remove(hash, number, hash_of);
    }
}

impl Shard {
    fn enter(&mut self, hash: u64, number: Number) {
        let mut at = home(hash, self.slots.len());
        while self.slots[at] != 0 {
            at = (at + 1) % self.slots.len();
        }
        self.slots[at] = tag(hash) << NUMBER_BITS | (number + 1);
        self.used += 1;
    }

    fn grow(&mut self, hash_of: impl Fn(Number) -> u64) {
        let larger = self.slots.len() / 2 * 3 + 8;
        let old = std::mem::replace(&mut self.slots, vec![0; larger]);
        self.used = 0;
        for slot in old.into_iter().filter(|slot| *slot != 0) {
            let number = (slot & NUMBER_MASK) - 1;
            self.enter(hash_of(number), number);
        }
    }

    fn remove(&mut self, hash: u64, number: Number, hash_of: impl Fn(Number) -> u64) {
        let length = self.slots.len();
        if length == 0 {
            return;
        }
        let wanted = tag(hash) << NUMBER_BITS | (number + 1);
        let mut hole = home(hash, length);
        while self.slots[hole] != wanted {
            if self.slots[hole] == 0 {
                return;
            }
            hole = (hole + 1) % length;
        }
        // What stands behind the hole moves up, unless that would put it before its home (Knuth 6.4, algorithm R).
        let mut at = hole;
        loop {
            at = (at + 1) % length;
            let slot = self.slots[at];
            if slot == 0 {
                break;
            }
            let own = home(hash_of((slot & NUMBER_MASK) - 1), length);
            let from_home = (at + length - own) % length;
            let from_hole = (at + length - hole) % length;
            if from_home >= from_hole {
                self.slots[hole] = slot;
                hole = at;
            }
        }
        self.slots[hole] = 0;
        self.used -= 1;
    }
}

fn shard_of(hash: u64) -> usize {
    (hash >> 56) as usize
}

fn tag(hash: u64) -> u32 {
    (hash >> 48) as u32 & 0xff
}

/// The low half of the hash, scaled to the shard's length: any length serves, not only powers of two.
fn home(hash: u64, slots: usize) -> usize {
    (((hash & 0xffff_ffff) * slots as u64) >> 32) as usize
}

/// Spreads a number over 64 bits (the last step of splitmix64). What is hashed comes from the signed configuration, never
/// from a caller, so nobody can aim at a shard.
pub(crate) const fn spread(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_million_entries_take_little_more_than_five_bytes_each() {
        let mut index = Index::with_room_for(1_000_000);
        for number in 0..1_000_000 {
            index.insert(spread(number.into()), number, |_| {
                unreachable!("it has room")
            });
        }
        let bytes: usize = index.shards.iter().map(|shard| shard.slots.len() * 4).sum();
        assert!(bytes < 5_500_000, "{bytes}");
        let found = |number: u32| {
            index
                .find(spread(number.into()))
                .any(|found| found == number)
        };
        assert!((0..1_000_000).step_by(997).all(found));
        assert_eq!(index.len(), 1_000_000);
    }

    #[test]
    fn an_index_that_is_built_finds_all_and_tells_who_comes_twice() {
        let keys: Vec<u64> = (0..5_000).map(|number| number * 3).collect();
        let build = |keys: &[u64]| {
            let hashes: Vec<u64> = keys.iter().map(|key| spread(*key)).collect();
            Index::build(&hashes, |one, other| {
                keys[one as usize] == keys[other as usize]
            })
        };
        let index = build(&keys).unwrap_or_else(|number| panic!("{number} comes twice"));
        for (number, key) in keys.iter().enumerate() {
            assert!(
                index
                    .find(spread(*key))
                    .any(|found| found == number as Number)
            );
        }
        assert_eq!(index.len(), keys.len());
        let doubled = [keys.as_slice(), &[9]].concat();
        assert_eq!(build(&doubled).err(), Some(5_000));
    }

    proptest! {
        /// Few hashes, so that they collide, and many removals.
        #[test]
        fn it_holds_what_a_plain_map_holds(steps in prop::collection::vec((any::<bool>(), 0u32..200), 0..600)) {
            let hash_of = |number: Number| spread(u64::from(number) % 40) | 0xff << 56;
            let mut index = Index::default();
            let mut model = std::collections::BTreeSet::new();
            for (insert, number) in steps {
                let before = index.clone();
                let was = before.len();
                if insert {
                    if model.insert(number) {
                        index.insert(hash_of(number), number, hash_of);
                    }
                } else if model.remove(&number) {
                    index.remove(hash_of(number), number, hash_of);
                }
                prop_assert_eq!(before.len(), was);
            }
            for number in 0..200 {
                let times = index.find(hash_of(number)).filter(|found| *found == number).count();
                prop_assert_eq!(times, usize::from(model.contains(&number)));
            }
            prop_assert_eq!(index.len(), model.len());
        }
    }
}
