//! Teams.

pub(crate) mod add_member;
pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod remove_member;
mod team_id;
pub(crate) mod update;
