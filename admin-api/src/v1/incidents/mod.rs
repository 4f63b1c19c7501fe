//! What is wrong with APIs, and how it goes.

pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod open;
pub(crate) mod update;
pub(crate) mod updates;
