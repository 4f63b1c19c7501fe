//! Errors of pages. A handler answers with a problem; the visitor layer turns it into a page with a way out, because only
//! there it is known who is looking.

use axum::response::{IntoResponse, Redirect, Response};
use gatehouse_control_plane::Refusal;
use gatehouse_language::t;
use gatehouse_problem::{FieldError, Problem, ProblemKind};

/// Why a page could not be shown.
#[derive(Debug)]
pub(crate) enum PageError {
    /// To be shown as a page.
    Problem(Box<Problem>),
    /// Somewhere else first: sign in, usually.
    Elsewhere(String),
}

impl PageError {
    pub(crate) fn of(kind: ProblemKind) -> Self {
        Self::Problem(Box::new(Problem::new(kind)))
    }

    pub(crate) fn not_found() -> Self {
        Self::of(ProblemKind::NotFound)
    }

    pub(crate) fn forbidden() -> Self {
        Self::of(ProblemKind::Forbidden)
    }

    pub(crate) fn internal() -> Self {
        Self::of(ProblemKind::Internal)
    }

    /// A fault of our own: told to the log, not to the visitor.
    pub(crate) fn fault(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "a page failed");
        Self::internal()
    }
}

impl From<Problem> for PageError {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<Refusal> for PageError {
    fn from(refusal: Refusal) -> Self {
        problem_of(refusal).into()
    }
}

/// What a refusal is to somebody looking at a page.
pub(crate) fn problem_of(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Forbidden(permission) => Problem::new(ProblemKind::Forbidden).detail(t!(
            "shared-this-needs-the-permission-which-none",
            permission = permission.as_str()
        )),
        Refusal::NotYours(words) => Problem::new(ProblemKind::Forbidden).detail(words),
        Refusal::NotFound => Problem::new(ProblemKind::NotFound),
        Refusal::UnknownReference { pointer } => {
            Problem::new(ProblemKind::UnknownReference).field(FieldError::new(
                pointer,
                "unknown_reference",
                t!("shared-what-was-chosen-does-not-exist"),
            ))
        }
        Refusal::Conflict(words) => Problem::new(ProblemKind::Conflict).detail(words),
        Refusal::Stale { .. } => Problem::new(ProblemKind::VersionMismatch),
        Refusal::Invalid(faults) => Problem::new(ProblemKind::Invalid).fields(
            faults
                .into_iter()
                .map(|f| FieldError::new(f.pointer, f.code, f.detail))
                .collect(),
        ),
        Refusal::TooMany(seconds) => {
            Problem::new(ProblemKind::TooManyAttempts).retry_after(seconds)
        }
        Refusal::Database(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the database failed"
            );
            Problem::new(ProblemKind::Unavailable).retry_after(5)
        }
        Refusal::Internal(error) => {
            tracing::error!(error = format!("{error:#}"), "a verb failed");
            Problem::new(ProblemKind::Internal)
        }
    }
}

/// What an error answer carries for the visitor layer.
#[derive(Debug, Clone)]
pub(crate) struct ProblemToShow(pub(crate) Problem);

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => {
                let mut response = problem.status().into_response();
                response.headers_mut().extend(problem.headers());
                response.extensions_mut().insert(ProblemToShow(*problem));
                response
            }
            Self::Elsewhere(to) => Redirect::to(&to).into_response(),
        }
    }
}
