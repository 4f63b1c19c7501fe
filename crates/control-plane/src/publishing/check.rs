//! What publishing would make of a description looked at by itself: the same reading, operation by operation, and nothing
//! stored.

use gatehouse_language::t;
use gatehouse_spec::lint::Lint;
use gatehouse_spec::{Finding, Location, SpecErrors};
use serde::Serialize;

use super::batch::in_batches;
use super::ground::Measure;
use super::read::{Failure, judged};
use crate::refusal::FieldFault;

/// A description that may be published as a first one.
#[derive(Debug, Clone, Serialize)]
pub struct CheckedSpec {
    /// As in `openapi-3.0`.
    pub format: &'static str,
    /// How many it has, webhooks included.
    pub operations: usize,
    /// What would be stored for their pages.
    pub fragment_bytes: usize,
    /// What is wrong with it but tolerated, the first hundred.
    pub warnings: Vec<Finding>,
    /// How many more.
    pub warnings_dropped: usize,
    /// What the rules find at their own levels.
    pub lint: Lint,
}

/// Something that has to be put right before it may be published.
#[derive(Debug, Clone, Serialize)]
pub struct SpecFault {
    /// Stable.
    pub code: &'static str,
    /// What is wrong, and what to write instead.
    pub message: String,
    /// RFC 6901, into the source.
    pub pointer: String,
    /// Where that is in the source.
    pub location: Option<Location>,
}

/// Why a description may not be published.
#[derive(Debug, Clone, Serialize)]
pub struct SpecFaults {
    /// Never empty, at most a hundred.
    pub faults: Vec<SpecFault>,
    /// How many more.
    pub dropped: usize,
}

/// Reads a description as publishing does. Takes about a second per 20 MB: call it where blocking is allowed.
pub fn check_spec(content: &[u8]) -> Result<CheckedSpec, SpecFaults> {
    let (description, findings) = judged(content, &Measure::default()).map_err(SpecFaults::from)?;
    let (mut operations, mut fragment_bytes) = (0, 0);
    in_batches(&description, |batch| {
        operations += batch.fragments.len();
        fragment_bytes += batch.fragments.iter().map(String::len).sum::<usize>();
        true
    });
    Ok(CheckedSpec {
        format: description.format().as_str(),
        operations,
        fragment_bytes,
        warnings: description.warnings().to_vec(),
        warnings_dropped: description.warnings_dropped(),
        lint: findings.lint,
    })
}

impl SpecFault {
    /// In one line, with its place: "Line 3, column 5: …".
    pub fn line(&self) -> String {
        match self.location {
            Some(place) => t!(
                "refused-apis-line-column",
                line = place.line.to_string(),
                column = place.column.to_string(),
                message = &self.message
            ),
            None => self.message.clone(),
        }
    }
}

impl From<FieldFault> for SpecFault {
    fn from(fault: FieldFault) -> Self {
        Self {
            code: fault.code,
            message: fault.detail,
            pointer: fault.pointer,
            location: fault.place.map(|(line, column)| Location { line, column }),
        }
    }
}

impl From<SpecErrors> for SpecFaults {
    fn from(errors: SpecErrors) -> Self {
        let faults = errors.errors.into_iter().map(|finding| SpecFault {
            code: finding.code.as_str(),
            message: finding.message,
            pointer: finding.pointer,
            location: finding.location,
        });
        Self {
            faults: faults.collect(),
            dropped: errors.dropped,
        }
    }
}

impl From<Failure> for SpecFaults {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Spec(errors) => errors.into(),
            Failure::Acceptances(faults) => {
                let faults = faults.into_iter().map(|fault| SpecFault {
                    code: "acceptance",
                    message: fault.message,
                    pointer: fault.pointer,
                    location: fault.place,
                });
                Self {
                    faults: faults.collect(),
                    dropped: 0,
                }
            }
        }
    }
}
