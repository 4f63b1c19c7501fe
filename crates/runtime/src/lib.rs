//! What every Gatehouse process shares: time, randomness, settings, tasks, listening, telling, calling out.
//!
//! Read in this order: [`settings`] (one loader for all roles), [`supervisor`] (tasks and their end),
//! [`listener`] (the accept loop each role serves on), [`telemetry`] (logs, metrics, health),
//! [`egress`] (the guarded way out). [`clock`], [`random`], [`secret`] and [`request_id`] are small.
//!
//! This crate must not know what Gatehouse manages: no tenants, no database, no API descriptions.

pub mod clock;
pub mod egress;
pub mod listener;
pub mod random;
pub mod request_id;
pub mod secret;
pub mod settings;
pub mod supervisor;
pub mod telemetry;

pub use clock::{Clock, ClockHand};
pub use request_id::RequestId;
pub use secret::Secret;
pub use supervisor::Supervisor;
