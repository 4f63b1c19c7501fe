//! Snapshots: a group's whole configuration, streamed, never built in one piece of memory.
//!
//! ```text
//! "GHSN" format:u16le | frame* | 0:u32le | trailer
//! frame   = length:u32le, postcard Vec<Record> of at most 1 MiB
//! trailer = length:u32le, postcard Sealed manifest
//! ```
//!
//! Records ascend by kind and id: parents come before children, and no object comes twice. The manifest comes last, because
//! its digest covers what was streamed before it. Nothing is used until it fits.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use gatehouse_domain::id::GatewayGroupId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::node_auth::hex;
use crate::object::{Moment, Object, ObjectRef, OfKind, Record, decode_as};
use crate::sign::{PublicKey, Sealed, Signer, SigningKeyId};
use crate::state_hash::StateHash;
use crate::{FORMAT, Refused};

const CONTEXT: &str = "gatehouse/snapshot/1";
const WHAT: &str = "snapshot";
const MAGIC: &[u8; 4] = b"GHSN";

/// Target size of one frame before it is closed.
pub const FRAME_BYTES: usize = 256 * 1024;
/// Largest frame a reader accepts.
pub const FRAME_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Frames read ahead of the one that is decoded.
const FRAMES_AHEAD: usize = 4;

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

    /// Adds an object, after all of a lesser kind or id. Returns a finished frame when one is full.
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

/// A record as it lies in a frame.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct RecordRef<'a> {
    /// What it is.
    pub object: ObjectRef,
    /// Its postcard bytes.
    #[serde(borrow)]
    pub body: &'a [u8],
}

impl RecordRef<'_> {
    /// See [`Record::decode`].
    pub fn decode(&self) -> Result<Object, Refused> {
        Object::decode(self.object, self.body)
    }

    /// The same of a kind that the caller knows.
    pub fn decode_as<T: OfKind>(&self) -> Result<T, Refused> {
        decode_as(self.object, self.body)
    }
}

/// Why a snapshot was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError<E> {
    /// Its bytes are not what they should be.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The source failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Whoever took the records gave up.
    #[error("{0}")]
    Taker(E),
}

/// What was read, and found to be whole and signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What is signed about it.
    pub manifest: Manifest,
    /// Who has signed it.
    pub signed_by: SigningKeyId,
    /// SHA-256 of all of its bytes.
    pub sha256: [u8; 32],
}

impl Verified {
    /// What it is kept under in a folder: where it stands, and its content.
    pub fn file_name(&self) -> String {
        let Manifest {
            generation, seq, ..
        } = self.manifest;
        format!("snapshot-{generation}-{seq}-{}.bin", hex(&self.sha256))
    }
}

/// Reads a whole snapshot, a frame at a time, handing each record to `take` before trust is decided: the caller builds aside
/// and throws away on an error.
///
/// One thread reads and digests while this one decodes. The objects' own hashes are not computed anew: the manifest signs
/// both the bytes and the state hash they add up to.
pub fn read<E>(
    source: impl Read + Send,
    group: GatewayGroupId,
    trusted: &[PublicKey],
    take: impl FnMut(&RecordRef<'_>) -> Result<(), E>,
) -> Result<Verified, ReadError<E>> {
    std::thread::scope(|scope| {
        let (frames, received) = sync_channel(FRAMES_AHEAD);
        let (used, reusable) = sync_channel(FRAMES_AHEAD + 2);
        let reading = scope.spawn(move || Source::read(source, &frames, &reusable));
        let decoded = decode_frames(&received, &used, take);
        // The reader gives up at its next frame when nobody waits for it.
        drop(received);
        let read = reading
            .join()
            .unwrap_or_else(|_| Err(Refused::Damaged(WHAT).into()));
        let objects = match (decoded, read) {
            // A frame that does not decode may be the consequence of a failing source.
            (_, Err(ReadError::Io(error))) => return Err(error.into()),
            (Err(error), _) => return Err(error),
            (Ok(objects), Ok(digests)) => (objects, digests),
            (Ok(_), Err(ReadError::Refused(refused))) => return Err(refused.into()),
            (Ok(_), Err(ReadError::Taker(never))) => match never {},
        };
        let (objects, ends) = objects;
        let (manifest, signed_by) = manifest(&ends.trailer, group, trusted)?;
        if ends.content_sha256 != manifest.content_sha256 {
            return Err(Refused::Damaged(WHAT).into());
        }
        if objects != manifest.objects {
            return Err(Refused::StateMismatch(WHAT).into());
        }
        Ok(Verified {
            manifest,
            signed_by,
            sha256: ends.sha256,
        })
    })
}

/// Decodes frames in their order; returns the number of objects.
fn decode_frames<E>(
    frames: &Receiver<Vec<u8>>,
    used: &SyncSender<Vec<u8>>,
    mut take: impl FnMut(&RecordRef<'_>) -> Result<(), E>,
) -> Result<u64, ReadError<E>> {
    let mut objects = 0;
    let mut before: Option<ObjectRef> = None;
    for frame in frames {
        let (count, mut rest): (u32, _) =
            postcard::take_from_bytes(&frame).map_err(|_| Refused::Damaged(WHAT))?;
        for _ in 0..count {
            let (record, after): (RecordRef<'_>, _) =
                postcard::take_from_bytes(rest).map_err(|_| Refused::Damaged(WHAT))?;
            if before.is_some_and(|before| before >= record.object) {
                return Err(Refused::Damaged(WHAT).into());
            }
            before = Some(record.object);
            rest = after;
            objects += 1;
            take(&record).map_err(ReadError::Taker)?;
        }
        if !rest.is_empty() {
            return Err(Refused::Damaged(WHAT).into());
        }
        // No place left: the buffer is dropped.
        let _ = used.try_send(frame);
    }
    Ok(objects)
}

/// What stands at the end of a snapshot, and what was digested on the way there.
struct Ends {
    trailer: Vec<u8>,
    content_sha256: [u8; 32],
    sha256: [u8; 32],
}

/// A snapshot's bytes, digested as they are read.
struct Source<R> {
    bytes: R,
    digest: Sha256,
}

impl<R: Read> Source<R> {
    /// Sends every frame, then reads what follows them.
    fn read(
        bytes: R,
        frames: &SyncSender<Vec<u8>>,
        reusable: &Receiver<Vec<u8>>,
    ) -> Result<Ends, ReadError<std::convert::Infallible>> {
        let mut source = Self {
            bytes,
            digest: Sha256::new(),
        };
        let mut head = [0; 6];
        source.take(&mut head)?;
        if &head[..4] != MAGIC {
            return Err(Refused::Damaged(WHAT).into());
        }
        let format = u16::from_le_bytes([head[4], head[5]]);
        if format != FORMAT {
            return Err(Refused::Format {
                what: WHAT,
                found: format,
            }
            .into());
        }
        let content_sha256 = loop {
            let before = source.digest.clone();
            let length = source.length()?;
            if length == 0 {
                break before.finalize().into();
            }
            let mut frame = reusable.try_recv().unwrap_or_default();
            source.fill(&mut frame, length)?;
            if frames.send(frame).is_err() {
                // Whoever decodes has found a fault, and tells it.
                return Err(Refused::Damaged(WHAT).into());
            }
        };
        let length = source.length()?;
        let mut trailer = Vec::new();
        source.fill(&mut trailer, length)?;
        if source.bytes.read(&mut [0])? != 0 {
            return Err(Refused::Damaged(WHAT).into());
        }
        Ok(Ends {
            trailer,
            content_sha256,
            sha256: source.digest.finalize().into(),
        })
    }

    fn length(&mut self) -> Result<usize, ReadError<std::convert::Infallible>> {
        let mut bytes = [0; 4];
        self.take(&mut bytes)?;
        let length = u32::from_le_bytes(bytes) as usize;
        if length <= FRAME_BYTES_MAX {
            Ok(length)
        } else {
            Err(Refused::Damaged(WHAT).into())
        }
    }

    fn take(&mut self, bytes: &mut [u8]) -> Result<(), ReadError<std::convert::Infallible>> {
        self.bytes.read_exact(bytes).map_err(cut_short)?;
        self.digest.update(&*bytes);
        Ok(())
    }

    /// Reads `length` bytes. What a length claims is not set aside before it has come.
    fn fill(
        &mut self,
        buffer: &mut Vec<u8>,
        length: usize,
    ) -> Result<(), ReadError<std::convert::Infallible>> {
        buffer.clear();
        let read = (&mut self.bytes)
            .take(length as u64)
            .read_to_end(buffer)
            .map_err(cut_short)?;
        if read < length {
            return Err(Refused::Damaged(WHAT).into());
        }
        self.digest.update(&*buffer);
        Ok(())
    }
}

fn cut_short(error: io::Error) -> ReadError<std::convert::Infallible> {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        Refused::Damaged(WHAT).into()
    } else {
        error.into()
    }
}

fn manifest(
    trailer: &[u8],
    group: GatewayGroupId,
    trusted: &[PublicKey],
) -> Result<(Manifest, SigningKeyId), Refused> {
    let sealed: Sealed = match postcard::take_from_bytes(trailer) {
        Ok((sealed, [])) => sealed,
        _ => return Err(Refused::Damaged(WHAT)),
    };
    let header = sealed.verify(CONTEXT, WHAT, trusted)?;
    let manifest: Manifest = postcard::from_bytes(header).map_err(|_| Refused::Damaged(WHAT))?;
    if manifest.group == group {
        Ok((manifest, sealed.key))
    } else {
        Err(Refused::ForeignGroup(WHAT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Tenant;
    use gatehouse_domain::id::TenantId;
    use proptest::prelude::*;
    use uuid::Uuid;

    const GROUP: GatewayGroupId = GatewayGroupId::from_uuid(Uuid::from_u128(1));

    fn tenant(number: u128) -> Object {
        Object::Tenant(Tenant {
            id: TenantId::from_uuid(Uuid::from_u128(number)),
            slug: format!("tenant-{number}"),
            suspended: false,
            time_zone: "UTC".to_owned(),
        })
    }

    fn written(count: u128) -> (Vec<u8>, Signer) {
        let signer = Signer::from_seed(&[4; 32]).unwrap();
        let mut writer = Writer::default();
        let mut bytes = writer.start();
        for number in 0..count {
            bytes.extend(writer.push(tenant(number).encode()).unwrap_or_default());
        }
        bytes.extend(writer.finish(GROUP, 1, 9, Moment(0), &signer));
        (bytes, signer)
    }

    fn refusal(bytes: &[u8], group: GatewayGroupId, trusted: &[PublicKey]) -> Option<Refused> {
        match read(bytes, group, trusted, |_| Ok::<(), ()>(())) {
            Err(ReadError::Refused(refused)) => Some(refused),
            _ => None,
        }
    }

    #[test]
    fn records_out_of_order_and_doubled_records_are_refused() {
        for ids in [[2u128, 1], [1, 1]] {
            let signer = Signer::from_seed(&[4; 32]).unwrap();
            let mut writer = Writer::default();
            let mut bytes = writer.start();
            for id in ids {
                writer.push(tenant(id).encode());
            }
            bytes.extend(writer.finish(GROUP, 1, 9, Moment(0), &signer));
            let refused = refusal(&bytes, GROUP, &[signer.public()]);
            assert_eq!(refused, Some(Refused::Damaged("snapshot")), "{ids:?}");
        }
    }

    #[test]
    fn a_snapshot_of_many_frames_reads_back() {
        let (bytes, signer) = written(20_000);
        let mut count = 0;
        let verified = read(bytes.as_slice(), GROUP, &[signer.public()], |record| {
            count += 1;
            record.decode().map(drop)
        })
        .unwrap();
        assert_eq!((verified.manifest.seq, count), (9, 20_000));
        assert_eq!(verified.sha256, <[u8; 32]>::from(Sha256::digest(&bytes)));
        assert!(bytes.len() > 2 * FRAME_BYTES);
    }

    #[test]
    fn an_empty_snapshot_reads_back() {
        let (bytes, signer) = written(0);
        assert_eq!(refusal(&bytes, GROUP, &[signer.public()]), None);
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
    fn fuzz_snapshot_is_the_signed_one_or_none() {
        let (good, signer) = written(30);
        let (other, _) = written(7);
        gatehouse_hostile::fuzz::fuzz("snapshot", 3_000, |random| {
            let bytes = random.mutate(&[&good, &other], &[b"\xff\xff\xff\xff", b"\0\0\0\0"]);
            let read = read(bytes.as_slice(), GROUP, &[signer.public()], |record| {
                record.decode().map(drop)
            });
            assert!(read.is_err() || bytes == good || bytes == other);
        });
    }

    #[test]
    fn another_groups_snapshot_and_an_unknown_key_are_refused_by_name() {
        let (bytes, signer) = written(1);
        let other = GatewayGroupId::from_uuid(Uuid::from_u128(2));
        assert_eq!(
            refusal(&bytes, other, &[signer.public()]),
            Some(Refused::ForeignGroup("snapshot"))
        );
        assert_eq!(
            refusal(&bytes, GROUP, &[]),
            Some(Refused::UnknownKey("snapshot"))
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Bytes changed, cut out, doubled and put in, at any place: no panic, and nothing but the original is accepted.
        #[test]
        fn no_mutation_is_accepted(
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0u8..5, any::<u32>()), 1..6)
        ) {
            let (good, signer) = written(30);
            let mut bytes = good.clone();
            for (place, kind, value) in edits {
                let at = place.index(bytes.len());
                let end = (at + value as usize % 40).min(bytes.len());
                match kind {
                    0 => bytes[at] ^= (value as u8).max(1),
                    1 => drop(bytes.drain(at..end)),
                    2 => { let twice = bytes[at..end].to_vec(); bytes.splice(at..at, twice); }
                    3 => { bytes.splice(at..at, value.to_le_bytes()); }
                    _ => bytes.truncate(at),
                }
                if bytes.is_empty() { break }
            }
            let accepted = read(bytes.as_slice(), GROUP, &[signer.public()], |record| {
                record.decode().map(drop)
            });
            prop_assert!(accepted.is_err() || bytes == good);
        }

        /// Anything at all behind a good beginning.
        #[test]
        fn noise_is_refused(noise: Vec<u8>, length in 0u32..600) {
            let head = [MAGIC.as_slice(), &FORMAT.to_le_bytes(), &length.to_le_bytes()].concat();
            let bytes = [head, noise].concat();
            prop_assert!(refusal(&bytes, GROUP, &[]).is_some());
        }
    }
}
