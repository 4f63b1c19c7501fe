//! What the journeys stand on: real processes, real databases, real sockets, and callers as types.
//!
//! [`TestStack`] runs the built executable once per role; [`TestUpstream`] is a backend behind it; [`callers`] are the
//! people and programs that use the product, each able to do only what its like can do from outside. Nothing here reaches
//! into a role: what a journey sees, a customer can see. The exceptions are named: [`TestStack::sql`] looks into the database
//! and [`TestStack::control_plane`] sets scenes up by calling the verbs.

pub mod answer;
pub mod browser;
pub mod callers;
pub mod certificates;
pub mod command;
pub mod compose;
pub mod descriptions;
pub mod fault_proxy;
pub mod html;
pub mod isolation;
pub mod issuer;
pub mod loads;
pub mod mailbox;
pub mod pg_rewriter;
pub mod ports;
pub mod process;
pub mod routes;
mod skipped;
pub mod smtp;
pub mod stack;
mod test_db;
pub mod upstream;
pub mod wait;

pub use answer::Answer;
pub use issuer::TestIssuer;
pub use skipped::skipped;
pub use stack::{Role, StackPlan, TestStack};
pub use test_db::{TestDb, postgres_cache};
pub use upstream::TestUpstream;
pub use wait::{eventually, eventually_blocking};
