//! What the control plane publishes and a gateway loads, and the validation both call.
//!
//! A group's configuration is a set of [`object::Object`]s. It travels as a [`snapshot`] (all of them) or as
//! [`delta`]s (one per change, upserts and removes), each signed, each naming the [`state_hash`] it leads to. [`check`]
//! finds faults before anything is published and again before anything is swapped in: publish fails closed.
//! [`usage`] is the way back: what gateways counted, in the periods of [`calendar`]. [`node_auth`] is how a gateway signs every request it makes.
//!
//! This crate knows no HTTP server, no SQL and no clock. Bytes are postcard; [`FORMAT`] names the layout, and a reader
//! refuses any other.

pub mod calendar;
pub mod check;
pub mod console_call;
pub mod delta;
pub mod group_seal;
pub mod key_chain;
pub mod node_auth;
pub mod object;
pub mod protocol;
pub mod sharing;
pub mod sign;
pub mod snapshot;
pub mod state_hash;
pub mod usage;

/// The layout of every encoded object, delta, snapshot and usage batch of this version.
pub const FORMAT: u16 = 1;

/// Bytes that are not what they should be. Nothing of them was used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The bytes end early or do not decode.
    #[error("the {0} is damaged or cut short")]
    Damaged(&'static str),
    /// Written in a layout this program does not know.
    #[error("the {what} is in format {found}; this program reads format {FORMAT}")]
    Format {
        /// What was read.
        what: &'static str,
        /// The format it names.
        found: u16,
    },
    /// Made for another gateway group.
    #[error("the {0} belongs to another gateway group")]
    ForeignGroup(&'static str),
    /// Signed by a key this gateway does not trust (any more).
    #[error("the {0} is signed by an unknown key")]
    UnknownKey(&'static str),
    /// The signature does not fit the bytes.
    #[error("the signature of the {0} does not fit")]
    BadSignature(&'static str),
    /// Older than what is running.
    #[error(
        "the {what} is older (generation {generation}, sequence {seq}) than what is running; if an older database was restored, \
         run `gatehouse gateway raise-generation` where it runs"
    )]
    Older {
        /// What was read.
        what: &'static str,
        /// Its generation.
        generation: u32,
        /// Its sequence number.
        seq: u64,
    },
    /// Does not follow what is running: a delta is missing between.
    #[error("a delta is missing: running {running}, got one that follows {follows}")]
    Gap {
        /// The sequence number in force.
        running: u64,
        /// The sequence number the delta follows.
        follows: u64,
    },
    /// The objects do not add up to the state hash the sender signed.
    #[error("the {0} does not add up to its state hash")]
    StateMismatch(&'static str),
}
