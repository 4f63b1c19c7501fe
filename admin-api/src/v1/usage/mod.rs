//! What was called.

pub(crate) mod application;
pub(crate) mod calls;
pub(crate) mod quota;
