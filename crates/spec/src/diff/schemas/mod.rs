//! Schemas compared pair by pair. Each pair is met once, whoever uses it, so that a schema that
//! contains itself ends and one that a thousand operations share costs its own size.
//!
//! A change is judged by who sends the value: narrower is worse for what callers send, wider for
//! what they receive.

mod alternatives;
mod arrays;
mod bounds;
mod conditions;
mod discriminators;
mod equality;
mod formats;
mod matching;
mod notation;
mod objects;
mod patterns;
mod subject;
mod types;
mod values;
mod view;

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

pub(super) use self::matching::Effort;
pub(super) use self::subject::Subject;
use self::view::{Fault, View};
use super::Comparer;
use super::change::GapReason;
use super::ledger::Part;
use super::rule::Rule;
use super::side::{Found, Side};
use super::words;

/// Who sends a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Direction {
    /// Callers: in requests, and in their answers to callbacks.
    Sent,
    /// The API: in responses, and in callbacks.
    Received,
}

impl Direction {
    /// The rule of this direction.
    pub(super) fn rule(self, (sent, received): (Rule, Rule)) -> Rule {
        match self {
            Self::Sent => sent,
            Self::Received => received,
        }
    }

    fn phrase(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
        }
    }
}

/// More pairs than the largest public description has.
const PAIRS_MAX: usize = 2_000_000;

/// Schemas that apply together, as those of one property in two bases do. None: anything goes.
pub(super) type Roots<'d> = Vec<Found<'d>>;

/// Addresses stand for schemas: both documents are borrowed as long as the comparison runs.
type Identity = (Vec<*const Value>, Vec<*const Value>, Direction);

/// A pair that waits for its comparison.
struct Pair<'d> {
    before: Roots<'d>,
    after: Roots<'d>,
    /// Where each side stands, also when it has no schema.
    places: (String, String),
    direction: Direction,
    part: Part,
    subject: Subject,
}

/// The pairs that were met and those that wait.
#[derive(Default)]
pub(super) struct Pairs<'d> {
    met: HashMap<Identity, Part>,
    waiting: VecDeque<Pair<'d>>,
}

/// The types a value of these schemas may be of; none: any.
pub(super) fn types<'d>(roots: &[Found<'d>], side: &Side<'d>) -> Vec<&'d str> {
    View::of(roots, side, "").types()
}

impl<'d> Comparer<'d> {
    /// Asks for a comparison on behalf of `user`. `places` is where the schemas stand, or would.
    pub(super) fn ask(
        &mut self,
        user: Part,
        direction: Direction,
        (before, after): (Roots<'d>, Roots<'d>),
        places: (String, String),
        subject: Subject,
    ) {
        let (old, new) = (self.before, self.after);
        let before: Roots<'d> = before.into_iter().map(|root| old.schema(root)).collect();
        let after: Roots<'d> = after.into_iter().map(|root| new.schema(root)).collect();
        let identity = (addresses(&before), addresses(&after), direction);
        // Without a schema on one side there is no address to know the pair by.
        let is_shared = !before.is_empty() && !after.is_empty();
        if let Some(part) = self.values.met.get(&identity).filter(|_| is_shared) {
            return self.ledger.used_by(*part, user);
        }
        if self.values.met.len() >= PAIRS_MAX {
            let message = format!("More than {PAIRS_MAX} schemas: the rest was not compared.");
            return self.ledger.gap(user, GapReason::TooLarge, places, message);
        }
        let part = self.ledger.part_of(user);
        self.values.met.insert(identity, part);
        let subject = Subject::of_shared(&after).unwrap_or(subject);
        self.values.waiting.push_back(Pair {
            places: (place(&before, places.0), place(&after, places.1)),
            before,
            after,
            direction,
            part,
            subject,
        });
    }

    /// Compares everything that was asked for, and what turns up on the way.
    pub(super) fn settle_schemas(&mut self) {
        while let Some(pair) = self.values.waiting.pop_front() {
            let before = View::of(&pair.before, &self.before, &pair.places.0);
            let after = View::of(&pair.after, &self.after, &pair.places.1);
            let mut judge = Judge {
                comparer: self,
                direction: pair.direction,
                part: pair.part,
                subject: &pair.subject,
            };
            judge.compare(&before, &after, (&pair.before, &pair.after));
        }
    }
}

fn addresses(roots: &Roots<'_>) -> Vec<*const Value> {
    let values = roots.iter().map(|root| std::ptr::from_ref(root.value));
    values.collect()
}

fn place(roots: &Roots<'_>, otherwise: String) -> String {
    let first = roots.first();
    first.map_or(otherwise, |root| root.pointer.clone())
}

/// What the comparison of one pair works with.
struct Judge<'w, 'd> {
    comparer: &'w mut Comparer<'d>,
    direction: Direction,
    part: Part,
    subject: &'w Subject,
}

/// A view of each side.
type Views<'v, 'd> = (&'v View<'d>, &'v View<'d>);

impl<'d> Judge<'_, 'd> {
    /// The order matters where one difference explains the others: a value of another type has no
    /// bounds worth comparing.
    fn compare(&mut self, before: &View<'d>, after: &View<'d>, roots: (&Roots<'d>, &Roots<'d>)) {
        let views = (before, after);
        self.faults(views);
        if before.nothing || after.nothing {
            return self.nothing(views);
        }
        self.deprecation(views);
        if self.became_choice(views, roots) {
            return;
        }
        if !self.types(views) {
            return;
        }
        self.formats(views);
        self.values(views);
        self.defaults(views);
        self.bounds(views);
        self.multiples(views);
        self.patterns(views);
        self.notation(views);
        self.arrays(views);
        self.objects(views);
        self.groups(views);
        self.discriminators(views);
        self.conditions(views);
    }

    fn faults(&mut self, (before, after): Views<'_, 'd>) {
        for (view, other, is_before) in [(before, after, true), (after, before, false)] {
            for fault in &view.faults {
                let (here, reason, message) = match fault {
                    Fault::Unresolved(schema) => {
                        let name = words::code(schema.text("$ref").unwrap_or_default());
                        let message = format!("The schema {name} is not in the description.");
                        let pointer = schema.place("$ref");
                        (pointer, GapReason::UnresolvedReference, message)
                    }
                    Fault::TooLarge(pointer) => {
                        let message = "A schema is made of too many others.".to_owned();
                        (pointer.clone(), GapReason::TooLarge, message)
                    }
                    Fault::Malformed(schema) => {
                        let message = "Something else stands where a schema should.".to_owned();
                        (schema.pointer.clone(), GapReason::Malformed, message)
                    }
                };
                let there = other.pointer.clone();
                let at = if is_before {
                    (here, there)
                } else {
                    (there, here)
                };
                self.comparer.ledger.gap(self.part, reason, at, message);
            }
        }
    }

    fn nothing(&mut self, (before, after): Views<'_, 'd>) {
        let (rules, text) = match (before.nothing, after.nothing) {
            (false, true) => (
                (Rule::RequestValueForbidden, Rule::ResponseValueForbidden),
                "no value is valid any more",
            ),
            (true, false) => (
                (Rule::RequestValuePermitted, Rule::ResponseValuePermitted),
                "values are now valid where none were",
            ),
            _ => return,
        };
        let at = (before.pointer.clone(), after.pointer.clone());
        self.say(rules, at, text);
    }

    /// The same for whoever sends the value, so it is told once.
    fn deprecation(&mut self, views: Views<'_, 'd>) {
        let flags = (views.0.flag("deprecated"), views.1.flag("deprecated"));
        let (rule, text) = match flags {
            (false, true) => (Rule::SchemaDeprecated, "is now deprecated"),
            (true, false) => (Rule::SchemaRevived, "is no longer deprecated"),
            _ => return,
        };
        let at = (views.0.place("deprecated"), views.1.place("deprecated"));
        let message = format!("{} {text}.", self.subject);
        self.comparer.change(self.part, rule, at, message);
    }

    /// Notes a change by the rule of this direction. The sentence is the subject, who sends it, and
    /// `text`.
    fn say(&mut self, rules: (Rule, Rule), at: (String, String), text: &str) {
        let message = format!("{} ({}): {text}.", self.subject, self.direction.phrase());
        let rule = self.direction.rule(rules);
        self.comparer.change(self.part, rule, at, message);
    }

    /// The same of something inside this value.
    fn say_of(&mut self, subject: &Subject, rules: (Rule, Rule), at: (String, String), text: &str) {
        let message = format!("{subject} ({}) {text}.", self.direction.phrase());
        let rule = self.direction.rule(rules);
        self.comparer.change(self.part, rule, at, message);
    }

    /// Notes a change of a keyword.
    fn say_at(&mut self, rules: (Rule, Rule), key: &str, views: Views<'_, 'd>, text: &str) {
        let at = (views.0.place(key), views.1.place(key));
        self.say(rules, at, text);
    }

    /// Something inside this value. `places` is where it stands, or would.
    fn ask(&mut self, roots: (Roots<'d>, Roots<'d>), places: (String, String), subject: Subject) {
        let (part, direction) = (self.part, self.direction);
        self.comparer.ask(part, direction, roots, places, subject);
    }
}
