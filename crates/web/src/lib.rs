//! What the portal and the admin API share at their HTTP edge.
//!
//! [`Problem`] is the one error of handlers, and the only place where a [`gatehouse_control_plane::Refusal`] becomes an HTTP
//! answer. [`edge::wrap`] puts around a router what every request needs: an id, the client's address, a span, the rendering
//! of problems, the log line, the counters. [`extract`] holds the extractors whose refusals are problems with pointers.
//!
//! Nothing here knows a page or a resource.

pub mod audit_export;
pub mod edge;
pub mod extract;
mod metrics;
mod problem;
pub mod streamed;

pub use edge::{ClientIp, Edge};
pub use extract::{BodyLimit, Json, OptionalJson, Path, Query, read_body};
pub use gatehouse_problem::{FieldError, ProblemKind};
pub use metrics::HttpMetrics;
pub use problem::{Problem, ProblemInResponse};
