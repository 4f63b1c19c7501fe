//! What problems say on pages: the closed list, in the language of the reader.

use gatehouse_language::t;
use gatehouse_problem::ProblemKind;

/// What happened.
pub(crate) fn heading(kind: ProblemKind) -> String {
    match kind {
        ProblemKind::BadRequest => t!("problem-bad-request"),
        ProblemKind::Forbidden => t!("problem-forbidden"),
        ProblemKind::CsrfFailed => t!("problem-csrf-failed"),
        ProblemKind::NotFound => t!("problem-not-found"),
        ProblemKind::MethodNotAllowed => t!("problem-method-not-allowed"),
        ProblemKind::Conflict => t!("problem-conflict"),
        ProblemKind::VersionMismatch => t!("problem-version-mismatch"),
        ProblemKind::BodyTooLarge => t!("problem-body-too-large"),
        ProblemKind::UnsupportedMediaType => t!("problem-unsupported-media-type"),
        ProblemKind::Invalid => t!("problem-invalid"),
        ProblemKind::UnknownReference => t!("problem-unknown-reference"),
        ProblemKind::TooManyAttempts => t!("problem-too-many-attempts"),
        ProblemKind::Internal => t!("problem-internal"),
        ProblemKind::Unavailable => t!("problem-unavailable"),
        ProblemKind::NoKey => t!("problem-no-key"),
        ProblemKind::KeyMalformed => t!("problem-key-malformed"),
        ProblemKind::KeyUnknown => t!("problem-key-unknown"),
        ProblemKind::KeyRevoked => t!("problem-key-revoked"),
        ProblemKind::KeyExpired => t!("problem-key-expired"),
        ProblemKind::WrongEnvironment => t!("problem-wrong-environment"),
        ProblemKind::AmbiguousKey => t!("problem-ambiguous-key"),
        ProblemKind::SubscriptionPending => t!("problem-subscription-pending"),
        ProblemKind::SubscriptionRejected => t!("problem-subscription-rejected"),
        ProblemKind::NotSubscribed => t!("problem-not-subscribed"),
        ProblemKind::OperationNotSubscribed => t!("problem-operation-not-subscribed"),
        ProblemKind::KeyNotForApi => t!("problem-key-not-for-api"),
        ProblemKind::SubscriptionSuspended => t!("problem-subscription-suspended"),
        ProblemKind::SubscriptionPaused => t!("problem-subscription-paused"),
        ProblemKind::SubscriptionExpired => t!("problem-subscription-expired"),
        ProblemKind::ApplicationSuspended => t!("problem-application-suspended"),
        ProblemKind::TenantSuspended => t!("problem-tenant-suspended"),
        ProblemKind::TokenMissing => t!("problem-token-missing"),
        ProblemKind::TokenInvalid => t!("problem-token-invalid"),
        ProblemKind::TokenInsufficient => t!("problem-token-insufficient"),
        ProblemKind::NoRoute => t!("problem-no-route"),
        ProblemKind::RequestTimeout => t!("problem-request-timeout"),
        ProblemKind::VersionRetired => t!("problem-version-retired"),
        ProblemKind::AddressTooLong => t!("problem-address-too-long"),
        ProblemKind::Misdirected => t!("problem-misdirected-request"),
        ProblemKind::RateLimited => t!("problem-rate-limited"),
        ProblemKind::ApiRateLimited => t!("problem-api-rate-limited"),
        ProblemKind::QuotaExceeded => t!("problem-quota-exceeded"),
        ProblemKind::HeadersTooLarge => t!("problem-headers-too-large"),
        ProblemKind::UpstreamFailed => t!("problem-upstream-failed"),
        ProblemKind::UpstreamUnavailable => t!("problem-upstream-unavailable"),
        ProblemKind::AuthUnknown => t!("problem-auth-unknown"),
        ProblemKind::ConfigStale => t!("problem-config-stale"),
        ProblemKind::Overloaded => t!("problem-overloaded"),
        ProblemKind::UpstreamTimeout => t!("problem-upstream-timeout"),
        ProblemKind::UnknownParameter => t!("problem-unknown-parameter"),
        ProblemKind::NotSignedIn => t!("problem-not-signed-in"),
        ProblemKind::StillRunning => t!("problem-still-running"),
        ProblemKind::BreakingChanges => t!("problem-breaking-changes"),
        ProblemKind::NotCompared => t!("problem-not-compared"),
        ProblemKind::LintBlocked => t!("problem-lint-blocked"),
        ProblemKind::InvalidSpec => t!("problem-invalid-spec"),
        ProblemKind::IdempotencyKeyReused => t!("problem-idempotency-key-reused"),
        ProblemKind::PreconditionRequired => t!("problem-precondition-required"),
        ProblemKind::SequenceGap => t!("problem-sequence-gap"),
        ProblemKind::NodeUnknown => t!("problem-node-unknown"),
        ProblemKind::JoinTokenInvalid => t!("problem-join-token-invalid"),
    }
}

/// What to do next.
pub(crate) fn fix(kind: ProblemKind) -> String {
    match kind {
        ProblemKind::BadRequest => t!("problem-bad-request-fix"),
        ProblemKind::Forbidden => t!("problem-forbidden-fix"),
        ProblemKind::CsrfFailed => t!("problem-csrf-failed-fix"),
        ProblemKind::NotFound => t!("problem-not-found-fix"),
        ProblemKind::MethodNotAllowed => t!("problem-method-not-allowed-fix"),
        ProblemKind::Conflict => t!("problem-conflict-fix"),
        ProblemKind::VersionMismatch => t!("problem-version-mismatch-fix"),
        ProblemKind::BodyTooLarge => t!("problem-body-too-large-fix"),
        ProblemKind::UnsupportedMediaType => t!("problem-unsupported-media-type-fix"),
        ProblemKind::Invalid => t!("problem-invalid-fix"),
        ProblemKind::UnknownReference => t!("problem-unknown-reference-fix"),
        ProblemKind::TooManyAttempts => t!("problem-too-many-attempts-fix"),
        ProblemKind::Internal => t!("problem-internal-fix"),
        ProblemKind::Unavailable => t!("problem-unavailable-fix"),
        ProblemKind::NoKey => t!("problem-no-key-fix", key = "<key>"),
        ProblemKind::KeyMalformed => t!("problem-key-malformed-fix"),
        ProblemKind::KeyUnknown => t!("problem-key-unknown-fix"),
        ProblemKind::KeyRevoked => t!("problem-key-revoked-fix"),
        ProblemKind::KeyExpired => t!("problem-key-expired-fix"),
        ProblemKind::WrongEnvironment => t!("problem-wrong-environment-fix"),
        ProblemKind::AmbiguousKey => t!("problem-ambiguous-key-fix"),
        ProblemKind::SubscriptionPending => t!("problem-subscription-pending-fix"),
        ProblemKind::SubscriptionRejected => t!("problem-subscription-rejected-fix"),
        ProblemKind::NotSubscribed => t!("problem-not-subscribed-fix"),
        ProblemKind::OperationNotSubscribed => t!("problem-operation-not-subscribed-fix"),
        ProblemKind::KeyNotForApi => t!("problem-key-not-for-api-fix"),
        ProblemKind::SubscriptionSuspended => t!("problem-subscription-suspended-fix"),
        ProblemKind::SubscriptionPaused => t!("problem-subscription-paused-fix"),
        ProblemKind::SubscriptionExpired => t!("problem-subscription-expired-fix"),
        ProblemKind::ApplicationSuspended => t!("problem-application-suspended-fix"),
        ProblemKind::TenantSuspended => t!("problem-tenant-suspended-fix"),
        ProblemKind::TokenMissing => t!("problem-token-missing-fix"),
        ProblemKind::TokenInvalid => t!("problem-token-invalid-fix"),
        ProblemKind::TokenInsufficient => t!("problem-token-insufficient-fix"),
        ProblemKind::NoRoute => t!("problem-no-route-fix"),
        ProblemKind::RequestTimeout => t!("problem-request-timeout-fix"),
        ProblemKind::VersionRetired => t!("problem-version-retired-fix"),
        ProblemKind::AddressTooLong => t!("problem-address-too-long-fix"),
        ProblemKind::Misdirected => t!("problem-misdirected-request-fix"),
        ProblemKind::RateLimited => t!("problem-rate-limited-fix"),
        ProblemKind::ApiRateLimited => t!("problem-api-rate-limited-fix"),
        ProblemKind::QuotaExceeded => t!("problem-quota-exceeded-fix"),
        ProblemKind::HeadersTooLarge => t!("problem-headers-too-large-fix"),
        ProblemKind::UpstreamFailed => t!("problem-upstream-failed-fix"),
        ProblemKind::UpstreamUnavailable => t!("problem-upstream-unavailable-fix"),
        ProblemKind::AuthUnknown => t!("problem-auth-unknown-fix"),
        ProblemKind::ConfigStale => t!("problem-config-stale-fix"),
        ProblemKind::Overloaded => t!("problem-overloaded-fix"),
        ProblemKind::UpstreamTimeout => t!("problem-upstream-timeout-fix"),
        ProblemKind::UnknownParameter => t!("problem-unknown-parameter-fix"),
        ProblemKind::NotSignedIn => t!("problem-not-signed-in-fix"),
        ProblemKind::StillRunning => t!("problem-still-running-fix"),
        ProblemKind::BreakingChanges => t!("problem-breaking-changes-fix"),
        ProblemKind::NotCompared => t!("problem-not-compared-fix"),
        ProblemKind::LintBlocked => t!("problem-lint-blocked-fix"),
        ProblemKind::InvalidSpec => t!("problem-invalid-spec-fix"),
        ProblemKind::IdempotencyKeyReused => t!("problem-idempotency-key-reused-fix"),
        ProblemKind::PreconditionRequired => t!("problem-precondition-required-fix"),
        ProblemKind::SequenceGap => t!("problem-sequence-gap-fix"),
        ProblemKind::NodeUnknown => t!("problem-node-unknown-fix"),
        ProblemKind::JoinTokenInvalid => t!("problem-join-token-invalid-fix"),
    }
}

#[cfg(test)]
mod tests {
    use super::{fix, heading};
    use gatehouse_domain::Language;
    use gatehouse_language::speaking_now;
    use gatehouse_problem::ProblemKind;

    #[test]
    fn english_pages_say_what_answers_say() {
        for kind in ProblemKind::ALL.iter().copied() {
            assert_eq!(heading(kind), kind.title());
            assert_eq!(fix(kind), kind.fix());
        }
        let german = speaking_now(Language::German, || heading(ProblemKind::NotFound));
        assert_eq!(german, "Das gibt es hier nicht");
    }
}
