//! What a comparison says: changes, what could not be compared, and the verdict of both.

use gatehouse_domain::OperationKey;
use serde::{Deserialize, Serialize};

use super::rule::Rule;
use crate::finding::Location;

/// How bad a change is for those who call the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Every caller that kept to the old description is served as before.
    Harmless,
    /// Some callers that kept to it may fail.
    Warning,
    /// Callers that kept to it will fail.
    Breaking,
}

impl Severity {
    /// Worst first.
    pub const ALL: [Self; 3] = [Self::Breaking, Self::Warning, Self::Harmless];

    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Harmless => "harmless",
            Self::Warning => "warning",
            Self::Breaking => "breaking",
        }
    }
}

/// One of the two descriptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Before,
    After,
}

/// A place in one of the two descriptions, as its author wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// RFC 6901. Of what is not in this description: what it would stand in.
    pub pointer: String,
    /// Where that is in the source, or the nearest thing around it; nothing as long as no source
    /// was given.
    #[serde(flatten)]
    pub location: Option<Location>,
}

impl Spot {
    pub(super) fn at(pointer: String) -> Self {
        Self {
            pointer,
            location: None,
        }
    }
}

/// The same place in both descriptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spots {
    pub before: Spot,
    pub after: Spot,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub rule: Rule,
    pub severity: Severity,
    /// One sentence for people; names of the author's stand in backticks.
    pub message: String,
    #[serde(flatten)]
    pub spots: Spots,
    /// The operations it is felt in, in the order of the descriptions: every one that uses a shared
    /// schema. Empty when it concerns the description as a whole.
    pub operations: Vec<OperationKey>,
}

/// Why something could not be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapReason {
    /// A description could not be read at all.
    Unreadable,
    /// A reference names nothing.
    UnresolvedReference,
    /// A construct whose change has no known effect.
    Unsupported,
    /// Something that is not of the shape its specification asks for.
    Malformed,
    /// More than a comparison may cost.
    TooLarge,
}

impl GapReason {
    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::UnresolvedReference => "unresolved_reference",
            Self::Unsupported => "unsupported",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
        }
    }
}

/// Something that differs, or may, and could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub reason: GapReason,
    /// One sentence for people.
    pub message: String,
    #[serde(flatten)]
    pub spots: Spots,
    /// As in [`Change::operations`].
    pub operations: Vec<OperationKey>,
}

/// The whole in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing that a caller could notice.
    Unchanged,
    Harmless,
    Warning,
    Breaking,
    /// Part of it could not be compared, whatever the rest says.
    NotCompared,
}

impl Verdict {
    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Harmless => "harmless",
            Self::Warning => "warning",
            Self::Breaking => "breaking",
            Self::NotCompared => "not_compared",
        }
    }
}

/// How many of each kind there are, those that are not listed included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub breaking: usize,
    pub warning: usize,
    pub harmless: usize,
    pub not_compared: usize,
}

/// How many changes of one severity, and how many gaps, are listed of one comparison.
pub const LISTED_MAX: usize = 2_000;

/// Two descriptions compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Worst first, then in the order of the descriptions; at most [`LISTED_MAX`] of each
    /// severity.
    pub changes: Vec<Change>,
    /// At most [`LISTED_MAX`].
    pub gaps: Vec<Gap>,
    pub counts: Counts,
}

impl Comparison {
    pub fn verdict(&self) -> Verdict {
        // A gap may hide anything, so it outweighs even what is known to break: whoever accepts
        // breaking changes has not accepted what nobody has seen.
        if self.counts.not_compared > 0 {
            Verdict::NotCompared
        } else if self.counts.breaking > 0 {
            Verdict::Breaking
        } else if self.counts.warning > 0 {
            Verdict::Warning
        } else if self.counts.harmless > 0 {
            Verdict::Harmless
        } else {
            Verdict::Unchanged
        }
    }

    /// The listed changes of one severity.
    pub fn of(&self, severity: Severity) -> impl Iterator<Item = &Change> {
        self.changes
            .iter()
            .filter(move |change| change.severity == severity)
    }

    pub(super) fn unchanged() -> Self {
        Self {
            changes: Vec::new(),
            gaps: Vec::new(),
            counts: Counts::default(),
        }
    }
}

impl Counts {
    /// Of one severity.
    pub fn of(&self, severity: Severity) -> usize {
        match severity {
            Severity::Breaking => self.breaking,
            Severity::Warning => self.warning,
            Severity::Harmless => self.harmless,
        }
    }

    pub(super) fn add(&mut self, severity: Severity) {
        let count = match severity {
            Severity::Breaking => &mut self.breaking,
            Severity::Warning => &mut self.warning,
            Severity::Harmless => &mut self.harmless,
        };
        *count += 1;
    }
}
