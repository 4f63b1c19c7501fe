//! Publishing a description: read off the async threads, stored in one transaction, served when gateways have it.
//!
//! The same bytes again change nothing. A description that cannot be served is refused as a whole, with every fault and
//! its place, and nothing of it is stored. Where traffic goes is proposed by the first description only.
//!
//! What breaks callers of the description in force passes the gate (`gate.rs`) only when it was accepted: by its author in
//! the description itself, or by an approver (`accept.rs`) who sees it as a rejected revision.

mod accept;
mod batch;
mod callers;
mod check;
mod compare;
mod fetch;
mod gate;
mod ground;
mod lines;
mod orphans;
mod place;
mod promote;
mod publish;
mod published;
mod read;
mod restore;
mod revisions;
mod source;
mod store;
mod tell;

use bytes::Bytes;
use gatehouse_domain::id::ApiId;
use gatehouse_spec::SpecErrors;
use gatehouse_spec::gate::Report;

use crate::page::Lookup;
use crate::refusal::Refusal;

pub use accept::accept_revision;
pub use check::{CheckedSpec, SpecFault, SpecFaults, check_spec};
pub use compare::{CompareSpec, Compared, compare_spec};
pub use fetch::{DescriptionFetch, FETCH_TIMEOUT, REDIRECTS_MAX, URL_LENGTH_MAX};
pub use lines::{RevisionLines, revision_lines};
pub use orphans::Orphan;
pub(crate) use orphans::{Hanging, Orphaning, recorded};
pub use promote::publish_revision;
pub use publish::publish_spec;
pub(crate) use publish::{Step, publish_with_others, read_spec, require_publishable, store_spec};
pub use published::{Address, Outcome, Published};
pub(crate) use restore::restore_revision;
pub use revisions::{RevisionDetails, RevisionSummary, get_revision, list_revisions};
pub use source::Source;

/// A description to publish.
#[derive(Debug, Clone)]
pub struct PublishSpec {
    /// Of which API.
    pub api: Lookup<ApiId>,
    /// The label of the version; made when absent.
    pub version: String,
    /// JSON or YAML, as it came.
    pub content: Bytes,
    /// Where it came from.
    pub source: Source,
    /// Make the API too when there is none with that slug.
    pub create: bool,
    /// Say what would happen, and store nothing.
    pub dry_run: bool,
    /// Take away what hangs on operations that it no longer has.
    pub drop_orphans: bool,
}

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum PublishRefusal {
    /// For a reason that has nothing to do with the description.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The description has faults.
    #[error("{0}")]
    Spec(SpecErrors),
    /// It does not pass the gate.
    #[error("{}", .0.report.headline())]
    Gate(Box<Refused>),
}

/// A description that did not pass the gate.
#[derive(Debug, Clone)]
pub struct Refused {
    /// What stands in the way.
    pub report: Report,
    /// The number it can be accepted under; `None` when accepting would not help, or nothing is stored.
    pub revision: Option<i32>,
}

impl From<sqlx::Error> for PublishRefusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Refused(error.into())
    }
}
