//! The installation itself; platform administrators only.

pub(crate) mod tenants;
