//! Teams.

pub(crate) mod add_member;
pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod remove_member;
pub(crate) mod update;
