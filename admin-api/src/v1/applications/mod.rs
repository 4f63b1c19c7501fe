//! Applications: what calls APIs.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod suspend;
pub(crate) mod unsuspend;
pub(crate) mod update;
