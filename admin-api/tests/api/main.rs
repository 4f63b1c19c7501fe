//! The admin API over real sockets and a real database.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do, by panicking"
)]

mod account;
mod approvals;
mod audited;
mod auditing;
mod backend_secrets;
mod branding;
mod ci_trusts;
mod conformance;
mod document;
mod entity_tags;
mod errors;
mod gateway_road;
mod generated;
mod idempotency;
mod identity_providers;
mod incidents;
mod isolation;
mod jobs;
mod keys;
mod lists;
mod matrix;
mod offering;
mod platform;
mod policies;
mod predicates;
mod publishing;
mod served;
mod subscribing;
mod webhooks;
