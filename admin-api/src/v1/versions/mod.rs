//! Versions of an API, and their descriptions.

pub(crate) mod accept_revision;
pub(crate) mod callers;
pub(crate) mod compare_spec;
pub(crate) mod deprecate;
pub(crate) mod download_spec;
pub(crate) mod get;
pub(crate) mod get_revision;
pub(crate) mod import_spec;
pub(crate) mod list;
pub(crate) mod list_revisions;
pub(crate) mod publish;
pub(crate) mod publish_revision;
pub(crate) mod publish_spec;
pub(crate) mod retire;
pub(crate) mod revision_lines;
pub(crate) mod set_compat;
