//! Operations of descriptions.

pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod search;
