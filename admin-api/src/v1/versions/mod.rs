//! Versions of an API, and their descriptions.

pub(crate) mod callers;
pub(crate) mod deprecate;
pub(crate) mod download_spec;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod publish;
pub(crate) mod publish_spec;
pub(crate) mod retire;
