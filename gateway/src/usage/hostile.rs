//! Damaged and foreign files: the readers of slots, dictionaries and segments never panic, never double a call and never make one
//! up. A fixed number of mutations; `GATEHOUSE_FUZZ_ROUNDS` sets more.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use gatehouse_domain::OperationKey;
use gatehouse_problem::ProblemKind;
use gatehouse_snapshot::usage::CallRecord;
use http::Method;
use uuid::Uuid;

use super::dictionary::OperationNumbers;
use super::segment::{Contents, SegmentName};
use super::spool::Spool;
use super::spool::tests::{die, ledgers, record};
use super::{dictionary, slots};
use crate::call::{Attribution, Call};
use crate::reason::Reason;

/// SplitMix64: the same numbers every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut drawn = self.0;
        drawn = (drawn ^ drawn >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        drawn = (drawn ^ drawn >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (drawn ^ drawn >> 31) as usize % limit.max(1)
    }

    /// Damages bytes as disks, people and enemies do: flips, overwrites, cuts, moves, repeats and swaps pieces.
    fn damage(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(4) {
            let length = bytes.len().max(1);
            let (at, other) = (self.below(length), self.below(length));
            let piece = (1 + self.below(600)).min(length - at).min(length - other);
            match self.below(8) {
                0 | 1 => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte ^= 1 << self.below(8);
                    }
                }
                2 => {
                    let value = [0, 1, 2, 0x7f, 0x80, 0xff][self.below(6)];
                    bytes
                        .iter_mut()
                        .skip(at)
                        .take(piece)
                        .for_each(|byte| *byte = value);
                }
                3 => bytes.truncate(at),
                4 => {
                    let piece = bytes.get(at..at + piece).unwrap_or_default().to_vec();
                    bytes.extend_from_slice(&piece);
                }
                // Whole slots change places, seals and all.
                5 if length > 4_096 => {
                    let slot = |place: usize| (1 + place % (length / 512 - 1)) * 512;
                    let (from, to) = (slot(at), slot(other));
                    bytes.copy_within(from..from + 512, to);
                }
                6 => {
                    let room = bytes.len() - piece.min(bytes.len());
                    let from = at.min(room);
                    bytes.copy_within(from..from + piece.min(length - 1), other.min(room));
                }
                _ => {
                    let extra: Vec<u8> =
                        (0..self.below(64)).map(|_| self.below(256) as u8).collect();
                    let at = at.min(bytes.len());
                    bytes.splice(at..at, extra);
                }
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a longer run is asked for from outside, where no settings are"
)]
fn rounds(default: usize) -> usize {
    let asked = std::env::var("GATEHOUSE_FUZZ_ROUNDS").ok();
    asked
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(default)
}

/// What a boot leaves that ends suddenly: calls under way, calls that ended, calls in a segment.
fn killed(folder: &Path, boot: Uuid) {
    let spool = Arc::new(Spool::open(folder.to_owned(), boot, 1 << 24).unwrap());
    let ledgers = ledgers(&spool);
    let numbers = OperationNumbers::new(3);
    for number in 0..24 {
        let path = format!("/pets/{number}/{}", "x".repeat(number * 11));
        let mut call = Call::begin(&Method::DELETE, &path, Rc::default(), &ledgers);
        let key = OperationKey::new("DELETE", &format!("/pets/{}", number % 3));
        call.attribution = Attribution {
            application: Some(Uuid::from_u128(60).into()),
            operation: spool
                .dictionary()
                .number(&numbers, number % 3, || Some(key.clone())),
            ..Attribution::default()
        };
        // Every other one as an earlier release would have left it.
        call.source = (number % 2 == 0).then(|| IpAddr::from([192, 0, 2, number as u8]));
        call.let_through();
        if number % 3 == 0 {
            call.finish(ProblemKind::UpstreamFailed);
            if number == 12 {
                spool.drain();
            }
        }
        std::mem::forget(call);
    }
    std::mem::forget(ledgers);
    die(spool);
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let mut bytes = std::fs::read(path).unwrap();
            // The rest of the slots was never used.
            if name.ends_with(slots::EXTENSION) {
                bytes.truncate(33 * 512);
            }
            (name, bytes)
        })
        .collect();
    files.sort();
    files
}

/// The calls a start finds in a folder, by request id.
fn found(folder: &Path, boot: u128) -> BTreeMap<Uuid, CallRecord> {
    let spool = Spool::open(folder.to_owned(), Uuid::from_u128(boot), 1 << 24).unwrap();
    let mut calls = BTreeMap::new();
    for name in spool.closed(true) {
        for call in name.read(folder).unwrap().records {
            let doubled = calls.insert(call.request_id, call);
            assert!(doubled.is_none(), "doubled: {doubled:?}");
        }
    }
    calls
}

/// A start on damaged files finds calls that were made, as they were made, each once; only texts of a damaged dictionary, sources and
/// the difference between cut and ended may be lost with the bytes that said them.
#[test]
fn a_start_on_damaged_files_finds_no_call_twice_and_none_that_was_not_made() {
    let boot = Uuid::from_u128(1);
    let origin = tempfile::tempdir().unwrap();
    killed(origin.path(), boot);
    let whole = files(origin.path());
    let truth = found(origin.path(), 2);
    assert_eq!(truth.len(), 24);
    assert_eq!(truth.values().filter(|call| call.interrupted).count(), 16);
    let mut dice = Dice(7);
    let mut lost = 0;
    for round in 0..rounds(400) {
        let folder = tempfile::tempdir().unwrap();
        let damaged = dice.below(whole.len());
        for (at, (name, bytes)) in whole.iter().enumerate() {
            let mut bytes = bytes.clone();
            if at == damaged {
                dice.damage(&mut bytes);
            }
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        let words_are_whole = !whole[damaged].0.ends_with(dictionary::EXTENSION);
        let told = found(folder.path(), 3);
        lost += truth.len() - told.len();
        for (id, call) in told {
            let made = truth
                .get(&id)
                .unwrap_or_else(|| panic!("made up in {round}: {call:?}"));
            assert_eq!(call.path, made.path, "{round}");
            // The sources of a segment have a frame of their own, which may be the damaged one.
            let sourceless = CallRecord {
                source: None,
                ..made.clone()
            };
            if words_are_whole && call != sourceless {
                assert_eq!(&call, made, "{round}");
            }
        }
    }
    assert!(lost > 0, "nothing was damaged");
}

#[test]
fn a_damaged_segment_gives_the_calls_before_the_damage_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::open(folder.path().to_owned(), Uuid::from_u128(1), 1 << 24).unwrap();
    (0..60).for_each(|number| spool.append(&record(number)));
    let name: SegmentName = spool.closed(true)[0];
    let whole = std::fs::read(name.path(folder.path())).unwrap();
    let mut dice = Dice(11);
    for round in 0..rounds(20_000) {
        let mut bytes = whole.clone();
        dice.damage(&mut bytes);
        let contents = Contents::read(&bytes);
        let batch = contents.batch(name);
        assert_eq!(contents.encode(name), batch.encode(), "{round}");
        let mut seen = std::collections::BTreeSet::new();
        for call in &batch.records {
            assert!(seen.insert(call.request_id), "doubled in {round}");
            let number = call.at.0;
            assert!((0..60).contains(&number), "{round}");
            assert_eq!(call, &record(number.unsigned_abs()), "{round}");
        }
    }
}

#[test]
fn slots_of_another_boot_another_worker_or_another_start_of_the_machine_say_nothing() {
    let boot = Uuid::from_u128(1);
    let folder = tempfile::tempdir().unwrap();
    killed(folder.path(), boot);
    let (_, bytes) = files(folder.path())
        .into_iter()
        .find(|(name, _)| name.ends_with(slots::EXTENSION))
        .expect("slots");
    let count = |boot, worker, bytes: &[u8]| slots::read_file(boot, worker, bytes).len();
    assert_eq!(count(boot, 0, &bytes), 19, "24, less 5 that were drained");
    assert_eq!(count(boot, 1, &bytes), 0);
    assert_eq!(count(Uuid::from_u128(2), 0, &bytes), 0);
    for word in 0..6 {
        let mut foreign = bytes.clone();
        foreign[word * 8 + 3] ^= 0x10;
        assert_eq!(count(boot, 0, &foreign), 0, "word {word}");
    }
    for cut in [0, 7, 511, 512, 513, 1_023, 1_024] {
        let expected = usize::from(cut >= 1_024);
        assert!(count(boot, 0, &bytes[..cut]) <= expected, "{cut}");
    }
    assert_eq!(Reason::text_at(u8::MAX), "unknown");
}
