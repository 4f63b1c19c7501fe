//! What people ask about APIs, and which they follow.

use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{ApiRef, PersonRef, ids};

/// A question or an answer.
#[derive(Debug, ToSchema)]
pub struct Comment {
    /// Identity.
    pub id: ids::CommentId,
    /// In its author's words.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
    /// Who wrote it.
    pub author: PersonRef,
    /// Whether its author answered for the API then.
    pub from_team: bool,
    /// When.
    pub created_at: OffsetDateTime,
    /// Why others do not see it; its author and who answers for the API do.
    pub hidden_reason: Option<String>,
}

/// A question with its answers.
#[derive(Debug, ToSchema)]
pub struct Question {
    /// Identity.
    pub id: ids::CommentId,
    /// In its author's words.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
    /// Who asks.
    pub author: PersonRef,
    /// Whether who asks answered for the API then.
    pub from_team: bool,
    /// When.
    pub created_at: OffsetDateTime,
    /// Why others do not see it; its author and who answers for the API do.
    pub hidden_reason: Option<String>,
    /// Oldest first.
    pub answers: Vec<Comment>,
}

/// An API that somebody follows.
#[derive(Debug, ToSchema)]
pub struct FollowedApi {
    /// Which.
    pub api: ApiRef,
    /// Since when.
    pub since: OffsetDateTime,
}
