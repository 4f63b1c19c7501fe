//! OpenID Connect providers the tenant's people sign in with.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
mod grants;
pub(crate) mod list;
pub(crate) mod update;
