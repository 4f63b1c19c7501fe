//! The slots of one worker: where its calls are recorded from their arrival until the spool has them.
//!
//! A call takes a slot, marks it `started` before the first byte goes to a backend, and `done` before the last byte goes to the
//! client; the drain copies what is done into a segment and frees the slot. Not a ring: a call that lasts an hour holds one slot
//! and nobody else's. Which slots are free and which are done stands in two bitmaps of this process; on the request path each
//! changes by one atomic operation, and there is no lock, no allocation and no system call.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use gatehouse_os::{SharedSlots, SlotShape};
use uuid::Uuid;

use super::record::{self, LAYOUT, Recorded, SLOT_WORDS, Slot};

/// Slots of one worker: calls under way, and what ends between two rounds of the drain. 4 MiB of address space and disk; what is
/// never reached takes no memory.
pub(crate) const SLOTS: usize = 8_192;
/// As long as a slot, so that slots begin at multiples of their size.
const HEADER_WORDS: usize = SLOT_WORDS;
const BITS: usize = u64::BITS as usize;
pub(super) const EXTENSION: &str = "slots";

/// The slots of one worker.
pub(crate) struct Slots {
    shared: SharedSlots,
    seed: u64,
    /// A set bit is a slot nobody has.
    free: Box<[AtomicU64]>,
    /// A set bit is a slot the drain may read.
    done: Box<[AtomicU64]>,
    /// The word of `free` to look at first: the lowest with a free slot, as far as is known, so that few slots stay in use and
    /// in the cache.
    first: AtomicUsize,
    taken: AtomicUsize,
    on_disk: bool,
}

/// The slot of one call, until it is done or given back.
pub(crate) struct Place(u32);

impl Slots {
    /// Makes the file of a worker in the spool's folder. Where the disk has no room for it, the slots are in memory only: calls
    /// are recorded all the same, but do not survive a sudden end.
    pub(super) fn create(folder: &Path, boot: Uuid, worker: usize) -> io::Result<Self> {
        Self::with(folder, boot, worker, SLOTS)
    }

    pub(super) fn with(folder: &Path, boot: Uuid, worker: usize, slots: usize) -> io::Result<Self> {
        let shape = shape(slots);
        let path = path(folder, boot, worker);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path);
        let mapped = file.and_then(|file: File| SharedSlots::create(&file, shape));
        let (shared, on_disk) = match mapped {
            Ok(shared) => (shared, true),
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    path = %path.display(),
                    "calls under way are kept in memory only: a sudden end of this process would lose them"
                );
                let _ = std::fs::remove_file(&path);
                (SharedSlots::in_memory(shape)?, false)
            }
        };
        for (word, value) in shared.header().iter().zip(header(boot, slots)) {
            word.store(value, Ordering::Relaxed);
        }
        let words = slots.div_ceil(BITS);
        let free = (0..words).map(|word| AtomicU64::new(ones((slots - word * BITS).min(BITS))));
        Ok(Self {
            seed: seed(boot, worker),
            shared,
            free: free.collect(),
            done: (0..words).map(|_| AtomicU64::new(0)).collect(),
            first: AtomicUsize::new(0),
            taken: AtomicUsize::new(0),
            on_disk,
        })
    }

    /// Whether what is recorded survives a sudden end of this process.
    pub(super) fn on_disk(&self) -> bool {
        self.on_disk
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.shared.shape().slots
    }

    /// How many calls hold one, or wait for the drain in one.
    pub(crate) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    /// Takes a free slot. `None` when all are taken.
    pub(crate) fn take(&self) -> Option<Place> {
        let first = self.first.load(Ordering::Relaxed);
        for step in 0..self.free.len() {
            let at = (first + step) % self.free.len();
            let mut bits = self.free[at].load(Ordering::Relaxed);
            while bits != 0 {
                let bit = bits.trailing_zeros();
                let mask = 1 << bit;
                // Acquire: what the drain did with the slot is over.
                bits = self.free[at].fetch_and(!mask, Ordering::Acquire);
                if bits & mask != 0 {
                    if step > 0 {
                        self.first.store(at, Ordering::Relaxed);
                    }
                    self.taken.fetch_add(1, Ordering::Relaxed);
                    return Some(Place((at * BITS) as u32 + bit));
                }
            }
        }
        None
    }

    /// The words of a slot, and the seed of its seal.
    pub(crate) fn slot(&self, place: &Place) -> (&Slot, u64) {
        (self.words(place.0 as usize), self.seed_of(place.0 as usize))
    }

    fn words(&self, number: usize) -> &Slot {
        let words = self.shared.slot(number).unwrap_or_default();
        // A place is made by `take` alone, which knows how many there are.
        words.try_into().expect("a slot of this shape")
    }

    fn seed_of(&self, number: usize) -> u64 {
        seed_at(self.seed, number)
    }

    /// Gives a slot back whose call shall leave no record.
    pub(crate) fn give_back(&self, place: &Place) {
        record::clear(self.words(place.0 as usize));
        self.release(&[place.0]);
    }

    /// Leaves a slot to the drain; its record is whole.
    pub(crate) fn hand_over(&self, place: &Place) {
        let number = place.0 as usize;
        // Release: whoever sees the bit sees the record.
        self.done[number / BITS].fetch_or(1 << (number % BITS), Ordering::Release);
    }

    /// Takes the numbers of the slots that are done.
    pub(super) fn collect(&self, into: &mut Vec<u32>) {
        for (at, word) in self.done.iter().enumerate() {
            if word.load(Ordering::Relaxed) == 0 {
                continue;
            }
            let mut bits = word.swap(0, Ordering::Acquire);
            while bits != 0 {
                into.push((at * BITS) as u32 + bits.trailing_zeros());
                bits &= bits - 1;
            }
        }
    }

    /// When the call of a slot that is done ended.
    pub(super) fn ended_ns(&self, number: u32) -> u64 {
        record::ended_ns(self.words(number as usize))
    }

    /// The record of a slot that is done.
    pub(super) fn read(&self, number: u32) -> Option<Recorded> {
        let number = number as usize;
        Recorded::of_slot(self.words(number), self.seed_of(number))
    }

    /// Empties slots and lets others take them.
    pub(super) fn clear(&self, numbers: &[u32]) {
        for number in numbers {
            record::clear(self.words(*number as usize));
        }
        self.release(numbers);
    }

    fn release(&self, numbers: &[u32]) {
        for number in numbers {
            let number = *number as usize;
            self.free[number / BITS].fetch_or(1 << (number % BITS), Ordering::Release);
            // A hint: losing a race here costs a search, not a slot.
            if number / BITS < self.first.load(Ordering::Relaxed) {
                self.first.store(number / BITS, Ordering::Relaxed);
            }
        }
        self.taken.fetch_sub(numbers.len(), Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Slots {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Slots")
    }
}

fn ones(count: usize) -> u64 {
    if count >= BITS {
        u64::MAX
    } else {
        (1 << count) - 1
    }
}

fn shape(slots: usize) -> SlotShape {
    SlotShape {
        header_words: HEADER_WORDS,
        slot_words: SLOT_WORDS,
        slots,
    }
}

fn path(folder: &Path, boot: Uuid, worker: usize) -> PathBuf {
    folder.join(format!("{}-{worker:04}.{EXTENSION}", boot.simple()))
}

/// Boot and worker of a file of slots, by its name.
pub(super) fn owner_of(path: &Path) -> Option<(Uuid, usize)> {
    if path.extension()? != EXTENSION {
        return None;
    }
    let (boot, worker) = path.file_stem()?.to_str()?.split_once('-')?;
    Some((Uuid::parse_str(boot).ok()?, worker.parse().ok()?))
}

/// A seal fits one slot of one file only.
fn seed(boot: Uuid, worker: usize) -> u64 {
    let (high, low) = boot.as_u64_pair();
    high ^ low.rotate_left(32) ^ (worker as u64).wrapping_mul(0xd6e8_feb8_6659_fd93)
}

fn seed_at(seed: u64, number: usize) -> u64 {
    seed ^ (number as u64 + 1).wrapping_mul(0xa076_1d64_78bd_642f)
}

/// The words of a file's header: what it is, which boot of which machine wrote it, and how it is divided.
fn header(boot: Uuid, slots: usize) -> [u64; 6] {
    let bytes = |id: Uuid| {
        let (high, low) = id.as_u64_pair();
        [high, low]
    };
    let [boot_high, boot_low] = bytes(boot);
    let [machine_high, machine_low] = bytes(machine_boot());
    [
        u64::from_le_bytes([b'G', b'H', b's', b'l', b'o', b't', b's', LAYOUT]),
        boot_high,
        boot_low,
        machine_high,
        machine_low,
        (slots as u64) << 32 | SLOT_WORDS as u64,
    ]
}

/// Which start of this machine it is; nil where the kernel does not say.
fn machine_boot() -> Uuid {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    Uuid::parse_str(text.trim()).unwrap_or_default()
}

/// The records in the bytes of a file that an earlier boot left. Nothing of a file that is not what it should be, byte for byte of
/// its header: of another layout or byte order, of another boot, or of another start of the machine. Its pages may be of any age
/// then, and calls of theirs may have been handed over long ago; none must be counted twice.
pub(super) fn read_file(boot: Uuid, worker: usize, bytes: &[u8]) -> Vec<Recorded> {
    let (words, _) = bytes.as_chunks::<8>();
    let words: Vec<u64> = words.iter().map(|word| u64::from_ne_bytes(*word)).collect();
    let Some((found, slots)) = words.split_at_checked(HEADER_WORDS) else {
        return Vec::new();
    };
    let (slots, _) = slots.as_chunks::<SLOT_WORDS>();
    let count = (found[5] >> 32) as usize;
    if found[..6] != header(boot, count) {
        return Vec::new();
    }
    let seed = seed(boot, worker);
    let slots = slots.iter().take(count).enumerate();
    slots
        .filter_map(|(number, words)| Recorded::read(*words, seed_at(seed, number)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(count: usize) -> (tempfile::TempDir, Slots) {
        let folder = tempfile::tempdir().unwrap();
        let slots = Slots::with(folder.path(), Uuid::from_u128(1), 0, count).unwrap();
        (folder, slots)
    }

    #[test]
    fn every_slot_is_given_to_one_call_only_and_none_beyond_the_last() {
        for count in [1, 63, 64, 65, 200] {
            let (_folder, slots) = slots(count);
            let mut places: Vec<_> = std::iter::from_fn(|| slots.take()).collect();
            let mut numbers: Vec<_> = places.iter().map(|place| place.0 as usize).collect();
            numbers.sort_unstable();
            assert_eq!(numbers, (0..count).collect::<Vec<_>>());
            assert_eq!(slots.taken(), count);
            slots.give_back(&places.remove(count / 2));
            let again = slots.take().expect("one is free");
            assert_eq!(again.0 as usize, count / 2);
            assert!(slots.take().is_none());
        }
    }

    #[test]
    fn the_drain_sees_what_was_handed_over_once() {
        let (_folder, slots) = slots(200);
        let places: Vec<_> = (0..150).filter_map(|_| slots.take()).collect();
        places
            .iter()
            .skip(10)
            .for_each(|place| slots.hand_over(place));
        let mut numbers = Vec::new();
        slots.collect(&mut numbers);
        assert_eq!(numbers, (10..150).collect::<Vec<_>>());
        slots.clear(&numbers);
        numbers.clear();
        slots.collect(&mut numbers);
        assert!(numbers.is_empty());
        assert_eq!(slots.taken(), 10);
    }

    #[test]
    fn two_threads_never_hold_the_same_slot() {
        let (_folder, slots) = slots(128);
        let held: Vec<AtomicUsize> = (0..128).map(|_| AtomicUsize::new(0)).collect();
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..20_000 {
                        let places: Vec<_> = (0..70).map_while(|_| slots.take()).collect();
                        for place in &places {
                            let before = held[place.0 as usize].fetch_add(1, Ordering::SeqCst);
                            assert_eq!(before, 0);
                        }
                        for place in &places {
                            held[place.0 as usize].fetch_sub(1, Ordering::SeqCst);
                            slots.give_back(place);
                        }
                    }
                });
            }
        });
        assert_eq!(slots.taken(), 0);
    }
}
