//! API keys of applications.

pub(crate) mod evidence;
pub(crate) mod get;
pub(crate) mod issue;
pub(crate) mod list;
pub(crate) mod revoke;
pub(crate) mod rotate;
