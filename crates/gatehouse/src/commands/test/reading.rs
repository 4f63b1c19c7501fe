//! Reading case files. Every fault is told at once, each with its line and column.

mod reader;

use std::fmt;
use std::path::Path;

use anyhow::Context;
use gatehouse_spec::{Limits, file};

use self::reader::Reader;
use super::cases::CaseFile;
use crate::remote::one_line;

/// The fields of each part of a file; the schema has the same.
pub(super) const FILE: &[&str] = &["cases"];
pub(super) const CASE: &[&str] = &[
    "name",
    "as",
    "environment",
    "request",
    "times",
    "backend",
    "expect",
    "then",
];
pub(super) const STEP: &[&str] = &["request", "times", "backend", "expect"];
pub(super) const ACCESS: &[&str] = &["api", "product", "plan", "environment"];
pub(super) const REQUEST: &[&str] = &["method", "path", "headers", "body"];
pub(super) const BACKEND: &[&str] = &["status", "headers", "body", "delay_ms"];
pub(super) const EXPECT: &[&str] = &["status", "code", "headers", "body", "received"];
pub(super) const RECEIVED: &[&str] = &["target", "method", "path", "query", "headers", "body"];

/// Most cases of one file.
pub(super) const CASES_MAX: usize = 1_000;
/// Most faults that are told of one file.
pub(super) const FAULTS_MAX: usize = 100;
/// Most calls of one step.
pub(super) const TIMES_MAX: u64 = 10_000;
/// Longest pause of the backend, milliseconds.
pub(super) const DELAY_MS_MAX: u64 = 60_000;

/// A fault of a case file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) column: usize,
    /// Where in the file (RFC 6901).
    pub(super) pointer: String,
    pub(super) detail: String,
}

impl fmt::Display for Fault {
    /// One line, whatever the file holds: it may be anybody's.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = (self.line, self.column);
        let text = format!(
            "{}:{line}:{column}: {}: {}",
            self.file, self.pointer, self.detail
        );
        formatter.write_str(&one_line(&text))
    }
}

/// Reads a file. The outer error is one of the file system.
pub(super) fn open(path: &Path) -> anyhow::Result<Result<CaseFile, Vec<Fault>>> {
    let name = path.display().to_string();
    let text = std::fs::read(path).with_context(|| format!("reading {name}"))?;
    Ok(read(name, text))
}

/// Reads the text of a file.
pub(super) fn read(path: String, text: Vec<u8>) -> Result<CaseFile, Vec<Fault>> {
    let value = file::read(&text, &Limits::default()).map_err(|errors| {
        let fault = |error: gatehouse_spec::Finding| Fault {
            file: path.clone(),
            line: error.location.map_or(1, |at| at.line),
            column: error.location.map_or(1, |at| at.column),
            pointer: error.pointer,
            detail: error.message,
        };
        errors.errors.into_iter().map(fault).collect::<Vec<_>>()
    })?;
    let mut reader = Reader::default();
    let cases = reader.file(&value);
    let file = CaseFile { path, cases, text };
    if reader.faults.is_empty() {
        return Ok(file);
    }
    let more = reader.faults.len().saturating_sub(FAULTS_MAX);
    if more > 0 {
        reader.faults.truncate(FAULTS_MAX);
        reader.fault("", format!("There are {more} more; mend these first."));
    }
    let located = reader.faults.into_iter().map(|(pointer, detail)| {
        let (line, column) = file.place(&pointer);
        Fault {
            file: file.path.clone(),
            line,
            column,
            pointer,
            detail,
        }
    });
    Err(located.collect())
}

#[cfg(test)]
mod tests;
