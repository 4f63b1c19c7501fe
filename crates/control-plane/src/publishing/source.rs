//! Where a description came from, as its publisher says.

use serde::{Deserialize, Serialize};

use crate::refusal::{Faults, Refusal};

/// Where a description came from. Every part is optional and at most 300 characters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The commit it was built from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The branch or tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// The pipeline run, as an address or a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ci_run: Option<String>,
    /// The address it was fetched from, without its query, which may hold a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The name of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Who wrote the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
}

/// Longest part of a source, characters.
const PART_MAX: usize = 300;

impl Source {
    /// The same, of a description that was fetched. What comes after the path of its address may be a secret, and is not kept.
    #[must_use]
    pub fn fetched_from(self, url: &str) -> Self {
        let place = url.split(['?', '#']).next().unwrap_or_default();
        let told = place.chars().filter(|c| !c.is_control());
        Self {
            url: Some(told.take(PART_MAX).collect()),
            ..self
        }
    }

    /// Refuses parts that are too long or hold control characters.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let mut faults = Faults::default();
        for (pointer, part) in [
            ("/source/commit", &self.commit),
            ("/source/branch", &self.branch),
            ("/source/ci_run", &self.ci_run),
            ("/source/url", &self.url),
            ("/source/file", &self.file),
            ("/source/author", &self.author),
        ] {
            if let Some(part) = part {
                faults.optional_text(pointer, part, PART_MAX);
            }
        }
        faults.finish()
    }
}
