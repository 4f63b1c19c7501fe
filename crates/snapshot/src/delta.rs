//! Deltas: one change of a group's configuration.

use gatehouse_domain::id::{ChangeId, GatewayGroupId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::object::{Moment, ObjectRef, Record};
use crate::sign::{PublicKey, Sealed, Signer, SigningKeyId};
use crate::state_hash::StateHash;
use crate::{FORMAT, Refused};

const CONTEXT: &str = "gatehouse/delta/1";
const WHAT: &str = "delta";

/// One step of a delta.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operation {
    /// Take an object away.
    Remove(ObjectRef),
    /// Put an object in place of what has its kind and id.
    Upsert(Record),
}

/// The steps of a delta in the order a gateway applies them: removals and tightenings first, then parents before children,
/// so that a half-applied delta can only refuse more.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Body {
    /// The steps.
    pub operations: Vec<Operation>,
}

impl Body {
    /// Orders the steps: removals (children before parents), then upserts marked as tightening, then the rest.
    pub fn ordered(removes: Vec<ObjectRef>, tightening: Vec<Record>, other: Vec<Record>) -> Self {
        let mut removes = removes;
        removes.sort_by(|left, right| right.cmp(left));
        let by_kind = |mut records: Vec<Record>| {
            records.sort_by_key(|record| record.object);
            records
        };
        let operations = removes
            .into_iter()
            .map(Operation::Remove)
            .chain(by_kind(tightening).into_iter().map(Operation::Upsert))
            .chain(by_kind(other).into_iter().map(Operation::Upsert))
            .collect();
        Self { operations }
    }

    /// The bytes that are stored and signed over.
    pub fn encode(&self) -> Vec<u8> {
        // Postcard into a growing vector cannot fail here: every length is known.
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// Reads [`Body::encode`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Refused> {
        match postcard::take_from_bytes(bytes) {
            Ok((body, [])) => Ok(body),
            _ => Err(Refused::Damaged(WHAT)),
        }
    }
}

/// What is signed: where the delta fits and what it leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Layout; see [`FORMAT`].
    pub format: u16,
    /// Whose configuration.
    pub group: GatewayGroupId,
    /// Raised when sequence numbers would repeat after a restore.
    pub generation: u32,
    /// The sequence number it follows.
    pub prev_seq: u64,
    /// Its own, one higher.
    pub seq: u64,
    /// State hash before.
    pub prev_hash: StateHash,
    /// State hash after.
    pub new_hash: StateHash,
    /// SHA-256 of the body.
    pub body_sha256: [u8; 32],
    /// The change it is part of.
    pub change: ChangeId,
    /// When it was committed.
    pub at: Moment,
}

/// A delta as it travels and as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedDelta {
    sealed: Sealed,
    body: Vec<u8>,
}

impl SignedDelta {
    /// Signs a committed change. `header.body_sha256` is filled in here.
    pub fn new(mut header: Header, body: Vec<u8>, signer: &Signer) -> Self {
        header.format = FORMAT;
        header.body_sha256 = Sha256::digest(&body).into();
        let header = postcard::to_stdvec(&header).unwrap_or_default();
        Self {
            sealed: Sealed::new(CONTEXT, header, signer),
            body,
        }
    }

    /// The bytes on the wire and on disk.
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// Reads [`SignedDelta::encode`]; says nothing about trust.
    pub fn decode(bytes: &[u8]) -> Result<Self, Refused> {
        match postcard::take_from_bytes(bytes) {
            Ok((delta, [])) => Ok(delta),
            _ => Err(Refused::Damaged(WHAT)),
        }
    }

    /// Who says to have signed it.
    pub fn signed_by(&self) -> SigningKeyId {
        self.sealed.key
    }

    /// Checks signature, format, group and body digest. What follows it must still fit what is running:
    /// [`Header::follows`].
    pub fn verify(
        &self,
        group: GatewayGroupId,
        trusted: &[PublicKey],
    ) -> Result<(Header, Body), Refused> {
        let bytes = self.sealed.verify(CONTEXT, WHAT, trusted)?;
        let (format, _) =
            postcard::take_from_bytes::<u16>(bytes).map_err(|_| Refused::Damaged(WHAT))?;
        if format != FORMAT {
            return Err(Refused::Format {
                what: WHAT,
                found: format,
            });
        }
        let header: Header = postcard::from_bytes(bytes).map_err(|_| Refused::Damaged(WHAT))?;
        if header.group != group {
            return Err(Refused::ForeignGroup(WHAT));
        }
        if header.body_sha256 != <[u8; 32]>::from(Sha256::digest(&self.body)) {
            return Err(Refused::Damaged(WHAT));
        }
        Ok((header, Body::decode(&self.body)?))
    }
}

impl Header {
    /// Whether the delta is the next one after `(generation, seq, hash)`.
    pub fn follows(&self, generation: u32, seq: u64, hash: StateHash) -> Result<(), Refused> {
        if (self.generation, self.seq) <= (generation, seq) {
            return Err(Refused::Older {
                what: WHAT,
                generation: self.generation,
                seq: self.seq,
            });
        }
        if self.generation != generation || self.prev_seq != seq || self.seq != seq + 1 {
            return Err(Refused::Gap {
                running: seq,
                follows: self.prev_seq,
            });
        }
        if self.prev_hash == hash {
            Ok(())
        } else {
            Err(Refused::StateMismatch(WHAT))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::ObjectKind;
    use uuid::Uuid;

    const GROUP: GatewayGroupId = GatewayGroupId::from_uuid(Uuid::from_u128(1));

    fn header(generation: u32, seq: u64) -> Header {
        Header {
            format: FORMAT,
            group: GROUP,
            generation,
            prev_seq: seq - 1,
            seq,
            prev_hash: StateHash::EMPTY,
            new_hash: StateHash::EMPTY,
            body_sha256: [0; 32],
            change: ChangeId::from_uuid(Uuid::nil()),
            at: Moment(0),
        }
    }

    #[test]
    fn every_flipped_byte_of_a_delta_is_refused() {
        let signer = Signer::from_seed(&[3; 32]).unwrap();
        let body = Body::ordered(
            vec![ObjectRef {
                kind: ObjectKind::Plan,
                id: Uuid::nil(),
            }],
            vec![],
            vec![],
        )
        .encode();
        let bytes = SignedDelta::new(header(1, 5), body, &signer).encode();
        let trusted = [signer.public()];
        assert!(
            SignedDelta::decode(&bytes)
                .unwrap()
                .verify(GROUP, &trusted)
                .is_ok()
        );
        for place in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[place] ^= 0x10;
            let accepted = SignedDelta::decode(&flipped)
                .is_ok_and(|delta| delta.verify(GROUP, &trusted).is_ok());
            assert!(!accepted, "byte {place}");
        }
    }

    #[test]
    fn another_groups_delta_is_refused() {
        let signer = Signer::from_seed(&[3; 32]).unwrap();
        let delta = SignedDelta::new(header(1, 5), Body::default().encode(), &signer);
        let other = GatewayGroupId::from_uuid(Uuid::from_u128(2));
        assert_eq!(
            delta.verify(other, &[signer.public()]),
            Err(Refused::ForeignGroup("delta"))
        );
    }

    #[test]
    fn only_the_next_delta_of_the_same_generation_follows() {
        let running = |header: Header| header.follows(2, 5, StateHash::EMPTY);
        assert_eq!(running(header(2, 6)), Ok(()));
        assert!(matches!(running(header(2, 5)), Err(Refused::Older { .. })));
        assert!(matches!(running(header(1, 9)), Err(Refused::Older { .. })));
        assert!(matches!(running(header(2, 7)), Err(Refused::Gap { .. })));
        assert!(matches!(running(header(3, 6)), Err(Refused::Gap { .. })));
        let other = Header {
            prev_hash: StateHash([1; 32]),
            ..header(2, 6)
        };
        assert_eq!(running(other), Err(Refused::StateMismatch("delta")));
    }

    #[test]
    fn removals_come_first_children_before_parents_then_parents_before_children() {
        let at = |kind, n| ObjectRef {
            kind,
            id: Uuid::from_u128(n),
        };
        let record = |kind, n| Record {
            object: at(kind, n),
            body: bytes::Bytes::new(),
        };
        let body = Body::ordered(
            vec![at(ObjectKind::Route, 1), at(ObjectKind::Credential, 2)],
            vec![record(ObjectKind::Subscription, 3)],
            vec![
                record(ObjectKind::Credential, 4),
                record(ObjectKind::Plan, 5),
            ],
        );
        let order: Vec<_> = body
            .operations
            .iter()
            .map(|operation| match operation {
                Operation::Remove(object) | Operation::Upsert(Record { object, .. }) => {
                    object.id.as_u128()
                }
            })
            .collect();
        assert_eq!(order, [2, 1, 3, 5, 4]);
    }
}
