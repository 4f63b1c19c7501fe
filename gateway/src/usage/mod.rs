//! The way of a call to the ledger: slot → spool on disk → batch → control plane, each call exactly once.
//!
//! A worker records a call in one of its [`slots`], in the form that [`record`] describes; [`spool`] copies what is done into
//! segments, [`shipper`] hands them over, [`ledger`] keeps what comes back: how much of each quota the whole group has used.
//! [`dictionary`] holds the texts of a boot's numbers, [`left_over`] reads what a boot left that ended suddenly.

pub(crate) mod dictionary;
pub(crate) mod drain;
pub(crate) mod ledger;
mod left_over;
mod quota_log;
pub(crate) mod record;
pub(crate) mod segment;
pub(crate) mod shipper;
pub(crate) mod slots;
pub(crate) mod spool;

#[cfg(test)]
mod cost;
#[cfg(test)]
mod hostile;
