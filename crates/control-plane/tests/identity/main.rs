//! Identity against a real Postgres: accounts, members, teams, tokens, isolation, mail and the outbox.

mod accounts;
mod isolation;
mod mail;
mod members;
mod outbox;
mod tenants;
mod tokens;
mod world;
