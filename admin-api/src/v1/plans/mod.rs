//! Plans of an API.

pub(crate) mod close;
pub(crate) mod create;
pub(crate) mod get;
mod limit;
pub(crate) mod list;
pub(crate) mod update;
