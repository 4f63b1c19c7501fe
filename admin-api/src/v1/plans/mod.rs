//! Plans of an API.

pub(crate) mod close;
pub(crate) mod create;
pub(crate) mod get;
pub(crate) mod get_approval;
pub(crate) mod limit;
pub(crate) mod list;
pub(crate) mod put_approval;
pub(crate) mod revisions;
pub(crate) mod simulate_rule;
pub(crate) mod update;
