//! What an author accepts in the description itself: `x-gatehouse-accept`, a list of `{rule, location, reason}`.

use serde_json::Value;

use crate::description::Description;
use crate::diff::{GapReason, Rule, Spots};
use crate::finding::Location;
use crate::read;

/// The member of the description's root.
pub const ACCEPT_KEY: &str = "x-gatehouse-accept";

/// Entries of one description.
const ENTRIES_MAX: usize = 200;
/// Characters of a reason.
const REASON_MAX: usize = 500;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// Id of a rule, or `not-compared-…`.
    pub rule: String,
    /// A JSON pointer in either description, as a report shows it, or an operation as `GET /pets/{id}`.
    pub location: String,
    pub reason: String,
}

/// An entry that says nothing usable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptanceFault {
    /// RFC 6901, into the source.
    pub pointer: String,
    pub place: Option<Location>,
    /// What is wrong, and what to write instead.
    pub message: String,
}

/// The rule of a gap, as reports and acceptances name it.
pub(super) fn gap_rule(reason: GapReason) -> String {
    format!("not-compared-{}", reason.as_str().replace('_', "-"))
}

/// Reads the entries. An entry with a fault accepts nothing, and every fault is told: whoever wrote it believes that it
/// does.
pub fn accepted_in(
    description: &Description,
    source: &[u8],
) -> Result<Vec<Acceptance>, Vec<AcceptanceFault>> {
    let Some(entries) = description.document().get(ACCEPT_KEY) else {
        return Ok(Vec::new());
    };
    let mut faults = Vec::new();
    let mut accepted = Vec::new();
    let mut fault = |pointer: String, message: &str| {
        faults.push(AcceptanceFault {
            pointer,
            place: None,
            message: message.to_owned(),
        });
    };
    let here = format!("/{ACCEPT_KEY}");
    match entries.as_array() {
        None => fault(
            here,
            "Write a list of entries, each with rule, location and reason.",
        ),
        Some(entries) if entries.len() > ENTRIES_MAX => fault(
            here,
            "There are more than 200 entries: publish a new version instead.",
        ),
        Some(entries) => {
            for (index, entry) in entries.iter().enumerate() {
                let at = format!("{here}/{index}");
                match one(entry) {
                    Ok(entry) => accepted.push(entry),
                    Err((member, message)) => fault(format!("{at}{member}"), message),
                }
            }
        }
    }
    if faults.is_empty() {
        return Ok(accepted);
    }
    let places = read::places(source, faults.iter().map(|fault| fault.pointer.as_str()));
    for fault in &mut faults {
        fault.place = places.nearest(&fault.pointer);
    }
    Err(faults)
}

fn one(entry: &Value) -> Result<Acceptance, (&'static str, &'static str)> {
    let Some(members) = entry.as_object() else {
        return Err(("", "Write an object with rule, location and reason."));
    };
    let text = |name: &str| {
        let text = members
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default();
        text.trim().to_owned()
    };
    let (rule, location, reason) = (text("rule"), text("location"), text("reason"));
    let is_known = Rule::parse(&rule).is_some() || rule.starts_with("not-compared-");
    if !is_known {
        return Err(("/rule", "Name a rule by its id, as the report shows it."));
    }
    if location.is_empty() {
        return Err((
            "/location",
            "Say where: the pointer that the report shows, or an operation such as GET /pets/{id}.",
        ));
    }
    if reason.is_empty() || reason.chars().count() > REASON_MAX {
        return Err((
            "/reason",
            "Say why callers can bear it, in 1 to 500 characters.",
        ));
    }
    Ok(Acceptance {
        rule,
        location,
        reason,
    })
}

/// The reason of the entry that is about this.
pub(super) fn reason_for(
    entries: &[Acceptance],
    rule: &str,
    spots: &Spots,
    operations: &[gatehouse_domain::OperationKey],
) -> Option<String> {
    let is_about = |entry: &&Acceptance| {
        entry.rule == rule
            && (entry.location == spots.before.pointer
                || entry.location == spots.after.pointer
                || names_all(&entry.location, operations))
    };
    entries
        .iter()
        .find(is_about)
        .map(|entry| entry.reason.clone())
}

/// Whether `GET /pets/{id}` is the one operation that a change is felt in. One that is felt in others too is named by its
/// pointer, so that nobody accepts more than was looked at.
fn names_all(location: &str, operations: &[gatehouse_domain::OperationKey]) -> bool {
    let Some((method, path)) = location.split_once(' ') else {
        return false;
    };
    let key = gatehouse_domain::OperationKey::new(method, path.trim());
    matches!(operations, [only] if *only == key)
}
