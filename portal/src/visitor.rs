//! Who is looking.
use crate::page_error::PageError;
use gatehouse_problem::Problem;

#[derive(Clone)]
pub(crate) struct Visitor;

impl Visitor {
    pub(crate) fn error(&self, problem: Problem) -> PageError {
        problem.into()
    }
    pub(crate) fn accepts_token(&self, _: &str) -> bool {
        true
    }
}
