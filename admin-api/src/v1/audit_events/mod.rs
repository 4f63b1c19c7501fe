//! The audit log.

pub(crate) mod checkpoints;
pub(crate) mod export;
pub(crate) mod list;
