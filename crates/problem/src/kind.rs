//! The closed list of problems. `docs/problems.md` and the `/errors/{code}` pages are generated from it.

use http::StatusCode;

/// Whose fault a problem is, as logs and metrics label it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The caller can fix it.
    Client,
    /// Gatehouse itself, or its configuration.
    Gateway,
    /// The backend behind an API.
    Upstream,
}

impl Source {
    /// The label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Gateway => "gateway",
            Self::Upstream => "upstream",
        }
    }
}

macro_rules! kinds {
    ($($variant:ident = $code:literal, $status:literal, $title:literal, $fix:literal;)*) => {
        /// One kind of problem. Codes are stable: they appear in bodies, logs, metrics and URLs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemKind {
            $(#[doc = $title] $variant,)*
        }

        impl ProblemKind {
            /// Every kind, gateway answers first.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code, in lower case with underscores.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The HTTP status, as a number.
            pub const fn status_code(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// A short sentence that is the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What to do next, in words a caller understands.
            pub const fn fix(self) -> &'static str {
                match self { $(Self::$variant => $fix,)* }
            }
        }
    };
}

kinds! {
    NoKey = "no_key", 401, "No API key was sent",
        "Send your key in the X-API-Key header, or as Authorization: Bearer <key>.";
    KeyMalformed = "key_malformed", 401, "The API key is malformed",
        "Copy the key again, whole, from where it was shown; part of it is missing or mistyped.";
    KeyUnknown = "key_unknown", 401, "The API key is not known here",
        "Check that the key was made for this portal, or create a new key for your application.";
    KeyRevoked = "key_revoked", 401, "The API key was revoked or replaced",
        "Use the key that replaced it, or create a new key for your application.";
    KeyExpired = "key_expired", 401, "The API key has expired",
        "Create a new key for your application; access itself is not affected.";
    WrongEnvironment = "wrong_environment", 401, "The API key belongs to another environment",
        "Use a gth_test_ key on sandbox addresses and a gth_live_ key on production addresses of the same tenant.";
    AmbiguousKey = "ambiguous_key", 401, "More than one API key was sent",
        "Send exactly one key, in X-API-Key or in Authorization, not in both and not twice.";
    SubscriptionPending = "subscription_pending", 403, "Access was requested and waits for approval",
        "Wait for the decision; the request page in the portal shows where it stands.";
    SubscriptionRejected = "subscription_rejected", 403, "Access was requested and refused",
        "Read the reason on the request page, then ask again.";
    NotSubscribed = "not_subscribed", 403, "The application has no access to this API",
        "Request access for this application on the API's page in the portal.";
    OperationNotSubscribed = "operation_not_subscribed", 403, "This access does not open this operation",
        "Ask for a product that has this operation; the API's page in the portal lists them.";
    KeyNotForApi = "key_not_for_api", 403, "The API key is for other APIs",
        "Use a key of the application that is not limited, or one that is made for this API.";
    SubscriptionSuspended = "subscription_suspended", 403, "The provider suspended this access",
        "Read the reason on the application's page, then write to the API's owner.";
    SubscriptionPaused = "subscription_paused", 403, "Your own team paused this access",
        "Resume it on the application's page.";
    SubscriptionExpired = "subscription_expired", 403, "This access has ended",
        "Renew it, or request access again, on the API's page.";
    ApplicationSuspended = "application_suspended", 403, "The application is suspended",
        "Write to the administrator of the portal.";
    TenantSuspended = "tenant_suspended", 403, "The provider of this API is suspended",
        "Write to the operator of this gateway.";
    TokenMissing = "token_missing", 401, "No token was sent",
        "Send the token of your user beside the key, where the detail says.";
    TokenInvalid = "token_invalid", 401, "The token is not good here",
        "Get a new token from its issuer, for this API; the detail says which check it fails.";
    TokenInsufficient = "token_insufficient", 403, "The token does not open this operation",
        "Get a token with the scope or claim that the detail names.";
    NoRoute = "no_route", 404, "No API answers at this address",
        "Check the base URL, the API and the version against the reference page.";
    MethodNotAllowed = "method_not_allowed", 405, "The address exists, the method does not",
        "Use one of the methods in the Allow header.";
    RequestTimeout = "request_timeout", 408, "The request was sent too slowly",
        "Send the request again, without pauses.";
    VersionRetired = "version_retired", 410, "This version of the API has been retired",
        "Move to the version that replaced it; the API's page says which.";
    BodyTooLarge = "body_too_large", 413, "The request body is too large",
        "Send a smaller body; the detail states the limit.";
    AddressTooLong = "address_too_long", 414, "The request address is too long",
        "Shorten the path or the query; the detail states the limit.";
    Misdirected = "misdirected_request", 421, "This connection is to another domain",
        "Open a new connection to the host that the request names.";
    RateLimited = "rate_limited", 429, "Too many requests in a short time",
        "Wait as long as Retry-After says, then go on more slowly.";
    ApiRateLimited = "api_rate_limited", 429, "This API has more calls than it takes",
        "Wait as long as Retry-After says; your own limits are not affected.";
    QuotaExceeded = "quota_exceeded", 429, "The quota of this period is used up",
        "Wait for the reset that Retry-After names, or change to a larger plan.";
    HeadersTooLarge = "headers_too_large", 431, "The request headers are too large",
        "Send fewer or shorter headers; the detail states the limit.";
    UpstreamFailed = "upstream_failed", 502, "The backend of this API failed",
        "Try again later; if it goes on, write to the API's owner with the request id.";
    UpstreamUnavailable = "upstream_unavailable", 503, "The backend of this API cannot be reached",
        "Try again as Retry-After says; if it goes on, write to the API's owner with the request id.";
    AuthUnknown = "auth_unknown", 503, "The gateway cannot judge keys at this moment",
        "Your key may be good. Try again as Retry-After says.";
    ConfigStale = "config_stale", 503, "The gateway has not heard from its control plane for longer than this API allows",
        "Try again as Retry-After says; if it goes on, write to the API's owner with the request id.";
    Overloaded = "overloaded", 503, "The gateway is busy",
        "Try again as Retry-After says.";
    UpstreamTimeout = "upstream_timeout", 504, "The backend of this API did not answer in time",
        "Try again later; if it goes on, write to the API's owner with the request id.";
    BadRequest = "bad_request", 400, "The request cannot be read",
        "Correct what the detail names and send it again.";
    UnknownParameter = "unknown_parameter", 400, "A query parameter is not known",
        "Correct its name; the detail names the nearest one.";
    NotSignedIn = "not_signed_in", 401, "A valid access token is needed",
        "Send Authorization: Bearer gta_…; tokens are made in the console under Settings.";
    Forbidden = "forbidden", 403, "Your role or token does not allow this",
        "Ask an administrator for the permission that the detail names.";
    CsrfFailed = "csrf_failed", 403, "The form could not be trusted",
        "Open the page again and send the form once more.";
    NotFound = "not_found", 404, "There is no such thing here",
        "Check the address or the id; it may belong to another tenant.";
    Conflict = "conflict", 409, "The thing is not in a state that allows this",
        "Read its current state, then decide again.";
    StillRunning = "still_running", 409, "The same request is still being worked on",
        "Wait for the first one, then send it again with the same Idempotency-Key.";
    VersionMismatch = "version_mismatch", 412, "Somebody changed it since you read it",
        "Read it again, apply your change to what you find, and send the new ETag in If-Match.";
    UnsupportedMediaType = "unsupported_media_type", 415, "The body is of a type that is not accepted here",
        "Send the Content-Type that the detail names.";
    Invalid = "invalid", 422, "Some of what was sent is not acceptable",
        "Correct every field listed under errors and send it again.";
    UnknownReference = "unknown_reference", 422, "Something that was referred to does not exist",
        "Correct the id at the pointer listed under errors.";
    BreakingChanges = "breaking_changes", 409, "The description breaks callers of the one in force",
        "Publish it as a new version, undo what breaks, or have the changes listed in the report accepted.";
    NotCompared = "not_compared", 409, "Whether the description breaks callers could not be found out",
        "Settle what the report lists as not compared, have it accepted, or publish a new version.";
    LintBlocked = "lint_blocked", 422, "The description does not follow rules that this tenant insists on",
        "Correct every finding listed under errors and publish again.";
    InvalidSpec = "invalid_spec", 422, "The API description cannot be published",
        "Correct the places listed under errors; nothing was stored.";
    IdempotencyKeyReused = "idempotency_key_reused", 422, "This Idempotency-Key was used for another request",
        "Make a new key for every new request.";
    PreconditionRequired = "precondition_required", 428, "An If-Match header is needed",
        "Read the thing first and send its ETag in If-Match.";
    TooManyAttempts = "too_many_attempts", 429, "Too many attempts",
        "Wait as long as Retry-After says.";
    Internal = "internal", 500, "Something went wrong on our side",
        "Nothing was changed. Try again; if it goes on, report the request id.";
    Unavailable = "unavailable", 503, "A part this needs is away",
        "Nothing was changed. Try again as Retry-After says.";
    SequenceGap = "sequence_gap", 409, "A batch is missing before this one",
        "Send the batch whose number the detail expects.";
    NodeUnknown = "node_unknown", 401, "This gateway is not enrolled here",
        "Join it again with a new join token.";
    JoinTokenInvalid = "join_token_invalid", 401, "The join token is used up, expired or unknown",
        "Make a new one with gatehouse gateway token.";
}

impl ProblemKind {
    /// The HTTP status.
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.status_code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Finds a kind by its code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }

    /// Whose fault it is.
    pub const fn source(self) -> Source {
        match self {
            Self::UpstreamFailed | Self::UpstreamUnavailable | Self::UpstreamTimeout => {
                Source::Upstream
            }
            Self::AuthUnknown
            | Self::ConfigStale
            | Self::Overloaded
            | Self::Internal
            | Self::Unavailable => Source::Gateway,
            _ => Source::Client,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_lower_case_words_and_read_back() {
        let codes: HashSet<_> = ProblemKind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!(codes.len(), ProblemKind::ALL.len());
        for kind in ProblemKind::ALL {
            assert!(
                kind.code()
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c == '_'),
                "{kind:?}"
            );
            assert_eq!(ProblemKind::from_code(kind.code()), Some(*kind));
        }
    }

    #[test]
    fn every_kind_is_an_error_status_and_names_a_next_step() {
        for kind in ProblemKind::ALL {
            assert!(
                kind.status().is_client_error() || kind.status().is_server_error(),
                "{kind:?}"
            );
            assert!(
                kind.fix().ends_with('.') && kind.fix().len() > 15,
                "{kind:?}"
            );
            assert!(!kind.title().ends_with('.'), "{kind:?}");
        }
    }
}
