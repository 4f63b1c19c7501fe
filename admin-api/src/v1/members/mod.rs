//! People in the tenant.

pub(crate) mod add_grant;
pub(crate) mod belongings;
pub(crate) mod disable;
pub(crate) mod enable;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod list_grants;
pub(crate) mod permissions;
pub(crate) mod remove_grant;
pub(crate) mod reset_second_factor;
pub(crate) mod set_roles;
pub(crate) mod transfer;
