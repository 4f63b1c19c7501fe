//! Snapshots: a group's whole configuration, streamed, never built in one piece of memory.
//!
//! ```text
//! "GHSN" format:u16le | frame* | 0:u32le | trailer
//! frame   = length:u32le, postcard Vec<Record> of at most 1 MiB, parents before children
//! trailer = length:u32le, postcard Sealed manifest
//! ```
//!
//! The manifest comes last, because its digest covers what was streamed before it. Nothing is used until it fits.

use gatehouse_domain::id::GatewayGroupId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::object::{Moment, Record};
use crate::sign::{PublicKey, Sealed, Signer};
use crate::state_hash::StateHash;
use crate::{FORMAT, Refused};

const CONTEXT: &str = "gatehouse/snapshot/1";
const WHAT: &str = "snapshot";
const MAGIC: &[u8; 4] = b"GHSN";

/// Target size of one frame before it is closed.
pub const FRAME_BYTES: usize = 256 * 1024;
/// Largest frame a reader accepts.
pub const FRAME_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What is signed about a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Layout; see [`FORMAT`].
    pub format: u16,
    /// Whose configuration.
    pub group: GatewayGroupId,
    /// See [`crate::delta::Header::generation`].
    pub generation: u32,
    /// The sequence number it stands at.
    pub seq: u64,
    /// The state hash of its objects.
    pub state_hash: StateHash,
    /// Number of objects.
    pub objects: u64,
    /// SHA-256 of everything before the end mark.
    pub content_sha256: [u8; 32],
    /// When it was cut.
    pub at: Moment,
}

/// Writes a snapshot piece by piece; every call returns the bytes to send.
#[derive(Debug)]
pub struct Writer {
    digest: Sha256,
    state: StateHash,
    objects: u64,
    frame: Vec<Record>,
    frame_bytes: usize,
}

impl Default for Writer {
    fn default() -> Self {
        Self {
            digest: Sha256::new(),
            state: StateHash::EMPTY,
            objects: 0,
            frame: Vec::new(),
            frame_bytes: 0,
        }
    }
}

impl Writer {
    /// The first bytes.
    pub fn start(&mut self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        self.digest.update(&bytes);
        bytes
    }

    /// Adds an object. Returns a finished frame when one is full.
    pub fn push(&mut self, record: Record) -> Option<Vec<u8>> {
        self.state.add(StateHash::of_record(&record));
        self.objects += 1;
        self.frame_bytes += record.body.len() + 20;
        self.frame.push(record);
        (self.frame_bytes >= FRAME_BYTES).then(|| self.close_frame())
    }

    fn close_frame(&mut self) -> Vec<u8> {
        let payload = postcard::to_stdvec(&self.frame).unwrap_or_default();
        let mut bytes = (payload.len() as u32).to_le_bytes().to_vec();
        bytes.extend_from_slice(&payload);
        self.digest.update(&bytes);
        self.frame.clear();
        self.frame_bytes = 0;
        bytes
    }

    /// The state hash of what was pushed so far; the caller compares it with what it believes before finishing.
    pub fn state_hash(&self) -> StateHash {
        self.state
    }

    /// The last bytes: the open frame, the end mark and the signed manifest.
    pub fn finish(
        mut self,
        group: GatewayGroupId,
        generation: u32,
        seq: u64,
        at: Moment,
        signer: &Signer,
    ) -> Vec<u8> {
        let mut bytes = if self.frame.is_empty() {
            Vec::new()
        } else {
            self.close_frame()
        };
        let manifest = Manifest {
            format: FORMAT,
            group,
            generation,
            seq,
            state_hash: self.state,
            objects: self.objects,
            content_sha256: self.digest.finalize().into(),
            at,
        };
        let sealed = Sealed::new(
            CONTEXT,
            postcard::to_stdvec(&manifest).unwrap_or_default(),
            signer,
        );
        let trailer = postcard::to_stdvec(&sealed).unwrap_or_default();
        bytes.extend_from_slice(&0u32.to_le_bytes());
        bytes.extend_from_slice(&(trailer.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&trailer);
        bytes
    }
}

/// Reads a whole snapshot from memory or a mapped file, handing each record to `take` before trust is decided: the caller
/// builds aside and throws away on an error.
pub fn read(
    bytes: &[u8],
    group: GatewayGroupId,
    trusted: &[PublicKey],
    mut take: impl FnMut(Record) -> Result<(), Refused>,
) -> Result<Manifest, Refused> {
    let mut rest = bytes;
    if cut(&mut rest, 4)? != MAGIC {
        return Err(Refused::Damaged(WHAT));
    }
    let format = u16::from_le_bytes([
        rest.first().copied().unwrap_or(0),
        rest.get(1).copied().unwrap_or(0),
    ]);
    cut(&mut rest, 2)?;
    if format != FORMAT {
        return Err(Refused::Format {
            what: WHAT,
            found: format,
        });
    }
    let mut state = StateHash::EMPTY;
    let mut objects = 0;
    let content_end = loop {
        let here = bytes.len() - rest.len();
        let length = length(&mut rest)?;
        if length == 0 {
            break here;
        }
        let frame = cut(&mut rest, length)?;
        let records: Vec<Record> = match postcard::take_from_bytes(frame) {
            Ok((records, [])) => records,
            _ => return Err(Refused::Damaged(WHAT)),
        };
        for record in records {
            state.add(StateHash::of_record(&record));
            objects += 1;
            take(record)?;
        }
    };
    let length = length(&mut rest)?;
    let manifest = manifest(cut(&mut rest, length)?, group, trusted)?;
    let content: [u8; 32] = Sha256::digest(&bytes[..content_end]).into();
    if !rest.is_empty() || content != manifest.content_sha256 {
        return Err(Refused::Damaged(WHAT));
    }
    if state != manifest.state_hash || objects != manifest.objects {
        return Err(Refused::StateMismatch(WHAT));
    }
    Ok(manifest)
}

fn manifest(
    trailer: &[u8],
    group: GatewayGroupId,
    trusted: &[PublicKey],
) -> Result<Manifest, Refused> {
    let sealed: Sealed = match postcard::take_from_bytes(trailer) {
        Ok((sealed, [])) => sealed,
        _ => return Err(Refused::Damaged(WHAT)),
    };
    let header = sealed.verify(CONTEXT, WHAT, trusted)?;
    let manifest: Manifest = postcard::from_bytes(header).map_err(|_| Refused::Damaged(WHAT))?;
    if manifest.group == group {
        Ok(manifest)
    } else {
        Err(Refused::ForeignGroup(WHAT))
    }
}

fn cut<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Refused> {
    let (taken, left) = rest
        .split_at_checked(length)
        .ok_or(Refused::Damaged(WHAT))?;
    *rest = left;
    Ok(taken)
}

fn length(rest: &mut &[u8]) -> Result<usize, Refused> {
    let bytes = cut(rest, 4)?;
    let length = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
    if length <= FRAME_BYTES_MAX {
        Ok(length)
    } else {
        Err(Refused::Damaged(WHAT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Object, Tenant};
    use gatehouse_domain::id::TenantId;
    use uuid::Uuid;

    const GROUP: GatewayGroupId = GatewayGroupId::from_uuid(Uuid::from_u128(1));

    fn written(count: u128) -> (Vec<u8>, Signer) {
        let signer = Signer::from_seed(&[4; 32]).unwrap();
        let mut writer = Writer::default();
        let mut bytes = writer.start();
        for number in 0..count {
            let tenant = Tenant {
                id: TenantId::from_uuid(Uuid::from_u128(number)),
                slug: format!("tenant-{number}"),
                suspended: false,
                time_zone: "UTC".to_owned(),
            };
            bytes.extend(
                writer
                    .push(Object::Tenant(tenant).encode())
                    .unwrap_or_default(),
            );
        }
        bytes.extend(writer.finish(GROUP, 1, 9, Moment(0), &signer));
        (bytes, signer)
    }

    #[test]
    fn a_snapshot_of_many_frames_reads_back() {
        let (bytes, signer) = written(20_000);
        let mut count = 0;
        let manifest = read(&bytes, GROUP, &[signer.public()], |record| {
            count += 1;
            record.decode().map(drop)
        });
        assert_eq!((manifest.unwrap().seq, count), (9, 20_000));
        assert!(bytes.len() > 2 * FRAME_BYTES);
    }

    #[test]
    fn an_empty_snapshot_reads_back() {
        let (bytes, signer) = written(0);
        assert_eq!(
            read(&bytes, GROUP, &[signer.public()], |_| Ok(()))
                .unwrap()
                .objects,
            0
        );
    }

    #[test]
    fn every_flipped_byte_and_every_cut_is_refused() {
        let (bytes, signer) = written(20);
        let accepts = |bytes: &[u8]| {
            read(bytes, GROUP, &[signer.public()], |record| {
                record.decode().map(drop)
            })
            .is_ok()
        };
        assert!(accepts(&bytes));
        for place in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[place] ^= 0x04;
            assert!(!accepts(&flipped), "byte {place}");
            assert!(!accepts(&bytes[..place]), "cut at {place}");
        }
        let longer = [bytes.as_slice(), b"x"].concat();
        assert!(!accepts(&longer));
    }

    #[test]
    fn another_groups_snapshot_and_an_unknown_key_are_refused_by_name() {
        let (bytes, signer) = written(1);
        let other = GatewayGroupId::from_uuid(Uuid::from_u128(2));
        assert_eq!(
            read(&bytes, other, &[signer.public()], |_| Ok(())),
            Err(Refused::ForeignGroup("snapshot"))
        );
        assert_eq!(
            read(&bytes, GROUP, &[], |_| Ok(())),
            Err(Refused::UnknownKey("snapshot"))
        );
    }
}
