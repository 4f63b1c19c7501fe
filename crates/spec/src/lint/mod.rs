//! What a tenant's rules ask of a description, beyond that it can be served.
//!
//! [`lint`] walks the document in the shape of OpenAPI 3.1, whatever it was written in, and tells each finding with its
//! rule, its level and its place in the source. The same function runs on a developer's machine and on publish, so both
//! say the same. `rule.rs` is the table of rules, and docs/lint-rules.md is made from it.

mod check;
mod fits;
mod reference;
mod rule;
mod rule_words;
mod walk;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::description::Description;
use crate::diff::places::in_source;
use crate::finding::Location;
use crate::read;

pub use self::reference::reference;
pub use self::rule::Rule;

use self::check::Checks;

/// Findings of one rule that are listed; all are counted.
pub const LISTED_MAX: usize = 25;

/// What a finding does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The rule is not looked at.
    Off,
    /// It is told.
    Warn,
    /// The description is not published.
    Block,
}

impl Level {
    pub const ALL: [Self; 3] = [Self::Off, Self::Warn, Self::Block];

    /// The stable text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warn => "warn",
            Self::Block => "block",
        }
    }

    /// Reads [`Level::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }
}

/// The level of every rule: its own, or what a tenant set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels(BTreeMap<Rule, Level>);

impl Levels {
    /// Sets the level of a rule.
    pub fn set(&mut self, rule: Rule, level: Level) {
        self.0.insert(rule, level);
    }

    /// The level of a rule.
    pub fn of(&self, rule: Rule) -> Level {
        self.0.get(&rule).copied().unwrap_or(rule.level())
    }

    /// Reads levels: `{"path-casing": "block"}`, or the list that the server answers, `[{"id": …, "level": …}]`. Every fault
    /// is named.
    pub fn from_json(value: &serde_json::Value) -> Result<Self, Vec<String>> {
        let text = |value: Option<&serde_json::Value>| {
            let text = value.and_then(serde_json::Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let pairs: Vec<(String, String)> = match value {
            serde_json::Value::Object(rules) => rules
                .iter()
                .map(|(id, level)| (id.clone(), text(Some(level))))
                .collect(),
            serde_json::Value::Array(rules) => rules
                .iter()
                .map(|rule| (text(rule.get("id")), text(rule.get("level"))))
                .collect(),
            _ => return Err(vec!["Write an object of rules and levels.".to_owned()]),
        };
        let mut levels = Self::default();
        let mut faults = Vec::new();
        for (id, level) in pairs {
            match (Rule::parse(&id), Level::parse(&level)) {
                (Some(rule), Some(level)) => levels.set(rule, level),
                (None, _) => faults.push(format!("There is no rule '{id}'.")),
                (_, None) => faults.push(format!("The level of '{id}' is off, warn or block.")),
            }
        }
        if faults.is_empty() {
            Ok(levels)
        } else {
            Err(faults)
        }
    }
}

/// One thing that a rule speaks against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub rule: Rule,
    pub level: Level,
    /// One sentence; names of the author's stand in backticks.
    pub message: String,
    /// RFC 6901, into the source as it was written.
    pub pointer: String,
    /// Where that is, or the nearest thing around it.
    pub location: Option<Location>,
}

impl Finding {
    /// `block  path-casing  12:5  sentence`.
    pub fn line(&self) -> String {
        let place = self.location.map_or_else(
            || "-".to_owned(),
            |place| format!("{}:{}", place.line, place.column),
        );
        format!(
            "{:<5}  {}  {place}  {}",
            self.level.as_str(),
            self.rule.id(),
            self.message
        )
    }
}

/// Everything that the rules found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lint {
    /// Those that block first, then in the order of the rules; at most [`LISTED_MAX`] of each.
    pub findings: Vec<Finding>,
    /// Findings that block, those that are not listed included.
    pub blocking: usize,
    /// Findings that are only told.
    pub warnings: usize,
}

/// Looks at a description with every rule that is not off. `source` is what it was read from.
pub fn lint(description: &Description, source: &[u8], levels: &Levels) -> Lint {
    let mut checks = Checks::new(description, levels);
    checks.run();
    let mut lint = Lint::default();
    for (rule, found) in checks.found {
        let level = levels.of(rule);
        let count = if level == Level::Block {
            &mut lint.blocking
        } else {
            &mut lint.warnings
        };
        *count += found.count;
        lint.findings
            .extend(found.listed.into_iter().map(|(pointer, message)| Finding {
                rule,
                level,
                message,
                pointer: in_source(description.format(), pointer),
                location: None,
            }));
    }
    lint.findings
        .sort_by_key(|finding| std::cmp::Reverse(finding.level));
    let pointers = lint.findings.iter().map(|finding| finding.pointer.as_str());
    let places = read::places(source, pointers);
    for finding in &mut lint.findings {
        finding.location = places.nearest(&finding.pointer);
    }
    lint
}
