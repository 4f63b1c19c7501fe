//! What was called.

pub(crate) mod api;
pub(crate) mod application;
mod application_id;
pub(crate) mod calls;
pub(crate) mod quota;
