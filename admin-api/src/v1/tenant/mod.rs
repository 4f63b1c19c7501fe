//! The tenant itself.

pub(crate) mod get;
pub(crate) mod update;
