//! The state hash: one number for a whole configuration, kept up to date at the cost of what changed.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::object::{ObjectRef, Record};

/// Sum modulo 2^256 of SHA-256(kind, id, bytes) over all objects. Order does not matter, so a delta updates it by
/// subtracting what left and adding what came. Only signed values are ever compared with it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StateHash(pub [u8; 32]);

impl StateHash {
    /// Of no objects at all.
    pub const EMPTY: Self = Self([0; 32]);

    /// What one object contributes.
    pub fn of_object(object: ObjectRef, body: &[u8]) -> [u8; 32] {
        Sha256::new()
            .chain_update([object.kind as u8])
            .chain_update(object.id.as_bytes())
            .chain_update(body)
            .finalize()
            .into()
    }

    /// What one record contributes.
    pub fn of_record(record: &Record) -> [u8; 32] {
        Self::of_object(record.object, &record.body)
    }

    /// Adds an object's contribution.
    pub fn add(&mut self, contribution: [u8; 32]) {
        let mut carry = 0u16;
        for (mine, theirs) in self.0.iter_mut().zip(contribution).rev() {
            let sum = u16::from(*mine) + u16::from(theirs) + carry;
            *mine = sum as u8;
            carry = sum >> 8;
        }
    }

    /// Takes an object's contribution away.
    pub fn subtract(&mut self, contribution: [u8; 32]) {
        let mut borrow = 0i16;
        for (mine, theirs) in self.0.iter_mut().zip(contribution).rev() {
            let difference = i16::from(*mine) - i16::from(theirs) - borrow;
            *mine = difference.rem_euclid(256) as u8;
            borrow = i16::from(difference < 0);
        }
    }

    /// Reads 32 stored bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for StateHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for StateHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn order_does_not_matter_and_removal_undoes(parts: Vec<[u8; 32]>, extra: [u8; 32]) {
            let mut forward = StateHash::EMPTY;
            parts.iter().for_each(|part| forward.add(*part));
            let mut backward = StateHash::EMPTY;
            backward.add(extra);
            parts.iter().rev().for_each(|part| backward.add(*part));
            backward.subtract(extra);
            prop_assert_eq!(forward, backward);
        }
    }

    #[test]
    fn the_sum_wraps_at_two_to_the_256() {
        let mut hash = StateHash([255; 32]);
        let mut one = [0; 32];
        one[31] = 1;
        hash.add(one);
        assert_eq!(hash, StateHash::EMPTY);
        hash.subtract(one);
        assert_eq!(hash, StateHash([255; 32]));
    }
}
