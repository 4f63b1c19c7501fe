//! Policies: what gateways do with calls besides letting subscribed ones through.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod effective;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod update;
