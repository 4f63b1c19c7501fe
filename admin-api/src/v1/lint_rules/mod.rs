//! What the tenant asks of descriptions.

pub(crate) mod list;
pub(crate) mod set;
