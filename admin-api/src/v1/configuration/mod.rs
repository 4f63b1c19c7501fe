//! How configuration is kept, and where it drifted.

pub(crate) mod drift;
pub(crate) mod get;
pub(crate) mod update;
