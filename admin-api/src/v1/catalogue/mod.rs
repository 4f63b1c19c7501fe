//! The catalogue, as the caller sees it.

pub(crate) mod facets;
pub(crate) mod get;
pub(crate) mod list;
