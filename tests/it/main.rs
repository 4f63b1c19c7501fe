//! The journeys and the rules of the house, against the real executable and real servers.
//!
//! Read `journey.rs` first: it is the product in one test.

mod journey;

mod approvals;
mod architecture;
mod configuration;
mod environments;
mod lints;
mod start_up;
mod streaming;
mod tenancy;

/// The executable under test.
const GATEHOUSE: &str = env!("CARGO_BIN_EXE_gatehouse");
