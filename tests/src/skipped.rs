//! Saying aloud what was not tried.

use std::io::Write;

/// Writes past the test runner, which keeps what passing tests print to itself.
pub fn skipped(what: &str) {
    let _ = writeln!(std::io::stderr().lock(), "SKIPPED: {what}");
}
