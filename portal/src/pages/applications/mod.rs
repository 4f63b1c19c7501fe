//! Applications: what calls the APIs, with their subscriptions, keys and usage.

pub(crate) mod call;
pub(crate) mod credential;
pub(crate) mod evidence;
pub(crate) mod key;
pub(crate) mod keys;
pub(crate) mod list;
pub(crate) mod logs;
pub(crate) mod members;
pub(crate) mod replace;
pub(crate) mod show;
pub(crate) mod usage;
