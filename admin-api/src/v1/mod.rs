//! The endpoints, one file each: `v1/<resource>/<verb>.rs`.

pub(crate) mod apis;
pub(crate) mod applications;
pub(crate) mod approval_settings;
pub(crate) mod audit_events;
pub(crate) mod changes;
pub(crate) mod ci_trusts;
pub(crate) mod delegations;
pub(crate) mod environments;
pub(crate) mod gateways;
pub(crate) mod identity_providers;
pub(crate) mod invitations;
pub(crate) mod keys;
pub(crate) mod members;
pub(crate) mod operations;
pub(crate) mod plans;
pub(crate) mod products;
pub(crate) mod roles;
pub(crate) mod subscriptions;
pub(crate) mod teams;
pub(crate) mod tenant;
pub(crate) mod tokens;
pub(crate) mod upstreams;
pub(crate) mod usage;
pub(crate) mod versions;
pub(crate) mod webhooks;
pub(crate) mod whoami;
