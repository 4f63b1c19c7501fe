//! The console: what API owners, approvers, admins and operators do.

pub(crate) mod api;
pub(crate) mod apis;
pub(crate) mod applications;
pub(crate) mod audit;
pub(crate) mod choice;
pub(crate) mod decide;
pub(crate) mod decided;
pub(crate) mod enforce;
pub(crate) mod gateways;
pub(crate) mod home;
pub(crate) mod people;
pub(crate) mod plan_form;
pub(crate) mod plans;
pub(crate) mod publish;
pub(crate) mod queue;
pub(crate) mod teams;
pub(crate) mod tokens;
pub(crate) mod upstreams;
pub(crate) mod versions;
