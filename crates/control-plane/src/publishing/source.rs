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
    /// The name of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Who wrote the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
}

impl Source {
    /// Refuses parts that are too long or hold control characters.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let mut faults = Faults::default();
        for (pointer, part) in [
            ("/source/commit", &self.commit),
            ("/source/branch", &self.branch),
            ("/source/ci_run", &self.ci_run),
            ("/source/file", &self.file),
            ("/source/author", &self.author),
        ] {
            if let Some(part) = part {
                faults.optional_text(pointer, part, 300);
            }
        }
        faults.finish()
    }
}
