//! How long decisions may take.

pub(crate) mod get;
pub(crate) mod put;
