//! Identity against a real Postgres: accounts, members, teams, tokens, isolation, mail and the outbox.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail as tests do, by panicking"
)]

mod accounts;
mod audit;
mod audit_export;
mod change_email;
mod invitations;
mod isolation;
mod leaving;
mod mail;
mod members;
mod outbox;
mod passkey_device;
mod passkeys;
mod preferences;
mod roles;
mod second_factor;
mod tenants;
mod tokens;
mod world;
