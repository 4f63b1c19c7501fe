//! What bodies, parameters and headers hold: media types paired up, and the schema in each.

use super::Comparer;
use super::change::Which;
use super::ledger::Part;
use super::rule::Rule;
use super::schemas::{Direction, Subject};
use super::side::{Both, Found};
use super::words;

/// The rules for the media types of a body.
#[derive(Clone, Copy)]
pub(super) struct MediaRules {
    pub(super) removed: Rule,
    pub(super) added: Rule,
    pub(super) encoding: Rule,
}

/// Media types are compared without case and spaces.
fn canonical(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    name.to_ascii_lowercase()
}

/// Whether a range such as `text/*` takes in a media type.
fn takes_in(range: &str, name: &str) -> bool {
    let plain = name.split(';').next().unwrap_or(name);
    range == "*/*"
        || range
            .strip_suffix('*')
            .is_some_and(|kind| kind.ends_with('/') && plain.starts_with(kind))
}

type Media<'d> = (String, Found<'d>);

fn media<'d>(found: Option<&Found<'d>>) -> Vec<Media<'d>> {
    let content = found.map_or_else(Vec::new, |found| found.members_of("content"));
    let named = content.into_iter();
    named
        .map(|(name, found)| (canonical(name), found))
        .collect()
}

/// The media type of the other side: the same, or the range around it, or one in this range.
fn partner<'m, 'd>(name: &str, others: &'m [Media<'d>]) -> Option<&'m Media<'d>> {
    let same = others.iter().find(|(other, _)| other == name);
    same.or_else(|| others.iter().find(|(other, _)| takes_in(other, name)))
}

impl<'d> Comparer<'d> {
    /// The media types of a body, which may be missing on one side.
    pub(super) fn content(
        &mut self,
        part: Part,
        bodies: (Option<&Found<'d>>, Option<&Found<'d>>),
        direction: Direction,
        rules: MediaRules,
        subject: &str,
    ) {
        let (old, new) = (media(bodies.0), media(bodies.1));
        let place =
            |body: Option<&Found<'d>>| body.map_or_else(String::new, |body| body.place("content"));
        for (name, before) in &old {
            if let Some((_, after)) = partner(name, &new) {
                let both = Both {
                    before: before.clone(),
                    after: after.clone(),
                };
                self.media_type(part, &both, direction, rules.encoding, subject);
            } else if let Some((_, after)) = new.iter().find(|(other, _)| takes_in(name, other)) {
                self.narrowed(part, (name, before), after, rules, subject);
                let both = Both {
                    before: before.clone(),
                    after: after.clone(),
                };
                self.media_type(part, &both, direction, rules.encoding, subject);
            } else {
                let message = format!("{subject} no longer comes as {}.", words::code(name));
                let here = (Which::Before, before, &*place(bodies.1));
                self.one_sided(part, rules.removed, here, message);
            }
        }
        for (name, after) in &new {
            if partner(name, &old).is_none() {
                let message = format!("{subject} also comes as {}.", words::code(name));
                let here = (Which::After, after, &*place(bodies.0));
                self.one_sided(part, rules.added, here, message);
            }
        }
    }

    /// A range became one of the media types in it: callers who send lose some, those who receive
    /// lose nothing.
    fn narrowed(
        &mut self,
        part: Part,
        (name, before): (&str, &Found<'d>),
        after: &Found<'d>,
        rules: MediaRules,
        subject: &str,
    ) {
        if rules.removed == Rule::RequestMediaTypeRemoved {
            let message = format!("{subject} no longer comes as any {}.", words::code(name));
            let at = (before.pointer.clone(), after.pointer.clone());
            self.change(part, rules.removed, at, message);
        }
    }

    fn media_type(
        &mut self,
        part: Part,
        both: &Both<'d>,
        direction: Direction,
        encoding: Rule,
        subject: &str,
    ) {
        let (old, new) = (
            both.before.entries_of("encoding"),
            both.after.entries_of("encoding"),
        );
        let names = old.iter().chain(&new).map(|(name, _)| *name);
        let mut met: Vec<&str> = Vec::new();
        for name in names {
            if met.contains(&name) {
                continue;
            }
            met.push(name);
            let of = |list: &[(&str, Found<'d>)]| {
                let found = list.iter().find(|(other, _)| *other == name);
                found.map(|(_, found)| Encoding::of(found))
            };
            // An encoding that says nothing is none.
            if of(&old).unwrap_or_default() != of(&new).unwrap_or_default() {
                let message = format!(
                    "{} of {subject} is encoded in another way.",
                    words::code(name)
                );
                self.change(part, encoding, both.places_of("encoding"), message);
            }
        }
        self.schema_under("schema", part, both, direction, subject);
        self.schema_under("itemSchema", part, both, direction, subject);
    }

    /// The value of a parameter or header: its schema, or that of its only media type.
    pub(super) fn value_of(
        &mut self,
        part: Part,
        direction: Direction,
        both: &Both<'d>,
        subject: &str,
    ) {
        self.schema_under("schema", part, both, direction, subject);
        let media = |found: &Found<'d>| found.members_of("content").into_iter().next();
        if let (Some((_, before)), Some((_, after))) = (media(&both.before), media(&both.after)) {
            let both = Both { before, after };
            self.schema_under("schema", part, &both, direction, subject);
        }
    }

    /// A missing schema says nothing and so allows everything.
    fn schema_under(
        &mut self,
        key: &str,
        part: Part,
        both: &Both<'d>,
        direction: Direction,
        subject: &str,
    ) {
        let (old, new) = both.get(key);
        if old.is_none() && new.is_none() {
            return;
        }
        let subject = Subject::root(subject.to_owned());
        let roots = (
            old.into_iter().collect::<Vec<_>>(),
            new.into_iter().collect::<Vec<_>>(),
        );
        self.ask(part, direction, roots, both.places_of(key), subject);
    }
}

/// What an encoding says; header fields of parts are left to the schema of the part.
#[derive(Default, PartialEq, Eq)]
struct Encoding<'d> {
    content_type: Option<&'d str>,
    style: Option<&'d str>,
    explode: Option<bool>,
    allow_reserved: bool,
}

impl<'d> Encoding<'d> {
    fn of(found: &Found<'d>) -> Self {
        Self {
            content_type: found.text("contentType"),
            style: found.text("style"),
            explode: found.value.get("explode").and_then(|said| said.as_bool()),
            allow_reserved: found.flag("allowReserved"),
        }
    }
}
