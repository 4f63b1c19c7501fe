//! The verbs of Gatehouse, each implemented once, and all of its SQL.
//!
//! The admin API, the portal and the command line call these functions; none of them decides anything themselves. A verb
//! takes the [`Db`], the [`Actor`] who asks and typed arguments; it checks the permission, opens a [`work::Work`] (one
//! transaction in the actor's tenant), changes rows, says what it touched, and commits. The commit appends the audit
//! record, the outbox events and the configuration change in that same transaction.
//!
//! Start with [`subscriptions`], then [`work`] and [`config`]. This crate knows no HTTP and no HTML.

pub mod account;
pub mod accounts;
pub mod actor;
pub mod apis;
pub mod applications;
pub mod audit;
pub mod backend_secrets;
pub mod backup;
pub mod branding;
pub mod catalogue;
pub mod certificates;
pub mod changelog;
pub mod changes;
pub mod changesets;
pub mod ci_trusts;
pub mod config;
pub mod console_calls;
pub mod credentials;
pub mod db;
pub mod drift;
pub mod emails;
pub mod environments;
pub mod events;
pub mod following;
pub mod gateways;
pub mod guides;
pub mod health;
mod hourly;
pub mod idempotency;
pub mod identity_providers;
pub mod incidents;
pub mod installation;
pub mod jobs;
pub mod keys;
pub mod legal;
pub mod lint_rules;
pub mod long_jobs;
pub mod mail;
pub mod members;
mod membership;
pub mod notices;
pub mod oidc;
mod one_time;
pub mod outbox;
pub mod page;
pub mod passkeys;
pub mod passwords;
pub mod plans;
pub mod platform;
pub mod policies;
pub mod products;
pub mod publishing;
pub mod questions;
pub mod refs;
pub mod refusal;
pub mod releases;
pub mod resources;
pub mod roles;
pub mod sealed;
pub mod second_factor;
pub mod sessions;
pub mod subscriptions;
pub mod teams;
pub mod tenants;
pub mod tokens;
pub mod upstreams;
pub mod usage;
pub mod versions;
pub mod visibility;
pub mod webhooks;
mod words;
pub mod work;

pub use actor::{Actor, ActorKind};
pub use db::Db;
pub use page::{Listed, Lookup, Page};
pub use platform::PlatformActor;
pub use refusal::{FieldFault, Refusal};
pub use work::{Change, Changed, GroupSeq};
