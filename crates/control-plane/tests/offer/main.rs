//! The offer, verb by verb, against a real Postgres: who may do what, what is refused, what gateways are told.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do, by panicking"
)]

mod approval_rules;
mod approvals;
mod at_size;
mod catalogue;
mod certificates;
mod changesets;
mod closing;
mod colleagues;
mod configuration;
mod console_calls;
mod conversations;
mod credential_kinds;
mod deadlines;
mod exporting;
mod fetching;
mod forgetting;
mod gate;
mod gateways;
mod guides;
mod incidents;
mod isolation;
mod keys;
mod kinds;
mod lifecycle;
mod long_work;
mod notice;
mod orphans;
mod own_limits;
mod plans;
mod policies;
mod previous_release;
mod products;
mod publishing;
mod questions;
mod receiver;
mod releases;
mod rotation;
mod routing;
mod scopes;
mod sealing;
mod simultaneous;
mod terms;
mod usage;
mod webhooks;
mod world;
