//! Extractors whose refusals are problems: bodies, queries, paths.

mod body;
mod fields;
mod json;
mod path;
mod query;

pub use body::{BodyLimit, read_body, read_body_up_to};
pub use json::{Json, OptionalJson, parse_json};
pub use path::Path;
pub use query::{Query, boolean_parameter, refuse_unknown_parameters};
