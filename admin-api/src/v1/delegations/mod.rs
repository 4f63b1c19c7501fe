//! Deputies of approvers who are away.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod revoke;
