//! The console: what API owners, approvers, admins and operators do.

pub(crate) mod api;
pub(crate) mod apis;
pub(crate) mod applications;
pub(crate) mod audit;
pub(crate) mod gateways;
pub(crate) mod home;
pub(crate) mod people;
pub(crate) mod plans;
pub(crate) mod queue;
pub(crate) mod teams;
pub(crate) mod tokens;
