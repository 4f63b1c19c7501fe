//! The catalogue: find an API, read it, ask for access.

pub(crate) mod addresses;
mod answered;
pub(crate) mod api;
pub(crate) mod callback;
pub(crate) mod changelog;
pub(crate) mod follow;
pub(crate) mod guides;
pub(crate) mod home;
pub(crate) mod language;
pub(crate) mod list;
pub(crate) mod llms;
pub(crate) mod operation;
pub(crate) mod parts;
pub(crate) mod product;
mod questions;
pub(crate) mod rail;
pub(crate) mod reference;
pub(crate) mod request;
pub(crate) mod schema_view;
pub(crate) mod search;
pub(crate) mod status;
pub(crate) mod tabs;
pub(crate) mod talk;
pub(crate) mod terms;
pub(crate) mod trial;
pub(crate) mod trial_body;
pub(crate) mod try_it;
