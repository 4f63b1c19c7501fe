//! A refusal: the problem, and the headers that go with it beyond those of its kind.

use gatehouse_problem::{Problem, ProblemKind};
use http::header::{HeaderName, HeaderValue};

/// Why a call is answered by the gateway itself.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Boxed, so that the many results that may hold one stay small.
    pub(crate) problem: Box<Problem>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// Whether the connection must end: what follows on it cannot be trusted to be a request.
    pub(crate) close: bool,
}

impl Refusal {
    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn closing(mut self) -> Self {
        self.close = true;
        self
    }

    #[cfg(test)]
    pub(crate) fn kind(&self) -> ProblemKind {
        self.problem.kind()
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self {
            problem: Box::new(problem),
            headers: Vec::new(),
            close: false,
        }
    }
}

impl From<ProblemKind> for Refusal {
    fn from(kind: ProblemKind) -> Self {
        Problem::new(kind).into()
    }
}

/// A refusal with what is particular to the call.
pub(crate) fn refuse(kind: ProblemKind, detail: impl Into<String>) -> Refusal {
    Problem::new(kind).detail(detail).into()
}
