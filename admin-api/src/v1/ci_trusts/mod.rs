//! Trust in workloads of CI, and the exchange of their identity tokens.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod exchange;
pub(crate) mod get;
pub(crate) mod list;
