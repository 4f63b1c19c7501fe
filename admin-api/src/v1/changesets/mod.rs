//! Changesets: what files ask for, looked at before it is made.

pub(crate) mod apply;
pub(crate) mod create;
pub(crate) mod export;
pub(crate) mod get;
pub(crate) mod list;
