//! Access requests as the requesting side sees them.

pub(crate) mod list;
pub(crate) mod show;
