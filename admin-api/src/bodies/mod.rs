//! The bodies of answers, as the document describes them.
//!
//! Endpoints answer with the views of the control plane; these types say what that looks like on the wire, and a test holds
//! every answer to them. They hold nothing and are never made.

mod access;
mod account;
mod approvals;
mod catalogue;
mod configuration;
mod exchange;
mod identity;
pub mod ids;
mod incidents;
mod jobs;
mod members;
mod offer;
mod operations;
mod policies;
mod questions;
mod webhooks;
pub mod words;

use utoipa::ToSchema;

pub use access::*;
pub use account::*;
pub use approvals::*;
pub use catalogue::*;
pub use configuration::*;
pub use exchange::*;
pub use identity::*;
pub use incidents::*;
pub use jobs::*;
pub use members::*;
pub use offer::*;
pub use operations::*;
pub use policies::*;
pub use questions::*;
pub use webhooks::*;

/// One page of a list, newest first.
#[derive(Debug, ToSchema)]
pub struct List<T: ToSchema> {
    /// The entries.
    pub data: Vec<T>,
    /// Send it as `after` for the next page; null on the last.
    pub next: Option<String>,
}

/// What was made or changed, and the change of configuration that carries it to the gateways.
#[derive(Debug, ToSchema)]
pub struct Changed<T: ToSchema> {
    /// The thing as it is now.
    #[serde(flatten)]
    pub thing: T,
    /// Ask `/v1/changes/{change}` which gateways have it; null when no gateway needs to know.
    pub change_id: Option<ids::ChangeId>,
    /// The numbers the change got, one for each group of gateways.
    pub config: Vec<GroupSeq>,
}

/// What was made together with a secret.
#[derive(Debug, ToSchema)]
pub struct Secret<T: ToSchema> {
    /// The thing as it is now.
    #[serde(flatten)]
    pub thing: T,
    /// Shown this once. Null on a dry run, and in answers given again later than ten minutes.
    pub secret: Option<String>,
    /// Whether this is such a late answer.
    pub secret_expired: bool,
    /// Ask `/v1/changes/{change}` which gateways have it; null when no gateway needs to know.
    pub change_id: Option<ids::ChangeId>,
    /// The numbers the change got, one for each group of gateways.
    pub config: Vec<GroupSeq>,
}

/// The change of configuration alone, of a thing that is no more.
#[derive(Debug, ToSchema)]
pub struct Gone {
    /// Ask `/v1/changes/{change}` which gateways have it; null when no gateway needs to know.
    pub change_id: Option<ids::ChangeId>,
    /// The numbers the change got, one for each group of gateways.
    pub config: Vec<GroupSeq>,
}

/// The number a change got in one group of gateways.
#[derive(Debug, ToSchema)]
pub struct GroupSeq {
    /// The group.
    pub group: ids::GatewayGroupId,
    /// Its sequence number.
    pub seq: u64,
}

/// Why a request was not carried out (RFC 9457).
#[derive(Debug, ToSchema)]
pub struct Problem {
    /// A page that explains the code.
    pub r#type: String,
    /// A short sentence, the same for every occurrence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: String,
    /// What is particular to this request.
    pub detail: Option<String>,
    /// What to do next.
    pub fix: String,
    /// A URN with the request id.
    pub instance: String,
    /// The id of this request, also in `Gatehouse-Request-Id`.
    pub request_id: String,
    /// Faults in fields, every one at once.
    pub errors: Option<Vec<FieldError>>,
    /// A page that helps with this occurrence.
    pub help: Option<String>,
    /// What a judgement found: of a description that was refused, what it breaks and for whom.
    pub report: Option<serde_json::Value>,
}

/// A fault in one field of what was sent.
#[derive(Debug, ToSchema)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the body, or `?name` for a query parameter.
    pub pointer: String,
    /// Which rule, as a stable word.
    pub code: String,
    /// The rule and the value, in words.
    pub detail: String,
    /// Line in the sent text, from 1.
    pub line: Option<u64>,
    /// Column in that line, from 1.
    pub column: Option<u64>,
}
