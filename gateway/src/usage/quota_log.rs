//! The file that keeps what is known of quotas: checksummed frames, appended; written anew when it grows long.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use gatehouse_domain::id::SubscriptionId;
use gatehouse_domain::plan::QuotaPeriod;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::frames::{self, Frames};

/// The file is written anew when it is larger than this and than twice what it says.
const LOG_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// One thing that was learnt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Entry {
    /// By the reply to a batch: the batches up to this one are part of the numbers. No batch is when `sequence` is 0.
    Settled {
        boot: Uuid,
        sequence: u64,
        quotas: Vec<Settled>,
    },
    /// Leases, kept before they are used.
    Granted(Vec<Granted>),
}

/// What the ledger has of a quota's window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Settled {
    pub(super) subscription: SubscriptionId,
    pub(super) period: QuotaPeriod,
    pub(super) start_ms: i64,
    pub(super) total: u64,
    pub(super) own: u64,
    pub(super) leased: u64,
}

/// The number that this node's calls of a window may reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Granted {
    pub(super) subscription: SubscriptionId,
    pub(super) period: QuotaPeriod,
    pub(super) start_ms: i64,
    pub(super) granted: u64,
}

/// The open file.
pub(super) struct QuotaLog {
    path: PathBuf,
    file: Option<File>,
    bytes: u64,
    /// After it was last written anew.
    bytes_anew: u64,
}

impl QuotaLog {
    /// Opens the file and tells `learn` what stands in it, oldest first.
    pub(super) fn open(path: PathBuf, mut learn: impl FnMut(Entry)) -> io::Result<Self> {
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let mut frames = Frames::of(&bytes);
        for payload in frames.by_ref() {
            if let Ok(entry) = postcard::from_bytes::<Entry>(payload) {
                learn(entry);
            }
        }
        let good = frames.good_bytes() as u64;
        let file = OpenOptions::new().append(true).create(true).open(&path)?;
        // A torn last frame would hide what is appended after it.
        file.set_len(good)?;
        Ok(Self {
            path,
            file: Some(file),
            bytes: good,
            bytes_anew: 0,
        })
    }

    /// Appends an entry. When this returns it outlives the process.
    pub(super) fn keep(&mut self, entry: &Entry) -> io::Result<()> {
        let mut frame = Vec::new();
        frames::push(&mut frame, &postcard::to_stdvec(entry).unwrap_or_default());
        let file = match &mut self.file {
            Some(file) => file,
            None => self
                .file
                .insert(OpenOptions::new().append(true).open(&self.path)?),
        };
        // A torn frame of a write that failed would hide what is appended after it, so it is cut off before anything else.
        if file.metadata()?.len() != self.bytes {
            file.set_len(self.bytes)?;
        }
        if let Err(error) = file.write_all(&frame) {
            // Where this fails, the next write tries it again.
            let _ = file.set_len(self.bytes);
            return Err(error);
        }
        self.bytes += frame.len() as u64;
        Ok(())
    }

    pub(super) fn is_long(&self) -> bool {
        self.bytes > LOG_BYTES_MAX.max(2 * self.bytes_anew)
    }

    /// Writes the file anew.
    pub(super) fn replace(&mut self, entries: impl Iterator<Item = Entry>) -> io::Result<()> {
        let mut bytes = Vec::new();
        for entry in entries {
            frames::push(&mut bytes, &postcard::to_stdvec(&entry).unwrap_or_default());
        }
        crate::files::replace(&self.path, &bytes)?;
        // The old file is gone: nothing may be appended to it, whether or not the new one opens.
        self.file = None;
        self.bytes = bytes.len() as u64;
        self.bytes_anew = self.bytes;
        self.file = Some(OpenOptions::new().append(true).open(&self.path)?);
        Ok(())
    }
}
