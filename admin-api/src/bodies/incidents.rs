//! What is wrong with APIs, and how it goes.

use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{ApiRef, PersonRef, ids, words};

/// An incident with what was said of it last.
#[derive(Debug, ToSchema)]
pub struct Incident {
    /// Identity.
    pub id: ids::IncidentId,
    /// From 1 within the tenant: what addresses name it by.
    pub number: i32,
    /// In one line.
    #[schema(min_length = 1, max_length = 120)]
    pub title: String,
    /// What it does to calls.
    pub impact: words::IncidentImpact,
    /// How far it is.
    pub state: words::IncidentState,
    /// Whether it concerns everything the tenant offers.
    pub all_apis: bool,
    /// Else which APIs: those the caller may see, by name.
    pub apis: Vec<ApiRef>,
    /// When planned maintenance begins; null: it began when it was opened, or it is none.
    pub starts_at: Option<OffsetDateTime>,
    /// When planned maintenance is to be over.
    pub ends_at: Option<OffsetDateTime>,
    /// When it was opened.
    pub opened_at: OffsetDateTime,
    /// When it was resolved.
    pub resolved_at: Option<OffsetDateTime>,
    /// What was said last.
    pub newest: IncidentUpdate,
}

/// What was said of an incident at one time.
#[derive(Debug, ToSchema)]
pub struct IncidentUpdate {
    /// Identity.
    pub id: ids::IncidentUpdateId,
    /// How far the incident was.
    pub state: words::IncidentState,
    /// Markdown, as it was written.
    #[schema(min_length = 1, max_length = 10000)]
    pub text: String,
    /// The same, safe to put into a page.
    pub html: String,
    /// Who wrote it; null where nobody stands behind it.
    pub author: Option<PersonRef>,
    /// When.
    pub at: OffsetDateTime,
}
