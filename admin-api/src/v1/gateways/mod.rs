//! Gateways.

pub(crate) mod create_join_token;
pub(crate) mod drain;
pub(crate) mod list;
pub(crate) mod retire;
pub(crate) mod undrain;
