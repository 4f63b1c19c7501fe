//! The catalogue: find an API, read it, ask for access.

pub(crate) mod addresses;
pub(crate) mod api;
pub(crate) mod home;
pub(crate) mod language;
pub(crate) mod list;
pub(crate) mod llms;
pub(crate) mod operation;
pub(crate) mod rail;
pub(crate) mod reference;
pub(crate) mod request;
pub(crate) mod schema_view;
