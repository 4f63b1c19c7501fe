//! Objects: their properties, which of them must be there, and what else may come.

use std::collections::{HashMap, HashSet};

use super::view::{View, takes_anything};
use super::{Direction, Judge, Roots, Subject, Views};
use crate::diff::rule::Rule;
use crate::diff::side::Side;

/// Everything an object may hold, in the order of the description.
struct Properties<'d> {
    names: Vec<&'d str>,
    /// More than one schema when several bases describe the same property; none when it is only
    /// required.
    schemas: HashMap<&'d str, Roots<'d>>,
    required: HashSet<&'d str>,
}

/// What may stand under names that are not described.
enum Extra<'d> {
    Anything,
    Following(Roots<'d>),
    Nothing,
}

/// A property on one side.
struct Property<'p, 'd> {
    roots: &'p Roots<'d>,
    is_required: bool,
    /// Not there for whoever this side is about: read-only when sent, write-only when received.
    is_hidden: bool,
    place: String,
}

impl<'d> Properties<'d> {
    fn of(view: &View<'d>) -> Self {
        let mut all = Self {
            names: Vec::new(),
            schemas: HashMap::new(),
            required: HashSet::new(),
        };
        for (name, schema) in view.each("properties").flat_map(|map| map.entries()) {
            all.roots(name).push(schema);
        }
        for name in view.each("required").flat_map(|list| list.elements()) {
            if let Some(name) = name.value.as_str() {
                all.roots(name);
                all.required.insert(name);
            }
        }
        all
    }

    fn roots(&mut self, name: &'d str) -> &mut Roots<'d> {
        let names = &mut self.names;
        self.schemas.entry(name).or_insert_with(|| {
            names.push(name);
            Roots::new()
        })
    }

    fn get(
        &self,
        name: &str,
        view: &View<'d>,
        side: &Side<'d>,
        direction: Direction,
    ) -> Option<Property<'_, 'd>> {
        let roots = self.schemas.get(name)?;
        let place = match roots.first() {
            Some(root) => root.pointer.clone(),
            None => view.place("required"),
        };
        let flag = match direction {
            Direction::Sent => "readOnly",
            Direction::Received => "writeOnly",
        };
        Some(Property {
            is_hidden: View::of(roots, side, &place).flag(flag),
            is_required: self.required.contains(name),
            roots,
            place,
        })
    }
}

impl<'d> Judge<'_, 'd> {
    pub(super) fn objects(&mut self, views: Views<'_, 'd>) {
        let (old, new) = (Properties::of(views.0), Properties::of(views.1));
        let sides = (self.comparer.before, self.comparer.after);
        for name in &old.names {
            let before = old.get(name, views.0, &sides.0, self.direction);
            let after = new.get(name, views.1, &sides.1, self.direction);
            let subject = self.subject.property(name);
            match (before, after) {
                (Some(before), Some(after)) => self.property(&before, &after, views, subject),
                (Some(before), None) => self.property_removed(&before, views.1, &subject),
                _ => {}
            }
        }
        for name in new
            .names
            .iter()
            .filter(|name| !old.schemas.contains_key(*name))
        {
            if let Some(after) = new.get(name, views.1, &sides.1, self.direction) {
                self.property_added(&after, views.0, &self.subject.property(name));
            }
        }
        self.extra(views);
    }

    fn property(
        &mut self,
        before: &Property<'_, 'd>,
        after: &Property<'_, 'd>,
        views: Views<'_, 'd>,
        subject: Subject,
    ) {
        let places = (before.place.clone(), after.place.clone());
        let (rules, text) = match (before.is_hidden, after.is_hidden) {
            (true, true) => return,
            (false, false) => {
                self.requirement(before, after, views, &subject);
                if !before.roots.is_empty() || !after.roots.is_empty() {
                    let roots = (before.roots.clone(), after.roots.clone());
                    self.ask(roots, places, subject);
                }
                return;
            }
            (false, true) => (
                (
                    Rule::RequestPropertyBecameReadOnly,
                    Rule::ResponsePropertyBecameWriteOnly,
                ),
                "is no longer part of it",
            ),
            (true, false) => (
                (
                    Rule::RequestPropertyBecameWritable,
                    Rule::ResponsePropertyBecameReadable,
                ),
                "is now part of it",
            ),
        };
        self.say_of(&subject, rules, places, text);
    }

    fn requirement(
        &mut self,
        before: &Property<'_, 'd>,
        after: &Property<'_, 'd>,
        views: Views<'_, 'd>,
        subject: &Subject,
    ) {
        let (rules, text) = match (before.is_required, after.is_required) {
            (false, true) => (
                (
                    Rule::RequestPropertyBecameRequired,
                    Rule::ResponsePropertyBecameRequired,
                ),
                "is now required",
            ),
            (true, false) => (
                (
                    Rule::RequestPropertyBecameOptional,
                    Rule::ResponsePropertyBecameOptional,
                ),
                "is now optional",
            ),
            _ => return,
        };
        let at = (views.0.place("required"), views.1.place("required"));
        self.say_of(subject, rules, at, text);
    }

    fn property_removed(&mut self, before: &Property<'_, 'd>, after: &View<'d>, subject: &Subject) {
        if before.is_hidden {
            return;
        }
        let sent = match extra(after, &self.comparer.after) {
            Extra::Nothing => Rule::RequestPropertyRefused,
            _ => Rule::RequestPropertyRemoved,
        };
        let received = if before.is_required {
            Rule::ResponseRequiredPropertyRemoved
        } else {
            Rule::ResponseOptionalPropertyRemoved
        };
        let at = (before.place.clone(), after.place("properties"));
        self.say_of(subject, (sent, received), at, "is gone");
    }

    fn property_added(&mut self, after: &Property<'_, 'd>, before: &View<'d>, subject: &Subject) {
        if after.is_hidden {
            return;
        }
        let (sent, text) = if after.is_required {
            (Rule::RequestPropertyAddedRequired, "is new and required")
        } else {
            (Rule::RequestPropertyAddedOptional, "is new")
        };
        let received = match extra(before, &self.comparer.before) {
            Extra::Nothing => Rule::ResponsePropertyAddedToClosed,
            _ => Rule::ResponsePropertyAdded,
        };
        let at = (before.place("properties"), after.place.clone());
        self.say_of(subject, (sent, received), at, text);
    }

    /// Properties that are not described.
    fn extra(&mut self, views: Views<'_, 'd>) {
        use Extra::{Anything, Following, Nothing};
        let (rules, text) = match (
            extra(views.0, &self.comparer.before),
            extra(views.1, &self.comparer.after),
        ) {
            (Following(old), Following(new)) => {
                let key = "additionalProperties";
                let places = (views.0.place(key), views.1.place(key));
                return self.ask((old, new), places, self.subject.property("*"));
            }
            (Anything | Following(_), Nothing) => (
                (
                    Rule::RequestAdditionalPropertiesForbidden,
                    Rule::ResponseAdditionalPropertiesForbidden,
                ),
                "only described properties are valid",
            ),
            (Nothing, Anything | Following(_)) => (
                (
                    Rule::RequestAdditionalPropertiesAllowed,
                    Rule::ResponseAdditionalPropertiesAllowed,
                ),
                "properties that are not described are valid",
            ),
            (Anything, Following(_)) => (
                (
                    Rule::RequestAdditionalPropertiesRestricted,
                    Rule::ResponseAdditionalPropertiesRestricted,
                ),
                "properties that are not described follow a schema",
            ),
            (Following(_), Anything) => (
                (
                    Rule::RequestAdditionalPropertiesFreed,
                    Rule::ResponseAdditionalPropertiesFreed,
                ),
                "properties that are not described may be anything",
            ),
            (Anything, Anything) | (Nothing, Nothing) => return,
        };
        self.say_at(rules, "additionalProperties", views, text);
    }
}

fn extra<'d>(view: &View<'d>, side: &Side<'d>) -> Extra<'d> {
    let keys = ["additionalProperties", "unevaluatedProperties"];
    let all = keys.iter().flat_map(|key| view.each(key));
    let roots: Roots<'d> = all.filter(|found| !takes_anything(found, side)).collect();
    if roots.is_empty() {
        Extra::Anything
    } else if View::of(&roots, side, &view.pointer).nothing {
        Extra::Nothing
    } else {
        Extra::Following(roots)
    }
}
