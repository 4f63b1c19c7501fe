//! What the numbers in slots stand for: operations and reasons, in one file per boot, so that the next start can read the slots
//! that a sudden end left behind.
//!
//! `<boot>.words` is a file of frames: the first lists the reasons by number, each further one names an operation. An operation
//! is written when it is called for the first time, before any slot bears its number. While the boot lives, it holds a lock on the
//! file: nobody else touches what belongs to that boot.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use gatehouse_domain::OperationKey;
use uuid::Uuid;

use crate::frames::{self, Frames};
use crate::reason::Reason;

pub(super) const EXTENSION: &str = "words";
/// Operations of one boot at most. A call of one more is recorded without its operation.
const OPERATIONS_MAX: usize = 1 << 20;

/// The number of an operation in this boot; 0 for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct OperationNumber(pub(crate) u32);

/// The numbers of a route's operations, by their place in its list; 0 until an operation is called for the first time.
#[derive(Debug, Default)]
pub(crate) struct OperationNumbers(Box<[AtomicU32]>);

impl OperationNumbers {
    pub(crate) fn new(operations: usize) -> Self {
        Self((0..operations).map(|_| AtomicU32::new(0)).collect())
    }
}

/// The numbers of this boot.
pub(crate) struct Dictionary {
    /// Locked once per operation and boot on the request path, and by the drain when it meets a number for the first time.
    inner: Mutex<Inner>,
}

struct Inner {
    file: File,
    /// Of whole frames.
    bytes: u64,
    numbers: HashMap<OperationKey, u32>,
    texts: Vec<OperationKey>,
}

impl Dictionary {
    pub(super) fn create(folder: &Path, boot: Uuid) -> io::Result<Self> {
        let path = path(folder, boot);
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        file.try_lock()?;
        let mut inner = Inner {
            file,
            bytes: 0,
            numbers: HashMap::new(),
            texts: Vec::new(),
        };
        let reasons: Vec<&str> = Reason::texts().collect();
        inner.keep(&postcard::to_stdvec(&reasons).unwrap_or_default());
        Ok(Self {
            inner: Mutex::new(inner),
        })
    }

    /// The number of a route's operation. Read without a lock, except at its first call.
    pub(crate) fn number(
        &self,
        numbers: &OperationNumbers,
        place: usize,
        key: impl FnOnce() -> Option<OperationKey>,
    ) -> OperationNumber {
        let Some(known) = numbers.0.get(place) else {
            return OperationNumber::default();
        };
        // Relaxed: the number is all that is shared.
        let mut number = known.load(Ordering::Relaxed);
        if number == 0 {
            number = key().map_or(0, |key| self.intern(&key));
            known.store(number, Ordering::Relaxed);
        }
        OperationNumber(number)
    }

    fn intern(&self, key: &OperationKey) -> u32 {
        let mut inner = self.lock();
        if let Some(number) = inner.numbers.get(key) {
            return *number;
        }
        if inner.texts.len() >= OPERATIONS_MAX {
            return 0;
        }
        let number = inner.texts.len() as u32 + 1;
        let entry = (number, key.as_str());
        inner.keep(&postcard::to_stdvec(&entry).unwrap_or_default());
        inner.numbers.insert(key.clone(), number);
        inner.texts.push(key.clone());
        number
    }

    /// Adds the texts from this number on to `known`, which holds those before it in their order.
    pub(super) fn learn(&self, known: &mut Vec<OperationKey>) {
        let inner = self.lock();
        known.extend_from_slice(&inner.texts[known.len().min(inner.texts.len())..]);
    }

    /// Lets another boot have what belongs to this one.
    pub(super) fn unlock(&self) {
        if let Err(error) = self.lock().file.unlock() {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the calls of this boot stay locked until its process ends"
            );
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Appends a frame. Where the disk is full, this process still knows the text; only a start after a sudden end would not.
    fn keep(&mut self, payload: &[u8]) {
        let mut frame = Vec::new();
        frames::push(&mut frame, payload);
        match self.file.write_all(&frame) {
            Ok(()) => self.bytes += frame.len() as u64,
            Err(error) => {
                // A torn frame would hide those after it.
                let _ = self.file.set_len(self.bytes);
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the name of an operation could not be kept"
                );
            }
        }
    }
}

fn path(folder: &Path, boot: Uuid) -> PathBuf {
    folder.join(format!("{}.{EXTENSION}", boot.simple()))
}

/// The boot a dictionary belongs to, by its name.
pub(super) fn owner_of(path: &Path) -> Option<Uuid> {
    if path.extension()? != EXTENSION {
        return None;
    }
    Uuid::parse_str(path.file_stem()?.to_str()?).ok()
}

/// Whether the boot of a dictionary still runs: it holds the lock.
pub(super) fn is_alive(path: &Path) -> io::Result<bool> {
    match File::open(path)?.try_lock() {
        Ok(()) => Ok(false),
        Err(fs::TryLockError::WouldBlock) => Ok(true),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}

/// A dictionary of an earlier boot.
#[derive(Debug, Default)]
pub(super) struct Words {
    reasons: Vec<String>,
    operations: HashMap<u32, String>,
}

impl Words {
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut frames = Frames::of(bytes);
        let reasons = frames
            .next()
            .and_then(|payload| postcard::from_bytes(payload).ok());
        Self {
            reasons: reasons.unwrap_or_default(),
            operations: frames
                .filter_map(|payload| postcard::from_bytes(payload).ok())
                .collect(),
        }
    }

    pub(super) fn operation(&self, number: u32) -> Option<&str> {
        self.operations.get(&number).map(String::as_str)
    }

    pub(super) fn reason(&self, number: u8) -> Option<&str> {
        self.reasons.get(usize::from(number)).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_mean_the_same_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let boot = Uuid::from_u128(1);
        let dictionary = Dictionary::create(folder.path(), boot).unwrap();
        let keys = ["/pets", "/pets/{id}", "/pets"].map(|path| OperationKey::new("GET", path));
        let (first, second) = (OperationNumbers::new(2), OperationNumbers::new(1));
        let numbers = [
            dictionary.number(&first, 0, || Some(keys[0].clone())),
            dictionary.number(&first, 1, || Some(keys[1].clone())),
            dictionary.number(&second, 0, || Some(keys[2].clone())),
            dictionary.number(&second, 1, || Some(keys[1].clone())),
        ];
        assert_eq!(numbers.map(|number| number.0), [1, 2, 1, 0]);
        assert_eq!(dictionary.number(&first, 1, || Some(keys[1].clone())).0, 2);
        let mut known = Vec::new();
        dictionary.learn(&mut known);
        dictionary.learn(&mut known);
        assert_eq!(known, keys[..2]);
        let bytes = fs::read(path(folder.path(), boot)).unwrap();
        let words = Words::read(&bytes);
        assert_eq!(words.operation(2), Some("GET /pets/{}"));
        assert_eq!((words.operation(0), words.operation(3)), (None, None));
        assert_eq!(words.reason(Reason::OK.number()), Some("ok"));
        assert_eq!(words.reason(255), None);
        for cut in 0..bytes.len() {
            let words = Words::read(&bytes[..cut]);
            assert_eq!(words.operation(2), None, "{cut}");
        }
    }

    #[test]
    fn a_boot_is_alive_as_long_as_it_holds_its_dictionary() {
        let folder = tempfile::tempdir().unwrap();
        let dictionary = Dictionary::create(folder.path(), Uuid::from_u128(1)).unwrap();
        let path = path(folder.path(), Uuid::from_u128(1));
        assert_eq!(owner_of(&path), Some(Uuid::from_u128(1)));
        assert!(is_alive(&path).unwrap());
        drop(dictionary);
        assert!(!is_alive(&path).unwrap());
    }
}
