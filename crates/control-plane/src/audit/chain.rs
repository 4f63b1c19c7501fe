//! Following a chain of records: in the database, or in an export far away from it.

use std::collections::BTreeMap;
use std::io::BufRead;

use gatehouse_domain::id::TenantId;
use gatehouse_snapshot::node_auth::{hex, unhex};
use gatehouse_snapshot::sign::PublicKey;
use serde_json::Value;

use super::{AuditRecord, Checkpoint};

/// What verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// Every record fits: how many, and the hash of the last in hexadecimal.
    Intact {
        /// Number of records.
        records: i64,
        /// The head.
        head: String,
    },
    /// The first record that does not fit.
    Broken {
        /// Its number.
        seq: i64,
        /// What is wrong with it.
        fault: String,
    },
}

/// A chain as far as it was followed.
#[derive(Debug)]
pub struct Chain {
    tenant: TenantId,
    next_seq: i64,
    prev_hash: Vec<u8>,
    /// The hash of each record, for checkpoints that are looked at afterwards.
    hashes: BTreeMap<i64, Vec<u8>>,
    broken: Option<(i64, String)>,
}

impl Chain {
    /// Before the first record.
    pub fn new(tenant: TenantId) -> Self {
        Self {
            tenant,
            next_seq: 1,
            prev_hash: vec![0; 32],
            hashes: BTreeMap::new(),
            broken: None,
        }
    }

    /// The number of the record that comes next.
    pub fn next_seq(&self) -> i64 {
        self.next_seq
    }

    /// Takes the next record, or says what is wrong at its place.
    pub fn follow(&mut self, record: &AuditRecord) -> Result<(), Verification> {
        let fault = if record.seq != self.next_seq {
            Some(format!("record {} is missing", self.next_seq))
        } else if record.prev_hash != self.prev_hash {
            Some("it does not follow the record before it".to_owned())
        } else if record.hash != record.computed_hash(self.tenant) {
            Some("its contents were changed".to_owned())
        } else {
            None
        };
        if let Some(fault) = fault {
            let seq = self.next_seq;
            return Err(Verification::Broken { seq, fault });
        }
        self.prev_hash.clone_from(&record.hash);
        self.hashes.insert(record.seq, record.hash.clone());
        self.next_seq += 1;
        Ok(())
    }

    /// Holds what was followed to a checkpoint that `key` must have signed; what does not fit is told by [`Chain::end`].
    pub fn expect_checkpoint(&mut self, checkpoint: &Checkpoint, key: &PublicKey) {
        let fault = if checkpoint.tenant_id != self.tenant {
            Some((
                checkpoint.seq,
                "the checkpoint is another tenant's".to_owned(),
            ))
        } else if !checkpoint.is_signed_by(key) {
            Some((
                checkpoint.seq,
                "the checkpoint of this record is not signed by this key".to_owned(),
            ))
        } else {
            match self.hashes.get(&checkpoint.seq) {
                None => Some((
                    self.next_seq,
                    format!("the log ends here, but a signed checkpoint says {} records", checkpoint.seq),
                )),
                Some(hash) if *hash != checkpoint.hash => Some((
                    checkpoint.seq,
                    "it is not the record that the signed checkpoint names: the log was written anew".to_owned(),
                )),
                Some(_) => None,
            }
        };
        let earlier = |seq: i64| self.broken.as_ref().is_none_or(|(known, _)| seq < *known);
        if let Some((seq, fault)) = fault.filter(|(seq, _)| earlier(*seq)) {
            self.broken = Some((seq, fault));
        }
    }

    /// The verdict, when the log is said to end with record `seq` of this hash.
    pub fn end(self, seq: i64, hash: &[u8]) -> Verification {
        if let Some((seq, fault)) = self.broken {
            return Verification::Broken { seq, fault };
        }
        let last = self.next_seq - 1;
        if seq != last || hash != self.prev_hash {
            let fault = if seq >= last {
                format!("the log ends here, but its head says {seq} records")
            } else {
                format!("records go on here, but its head says {seq} records")
            };
            let seq = self.next_seq.min(seq + 1);
            return Verification::Broken { seq, fault };
        }
        Verification::Intact {
            records: last,
            head: hex(&self.prev_hash),
        }
    }

    /// The verdict without anything that says where the log ends: a tail that was cut off does not show.
    pub fn end_anywhere(self) -> Verification {
        let (seq, hash) = (self.next_seq - 1, self.prev_hash.clone());
        self.end(seq, &hash)
    }
}

/// Verifies an export (one record a line, as [`super::export`] writes it) without any database. `head` is an exported checkpoint, and
/// `key` the installation's key for checkpoints when it is known from elsewhere; the one in the checkpoint is believed otherwise.
/// An error is a file that is no export.
pub fn verify_export(
    lines: impl BufRead,
    head: Option<&Checkpoint>,
    key: Option<PublicKey>,
) -> anyhow::Result<Verification> {
    let mut chain: Option<Chain> = None;
    for (number, line) in lines.lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let place = chain.as_ref().map_or(1, Chain::next_seq);
        let unreadable = |why: &str| Verification::Broken {
            seq: place,
            fault: format!("line {} is no record: {why}", number + 1),
        };
        let value: Value = match serde_json::from_str(&line) {
            Ok(value) => value,
            Err(error) => return Ok(unreadable(&error.to_string())),
        };
        let Some(tenant) = value["tenant_id"]
            .as_str()
            .and_then(|text| text.parse().ok())
        else {
            return Ok(unreadable("it names no tenant"));
        };
        let record: AuditRecord = match serde_json::from_value(value) {
            Ok(record) => record,
            Err(error) => return Ok(unreadable(&error.to_string())),
        };
        let chain = chain.get_or_insert_with(|| Chain::new(tenant));
        if chain.tenant != tenant {
            return Ok(unreadable("it is another tenant's"));
        }
        if let Err(broken) = chain.follow(&record) {
            return Ok(broken);
        }
    }
    let mut chain = match (chain, head) {
        (Some(chain), _) => chain,
        (None, Some(head)) => Chain::new(head.tenant_id),
        (None, None) => anyhow::bail!("the export holds no record"),
    };
    if let Some(head) = head {
        let own = unhex(&head.public_key).and_then(|bytes| bytes.try_into().ok());
        let own = own.map(PublicKey);
        match key.or(own) {
            Some(key) => chain.expect_checkpoint(head, &key),
            None => anyhow::bail!("the checkpoint names no key"),
        }
    }
    Ok(chain.end_anywhere())
}
