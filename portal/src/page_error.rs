//! Errors of pages. A handler answers with a problem; the visitor layer turns it into a page with a way out, because only
//! there it is known who is looking.

use axum::response::{IntoResponse, Redirect, Response};
use gatehouse_problem::{Problem, ProblemKind};

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
}

impl From<Problem> for PageError {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
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
                response.extensions_mut().insert(ProblemToShow(*problem));
                response
            }
            Self::Elsewhere(to) => Redirect::to(&to).into_response(),
        }
    }
}
