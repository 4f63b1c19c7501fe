//! Applications: what calls APIs.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod invite_member;
pub(crate) mod list;
pub(crate) mod list_members;
pub(crate) mod remove_member;
pub(crate) mod suspend;
pub(crate) mod unsuspend;
pub(crate) mod update;
