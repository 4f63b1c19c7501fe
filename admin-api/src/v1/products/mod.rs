//! What can be subscribed to: products that stand for one API, and those put together from several.

pub(crate) mod create;
pub(crate) mod get;
mod item;
pub(crate) mod list;
pub(crate) mod put_items;
pub(crate) mod retire;
pub(crate) mod update;
