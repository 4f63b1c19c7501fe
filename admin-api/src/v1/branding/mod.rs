//! What the pages of the tenant look like.

pub(crate) mod get;
pub(crate) mod update;
