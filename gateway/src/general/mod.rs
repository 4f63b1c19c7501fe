//! Requests that hyper reads, shown to the policies as every other request is.

pub(crate) mod view;
