//! The journeys and the rules of the house, against the real executable and real servers.
//!
//! Read `journey.rs` first: it is the product in one test.

mod architecture;
mod lints;
mod tenancy;
