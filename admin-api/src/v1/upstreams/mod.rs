//! Where traffic goes.

pub(crate) mod get;
pub(crate) mod put;
