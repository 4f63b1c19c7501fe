//! The tenant itself.

pub(crate) mod close;
pub(crate) mod export;
pub(crate) mod get;
pub(crate) mod reopen;
pub(crate) mod update;
