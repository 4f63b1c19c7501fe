//! What the command line writes: data to standard output, talk to standard error.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::remote::Refused;

/// Exit codes of every verb (documented in docs/cli.md).
pub(crate) mod exit {
    /// The verb did what was asked.
    pub(crate) const DONE: u8 = 0;
    /// The verb did not do what was asked.
    pub(crate) const FAILED: u8 = 1;
    /// What was given cannot be used; clap ends with it too.
    pub(crate) const USAGE: u8 = 2;
    /// There are changes, and `--exit-code` asked.
    pub(crate) const CHANGES: u8 = 3;
    /// There are changes that break callers.
    pub(crate) const BREAKING: u8 = 4;
    /// Not signed in.
    pub(crate) const NOT_SIGNED_IN: u8 = 5;
    /// Something could not be compared.
    pub(crate) const NOT_COMPARED: u8 = 6;
    /// Cases could not be run.
    pub(crate) const NOT_RUN: u8 = 6;
}

/// Writes a line of data. A reader that went away (`| head`) is no error.
pub(crate) fn data(line: impl AsRef<str>) -> io::Result<()> {
    match writeln!(io::stdout().lock(), "{}", line.as_ref()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Writes data as it is.
pub(crate) fn bytes(content: &[u8]) -> io::Result<()> {
    match io::stdout().lock().write_all(content) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Writes a line of talk.
pub(crate) fn talk(line: impl AsRef<str>) {
    // Nowhere is left to report that standard error is gone.
    let _ = writeln!(io::stderr().lock(), "{}", line.as_ref());
}

/// Reports why a verb failed, cause by cause; what the admin API refused with everything it said of it.
pub(crate) fn fail(error: &anyhow::Error) -> ExitCode {
    if let Some(refused) = error.downcast_ref::<Refused>() {
        return refused.report();
    }
    talk(format!("gatehouse: {error:#}"));
    ExitCode::from(exit::FAILED)
}
