//! What problems say on pages. Those that gateways answer with, and that no page has, stay as the closed list says them.

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
        other => other.title().to_owned(),
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
        other => other.fix().to_owned(),
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
