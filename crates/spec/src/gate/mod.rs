//! What the publish gate says of a new description: the comparison with what callers have, who calls what it breaks, what
//! was accepted, and whether it may be published.
//!
//! A [`Report`] is made by the control plane, travels as JSON, and is written for people by [`table`], [`comment`] and
//! [`sarif`]. Whoever wants to publish reads all of it; who the callers are is in it only as far as the reader may know.

mod accept;
mod callers;
mod judge;
mod write;

use serde::{Deserialize, Serialize};

use crate::diff::{Change, Counts, Gap, Severity, Verdict};
use crate::lint::Lint;

pub use self::accept::{ACCEPT_KEY, Acceptance, AcceptanceFault, accepted_in};
pub use self::callers::{Caller, Callers};
pub use self::judge::{judge, operations_felt};
pub use self::write::{comment, sarif, table};

/// How many days back calls count.
pub const USE_DAYS: u16 = 30;

/// Operations named by all changes of one report together; a change says how many it has in all.
pub const MENTIONS_MAX: usize = 20_000;

/// Changes and gaps of each kind in one report; the counts say how many there are.
pub const LISTED_MAX: usize = 500;

/// Whether a description may be published, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// There is nothing to compare with.
    Initial,
    /// Nothing in it breaks callers.
    Passed,
    /// All that breaks callers, or could not be compared, was accepted.
    Accepted,
    /// It is a new version: callers of the one it was compared with go on using that.
    NewVersion,
    /// It breaks callers, and the version does not insist on compatibility.
    NotEnforced,
    /// It breaks callers, or that could not be found out.
    Refused,
}

impl Decision {
    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Passed => "passed",
            Self::Accepted => "accepted",
            Self::NewVersion => "new_version",
            Self::NotEnforced => "not_enforced",
            Self::Refused => "refused",
        }
    }

    /// Whether the description may be published.
    pub fn publishes(self) -> bool {
        self != Self::Refused
    }
}

/// The description that was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// Label of its version.
    pub version: String,
    /// Its number within the version.
    pub revision: i32,
    /// Digest of its bytes, hexadecimal.
    pub sha256: String,
}

/// A change, who is hit by it, and whether it was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedChange {
    #[serde(flatten)]
    pub change: Change,
    /// How many operations it is felt in; `operations` may name fewer.
    pub operations_total: usize,
    /// Recorded calls of those operations. Of breaking changes and of warnings only.
    pub calls: Option<ChangeUse>,
    /// The reason it was accepted with.
    pub accepted: Option<String>,
}

/// Something that could not be compared, and whether that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedGap {
    #[serde(flatten)]
    pub gap: Gap,
    /// The reason it was accepted with.
    pub accepted: Option<String>,
}

/// Recorded calls of the operations of one change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeUse {
    /// Applications that made them.
    pub applications: usize,
    /// How many.
    pub calls: u64,
    /// Names of the busiest of these applications that the reader may see.
    pub names: Vec<String>,
}

/// An application that calls what a change breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationUse {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The team it belongs to.
    pub team: String,
    /// Its calls of operations that break.
    pub calls: u64,
    /// Those operations, the busiest first, at most 20.
    pub operations: Vec<String>,
}

/// Who calls what the breaking changes are about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// How many days back calls count.
    pub days: u16,
    /// Applications that are hit.
    pub applications: usize,
    /// Their calls of operations that break.
    pub calls: u64,
    /// Whether there were too many calls to look at all of them, so that the numbers are lower bounds.
    #[serde(default)]
    pub at_least: bool,
    /// Those applications that the reader may see, the busiest first, at most 100.
    pub listed: Vec<ApplicationUse>,
    /// Every application that is hit, with its calls: for telling their owners, never sent.
    #[serde(skip)]
    pub hit: Vec<(String, u64)>,
}

/// The whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub verdict: Verdict,
    pub decision: Decision,
    /// Nothing when there was nothing to compare with.
    pub compared_with: Option<Base>,
    pub counts: Counts,
    /// Worst first, at most [`LISTED_MAX`] of each severity.
    pub changes: Vec<JudgedChange>,
    /// At most [`LISTED_MAX`].
    pub not_compared: Vec<JudgedGap>,
    pub impact: Impact,
    /// What the tenant's rules find.
    #[serde(default)]
    pub lint: Lint,
}

impl Report {
    /// Nothing was there before.
    pub fn initial() -> Self {
        Self {
            verdict: Verdict::Unchanged,
            decision: Decision::Initial,
            compared_with: None,
            counts: Counts::default(),
            changes: Vec::new(),
            not_compared: Vec::new(),
            impact: Impact::default(),
            lint: Lint::default(),
        }
    }

    /// The report without who calls, which is for each reader to see as far as they may.
    #[must_use]
    pub fn without_callers(&self) -> Self {
        let mut report = self.clone();
        report.with_callers(&Callers::default());
        report
    }

    /// Crosses a stored report with calls as they are now.
    pub fn with_callers(&mut self, callers: &Callers) {
        let mut keys = std::collections::BTreeSet::new();
        let mut is_everywhere = false;
        for judged in &mut self.changes {
            let change = &judged.change;
            if change.severity == Severity::Harmless {
                continue;
            }
            judged.calls = Some(callers.of_change(&change.operations));
            if change.severity == Severity::Breaking {
                is_everywhere |= change.operations.is_empty();
                keys.extend(change.operations.iter().cloned());
            }
        }
        let keys: Vec<_> = keys.into_iter().collect();
        self.impact = callers.of_all((!is_everywhere).then_some(keys.as_slice()));
    }

    /// What is stored as the class of the revision.
    pub fn class(&self) -> &'static str {
        match (self.decision, self.verdict) {
            (Decision::Initial | Decision::NewVersion, _) => "initial",
            (_, Verdict::Unchanged) => "none",
            (_, Verdict::Harmless) => "additive",
            (_, Verdict::Warning) => "warning",
            (_, Verdict::Breaking) => "breaking",
            (_, Verdict::NotCompared) => "not_compared",
        }
    }

    /// The listed changes of one severity.
    pub fn of(&self, severity: Severity) -> impl Iterator<Item = &JudgedChange> {
        let changes = self.changes.iter();
        changes.filter(move |judged| judged.change.severity == severity)
    }

    /// The whole in one sentence that also says what to do.
    pub fn headline(&self) -> String {
        let breaking = counted(self.counts.breaking, "breaking change");
        let gaps = counted(self.counts.not_compared, "part");
        let hit = self.hit();
        let base = self.compared_with.as_ref();
        let version = base.map_or("", |base| base.version.as_str());
        match self.decision {
            Decision::Initial => {
                "The first description: there is nothing to compare with.".to_owned()
            }
            Decision::Passed => match self.verdict {
                Verdict::Unchanged => "Unchanged: callers notice nothing.".to_owned(),
                Verdict::Warning => format!(
                    "Some callers may fail ({}): look at each.",
                    counted(self.counts.warning, "warning")
                ),
                _ => "Harmless: callers are served as before.".to_owned(),
            },
            Decision::Accepted => format!("{breaking} accepted{hit}."),
            Decision::NewVersion if self.verdict == Verdict::NotCompared => format!(
                "A new version, of which {gaps} could not be compared with {version}: callers of {version} go on using that."
            ),
            Decision::NewVersion if self.counts.breaking > 0 => format!(
                "A new version with {breaking} against {version}{hit}: they go on using {version} and have to move."
            ),
            Decision::NewVersion => format!("A new version that breaks nothing of {version}."),
            Decision::NotEnforced => format!(
                "{breaking} and {gaps} that could not be compared{hit}: published, because this version does not insist on compatibility."
            ),
            Decision::Refused if self.counts.not_compared > 0 => format!(
                "Not everything could be compared ({gaps}, {breaking}){hit}: settle what is listed, accept it, or publish a new version."
            ),
            Decision::Refused => format!(
                "{breaking}{hit}: publish a new version, undo what breaks, or have it accepted."
            ),
        }
    }

    fn hit(&self) -> String {
        if self.counts.breaking == 0 || self.compared_with.is_none() {
            return String::new();
        }
        format!(", {}", self.impact.words())
    }
}

impl Impact {
    /// `4 applications, 12,310 calls in 30 days`.
    pub fn words(&self) -> String {
        let words = use_words(self.applications, self.calls, self.days);
        if self.at_least {
            return format!("at least {words}");
        }
        words
    }
}

impl ChangeUse {
    /// `4 applications, 12,310 calls in 30 days` or `No calls in 30 days`: the beginning of a sentence.
    pub fn words(&self) -> String {
        if self.applications == 0 {
            return format!("No calls in {USE_DAYS} days");
        }
        use_words(self.applications, self.calls, USE_DAYS)
    }
}

fn use_words(applications: usize, calls: u64, days: u16) -> String {
    if applications == 0 {
        return format!("no calls in {days} days");
    }
    let calls_word = if calls == 1 { "call" } else { "calls" };
    format!(
        "{}, {} {calls_word} in {days} days",
        counted(applications, "application"),
        grouped(calls)
    )
}

/// `1 part`, `2 parts`.
fn counted(count: usize, what: &str) -> String {
    let number = grouped(u64::try_from(count).unwrap_or(u64::MAX));
    if count == 1 {
        format!("{number} {what}")
    } else {
        format!("{number} {what}s")
    }
}

/// A number with its thousands apart: `12,310`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_310, "12,310"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(
            use_words(4, 12_310, 30),
            "4 applications, 12,310 calls in 30 days"
        );
        assert_eq!(use_words(1, 1, 30), "1 application, 1 call in 30 days");
        assert_eq!(use_words(0, 0, 30), "no calls in 30 days");
    }
}
