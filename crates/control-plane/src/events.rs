//! The closed list of events: what they are called, what they say, and who may have them sent.
//!
//! Every event a verb emits is one of these, which a test reads from the sources; what it carries is held against the list wherever
//! assertions are compiled in, so in every test. `docs/events.md` is generated from it.

mod catalogue;
mod shape;
mod words;

use std::fmt::Write;

use serde_json::{Map, Value};

pub use catalogue::EVENTS;
pub use shape::Shape;

/// A type of event.
#[derive(Debug)]
pub struct EventType {
    /// `noun.happened`.
    pub kind: &'static str,
    /// When it is emitted, as a sentence.
    pub says: &'static str,
    /// What its payload has.
    pub members: &'static [Member],
    /// Whether webhooks may ask for it.
    pub sent: bool,
    /// Whether people are told of it at all, and may they choose not to be.
    pub notice: Notice,
}

/// How people are told of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Not at all.
    None,
    /// In the inbox only.
    Inbox,
    /// In the inbox and by mail, as each person prefers.
    Mail,
    /// In the inbox and by mail at once, whatever a person prefers: something of theirs stops working.
    Required,
}

/// A member of a payload.
#[derive(Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// Its shape.
    pub shape: Shape,
    /// Whether it is always there and never null.
    pub always: bool,
}

/// Finds a type by its name.
pub fn find(kind: &str) -> Option<&'static EventType> {
    EVENTS.iter().find(|known| known.kind == kind)
}

/// Holds what is about to be emitted against the list: tests fail, a released program says so and goes on.
pub(crate) fn check(kind: &str, payload: &Value) {
    let fault = match find(kind) {
        Some(known) => known.fault(payload),
        None => Some(format!("{kind} is not in events/catalogue.rs")),
    };
    debug_assert_eq!(fault, None);
    if let Some(fault) = fault {
        tracing::error!(kind, fault, "an event is not as the list says");
    }
}

/// Whether webhooks may ask for this type, or for this group (`api.*`).
pub fn is_offered(wanted: &str) -> bool {
    EVENTS.iter().filter(|known| known.sent).any(|known| {
        known.kind == wanted
            || wanted
                .strip_suffix('*')
                .is_some_and(|group| group.ends_with('.') && known.kind.starts_with(group))
    })
}

impl EventType {
    /// A payload as this type has it, for documents and tests.
    pub fn example(&self) -> Value {
        let members = self
            .members
            .iter()
            .map(|member| (member.name.to_owned(), member.shape.example(member.name)));
        Value::Object(members.collect::<Map<_, _>>())
    }

    /// What is wrong with a payload of this type, if anything.
    pub fn fault(&self, payload: &Value) -> Option<String> {
        for member in self.members {
            let found = &payload[member.name];
            if found.is_null() && !member.always {
                continue;
            }
            if !member.shape.fits(found) {
                return Some(format!(
                    "{}: the member '{}' should be {}, and is {found}",
                    self.kind,
                    member.name,
                    member.shape.words()
                ));
            }
        }
        None
    }
}

/// The list as a document.
pub fn reference() -> String {
    let mut text = String::new();
    for event in EVENTS {
        let told = match event.notice {
            Notice::None => "nobody",
            Notice::Inbox => "inbox",
            Notice::Mail => "inbox and mail, as each person prefers",
            Notice::Required => "inbox and mail, always",
        };
        let sent = if event.sent { "yes" } else { "no" };
        // Writing to a string has no way to fail.
        let _ = writeln!(
            text,
            "\n## `{}`\n\n{} Webhooks: {sent}. People are told by: {told}.\n\n| member | what it is | always there |\n|---|---|---|",
            event.kind, event.says
        );
        for member in event.members {
            let always = if member.always { "yes" } else { "may be null" };
            let _ = writeln!(
                text,
                "| `{}` | {} | {always} |",
                member.name,
                member.shape.words()
            );
        }
        let example = serde_json::to_string_pretty(&event.example()).unwrap_or_default();
        let _ = writeln!(text, "\n```json\n{example}\n```");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    #[test]
    fn every_type_is_named_once_and_its_example_is_as_it_says() {
        let mut names = BTreeSet::new();
        for event in EVENTS {
            assert!(names.insert(event.kind), "{} is there twice", event.kind);
            assert_eq!(event.fault(&event.example()), None);
            assert!(
                event.kind.split_once('.').is_some() && event.says.ends_with('.'),
                "{}",
                event.kind
            );
            // Each member that must be there is missed.
            for member in event.members.iter().filter(|member| member.always) {
                let mut without = event.example();
                without[member.name] = Value::Null;
                let fault = event
                    .fault(&without)
                    .unwrap_or_else(|| panic!("{} without {}", event.kind, member.name));
                assert!(fault.contains(member.name), "{fault}");
            }
        }
    }

    #[test]
    fn a_payload_that_is_not_as_the_list_says_is_told() {
        let changed = find("team.changed").unwrap();
        let told = changed
            .fault(&json!({ "team": "app_00000000000000000000000001" }))
            .unwrap();
        assert!(told.contains("'team'"), "{told}");
        assert_eq!(
            changed.fault(&json!({ "team": "team_00000000000000000000000001" })),
            None
        );
    }

    /// Words of the form `noun.verb` in quotes.
    fn words(text: &str) -> impl Iterator<Item = &str> {
        text.split('"').skip(1).step_by(2).filter(|word| {
            word.split_once('.').is_some_and(|(noun, verb)| {
                let plain = |part: &str| {
                    !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c == '_')
                };
                plain(noun) && plain(verb)
            })
        })
    }

    #[test]
    fn every_event_the_sources_emit_is_on_the_list() {
        let mut found = BTreeSet::new();
        let mut folders = vec![std::path::PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src"
        ))];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                for (start, _) in text
                    .match_indices(".emit(")
                    .chain(text.match_indices("event: \""))
                    .chain(text.match_indices("kind: \""))
                {
                    // The type stands first among the arguments, or is the field's value.
                    let after: String = text[start..].chars().take(80).collect();
                    let first = after.split([',', ';']).next().unwrap_or_default();
                    found.extend(words(first).map(str::to_owned));
                }
            }
        }
        assert!(found.len() >= 20, "{found:?}");
        let missing: Vec<_> = found.iter().filter(|kind| find(kind).is_none()).collect();
        assert!(
            missing.is_empty(),
            "add these to events/catalogue.rs: {missing:?}"
        );
    }

    #[test]
    fn webhooks_may_ask_for_types_and_groups_that_are_sent() {
        for wanted in ["subscription.approved", "subscription.*", "webhook.*"] {
            assert!(is_offered(wanted), "{wanted}");
        }
        for wanted in ["", "*", "sub*", "nothing.*", "account.reset", "account.*"] {
            assert!(!is_offered(wanted), "{wanted}");
        }
    }
}
