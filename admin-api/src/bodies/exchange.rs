//! The token exchange, as OAuth words it.

use utoipa::ToSchema;

use super::words;

/// What a workload sends, as a form (RFC 8693 §2.1).
#[derive(Debug, ToSchema)]
pub struct TokenExchange {
    /// Always the same.
    pub grant_type: words::ExchangeGrant,
    /// The identity token the CI system gave the run.
    pub subject_token: String,
    /// What that is.
    pub subject_token_type: words::SubjectTokenType,
    /// The id of the CI trust.
    pub audience: String,
    /// Permissions, separated by spaces: less than the trust gives. Without it all of them.
    pub scope: Option<String>,
    /// The only kind there is.
    pub requested_token_type: Option<words::IssuedTokenType>,
}

/// An access token for an identity token (RFC 8693 §2.2.1).
#[derive(Debug, ToSchema)]
pub struct ExchangedToken {
    /// The token; shown this once.
    pub access_token: String,
    /// What it is.
    pub issued_token_type: words::IssuedTokenType,
    /// How to send it: `Authorization: Bearer …`.
    pub token_type: words::TokenType,
    /// Seconds it lives.
    pub expires_in: i32,
    /// What it may do, separated by spaces.
    pub scope: String,
}

/// Why there is no token (RFC 6749 §5.2).
#[derive(Debug, ToSchema)]
pub struct ExchangeRefused {
    /// For programs.
    pub error: words::ExchangeError,
    /// For people.
    pub error_description: String,
}
