//! Applications: what calls the APIs, with their subscriptions, keys and usage.

pub(crate) mod key;
pub(crate) mod keys;
pub(crate) mod list;
pub(crate) mod replace;
pub(crate) mod show;
pub(crate) mod usage;
