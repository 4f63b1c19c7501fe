//! The number of a release in a path: what is none is not found.

use gatehouse_web::{Problem, ProblemKind};

pub(super) fn number(text: &str) -> Result<i64, Problem> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|number: &i64| digits && *number > 0)
        .ok_or_else(|| Problem::new(ProblemKind::NotFound))
}
