//! What was found wrong with a description, and where.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many errors, and how many warnings, are kept of one description.
pub const FINDINGS_MAX: usize = 100;

/// A place in the source. Line and column count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    pub line: usize,
    pub column: usize,
}

/// The closed list of things that can be wrong. The text form is stable: clients may match on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(into = "&'static str")]
pub enum FindingCode {
    Encoding,
    Syntax,
    TooLarge,
    TooDeep,
    DuplicateKey,
    NotADescription,
    UnknownVersion,
    MissingInfo,
    MissingTitle,
    MissingVersion,
    WrongType,
    PathTemplate,
    DuplicateOperation,
    DuplicateOperationId,
    MissingResponses,
    NoOperations,
    PathParameter,
    UnresolvedReference,
    ExternalReference,
    ReferenceLoop,
    NotConverted,
    NotOpenApi30,
}

impl FindingCode {
    /// The stable text form, as in `unresolved_reference`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Encoding => "encoding",
            Self::Syntax => "syntax",
            Self::TooLarge => "too_large",
            Self::TooDeep => "too_deep",
            Self::DuplicateKey => "duplicate_key",
            Self::NotADescription => "not_a_description",
            Self::UnknownVersion => "unknown_version",
            Self::MissingInfo => "missing_info",
            Self::MissingTitle => "missing_title",
            Self::MissingVersion => "missing_version",
            Self::WrongType => "wrong_type",
            Self::PathTemplate => "path_template",
            Self::DuplicateOperation => "duplicate_operation",
            Self::DuplicateOperationId => "duplicate_operation_id",
            Self::MissingResponses => "missing_responses",
            Self::NoOperations => "no_operations",
            Self::PathParameter => "path_parameter",
            Self::UnresolvedReference => "unresolved_reference",
            Self::ExternalReference => "external_reference",
            Self::ReferenceLoop => "reference_loop",
            Self::NotConverted => "not_converted",
            Self::NotOpenApi30 => "not_openapi_3_0",
        }
    }
}

impl From<FindingCode> for &'static str {
    fn from(code: FindingCode) -> Self {
        code.as_str()
    }
}

/// One fault or warning. `pointer` is an RFC 6901 JSON pointer into the source as it was written
/// (also for Swagger 2.0); when `location` could not be found for it, that of the nearest thing
/// around it is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub code: FindingCode,
    pub message: String,
    pub pointer: String,
    pub location: Option<Location>,
}

impl Finding {
    pub(crate) fn new(
        code: FindingCode,
        pointer: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            code,
            message: message.into(),
            pointer: pointer.into(),
            location: None,
        }
    }

    pub(crate) fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Location { line, column }) = self.location {
            write!(f, "line {line}, column {column}: ")?;
        }
        f.write_str(&self.message)?;
        if self.pointer.is_empty() {
            Ok(())
        } else {
            write!(f, " (at {})", self.pointer)
        }
    }
}

/// A bounded list: the first [`FINDINGS_MAX`] are kept, the rest counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Findings {
    pub(crate) kept: Vec<Finding>,
    pub(crate) dropped: usize,
}

impl Findings {
    pub(crate) fn push(&mut self, finding: Finding) {
        if self.kept.len() < FINDINGS_MAX {
            self.kept.push(finding);
        } else {
            self.dropped += 1;
        }
    }
}

/// Why a description was refused: every fault found in one reading, in the order of the checks,
/// at most [`FINDINGS_MAX`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpecErrors {
    /// Never empty.
    pub errors: Vec<Finding>,
    /// How many more there were.
    pub dropped: usize,
}

impl SpecErrors {
    pub(crate) fn one(finding: Finding) -> Self {
        Self {
            errors: vec![finding],
            dropped: 0,
        }
    }
}

impl From<Findings> for SpecErrors {
    fn from(findings: Findings) -> Self {
        Self {
            errors: findings.kept,
            dropped: findings.dropped,
        }
    }
}

impl fmt::Display for SpecErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        if self.dropped > 0 {
            write!(f, "\nand {} more", self.dropped)?;
        }
        Ok(())
    }
}

impl std::error::Error for SpecErrors {}
