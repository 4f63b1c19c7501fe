//! Clients and backends that mean harm, and the judge of what they achieve. Nothing here knows the gateway: any HTTP proxy
//! can stand in the middle.
//!
//! [`corpus`] reads the messages under `tests/corpus`, [`run`] sends them through a proxy to an [`origin`] that keeps every
//! byte, and [`judge`] reads those bytes in several ways that differ from each other. [`h2`] abuses HTTP/2, [`slow`] takes its
//! time. [`fuzz`] makes inputs from a seed.
//! Run it by hand with `cargo run -p gatehouse-hostile -- help`.

pub mod corpus;
pub mod exchange;
pub mod fuzz;
pub mod h2;
pub mod judge;
pub mod nginx;
pub mod origin;
pub mod process;
pub mod run;
pub mod slow;
