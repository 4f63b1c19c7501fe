//! An answer of the admin API that was not a success.

use std::fmt;
use std::process::ExitCode;

use serde_json::Value;

use crate::output::{self, exit};

/// A problem (RFC 9457), as the admin API told it.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) status: u16,
    pub(crate) problem: Value,
}

impl std::error::Error for Refused {}

/// One line: `code: what is wrong`.
impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = match self.text("code") {
            "" => format!("http_{}", self.status),
            code => code.to_owned(),
        };
        let what = [self.text("detail"), self.text("title")]
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or("the answer explains nothing");
        write!(f, "{code}: {what}")
    }
}

impl Refused {
    fn text(&self, name: &str) -> &str {
        self.problem[name].as_str().unwrap_or_default()
    }

    /// Writes code, faults, fix and request id, and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        output::talk(format!("gatehouse: {self}"));
        for fault in self.problem["errors"].as_array().into_iter().flatten() {
            let place = match (fault["line"].as_u64(), fault["column"].as_u64()) {
                (Some(line), Some(column)) => format!("{line}:{column} "),
                _ => String::new(),
            };
            let word = |name: &str| fault[name].as_str().unwrap_or_default().to_owned();
            output::talk(format!("  {place}{}: {}", word("pointer"), word("detail")));
        }
        for (label, name) in [("Fix", "fix"), ("Request", "request_id")] {
            if !self.text(name).is_empty() {
                output::talk(format!("{label}: {}", self.text(name)));
            }
        }
        ExitCode::from(if self.status == 401 {
            exit::NOT_SIGNED_IN
        } else {
            exit::FAILED
        })
    }
}
