//! Releases: numbered configurations.

pub(crate) mod diff;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod number;
pub(crate) mod rollback;
