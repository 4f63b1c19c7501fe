//! Backend secrets: what gateways show to the backends of an API, and nobody reads back.

pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod put;
