//! Changes of configuration.

pub(crate) mod get;
