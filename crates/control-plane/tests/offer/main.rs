//! The offer, verb by verb, against a real Postgres: who may do what, what is refused, what gateways are told.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do, by panicking"
)]

mod approval_rules;
mod approvals;
mod at_size;
mod catalogue;
mod changesets;
mod configuration;
mod deadlines;
mod forgetting;
mod gate;
mod gateways;
mod isolation;
mod keys;
mod lifecycle;
mod notice;
mod own_limits;
mod plans;
mod publishing;
mod receiver;
mod releases;
mod routing;
mod scopes;
mod sealing;
mod simultaneous;
mod usage;
mod webhooks;
mod world;
