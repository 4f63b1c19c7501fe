//! Gateways.

pub(crate) mod create_join_token;
pub(crate) mod list;
pub(crate) mod retire;
