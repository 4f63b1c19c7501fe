//! Errors as every listener of Gatehouse answers them: RFC 9457 problem details over a closed list of kinds.
//!
//! A [`ProblemKind`] fixes the stable `code`, the title, the status and the fix; a [`Problem`] adds what is particular to
//! one request. This crate knows HTTP status codes and JSON, nothing else, so the gateway and the control plane share it.

mod kind;
mod problem;

pub use kind::{ProblemKind, Source};
pub use problem::{FieldError, Problem};
