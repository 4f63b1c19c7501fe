//! The way of a call to the ledger: record → spool on disk → batch → control plane, each call exactly once.
//!
//! [`spool`] takes records on the request path, [`shipper`] hands them over behind it, [`ledger`] keeps what comes back: how
//! much of each quota the whole group has used. [`marks`] remember what was under way when a process ended suddenly.

pub(crate) mod ledger;
pub(crate) mod marks;
mod quota_log;
pub(crate) mod segment;
pub(crate) mod shipper;
pub(crate) mod spool;
