//! Identity against a real Postgres: accounts, members, teams, tokens, isolation, mail and the outbox.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do, by panicking"
)]

mod accounts;
mod audit;
mod audit_export;
mod isolation;
mod mail;
mod members;
mod outbox;
mod roles;
mod tenants;
mod tokens;
mod world;
