//! Keywords whose effect on values cannot be weighed: that one came or went can be told, but what
//! another one means cannot, and is a gap.

use super::equality::same;
use super::view::View;
use super::{Judge, Roots, Views};
use crate::diff::rule::Rule;
use crate::diff::side::{Found, Side};
use crate::diff::words;

/// Each narrows what is valid.
const SCHEMAS: [&str; 9] = [
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "additionalItems",
    "contentSchema",
];

/// The same, by name.
const MAPS: [&str; 4] = [
    "patternProperties",
    "dependentSchemas",
    "dependentRequired",
    "dependencies",
];

/// Only `contains` gives them a meaning.
const COUNTS: [&str; 2] = ["minContains", "maxContains"];

impl<'d> Judge<'_, 'd> {
    pub(super) fn conditions(&mut self, views: Views<'_, 'd>) {
        for key in SCHEMAS {
            let all = |view: &View<'d>| view.each(key).collect::<Roots<'d>>();
            self.condition(key, &all(views.0), &all(views.1), views);
        }
        for key in MAPS {
            self.named_conditions(key, views);
        }
        for key in COUNTS {
            let value = |view: &View<'d>| view.first(key).map(|found| found.value);
            if value(views.0) != value(views.1) {
                self.not_judged(key, views);
            }
        }
    }

    fn named_conditions(&mut self, key: &str, views: Views<'_, 'd>) {
        let entries = |view: &View<'d>| {
            let maps = view.each(key).flat_map(|map| map.entries());
            maps.collect::<Vec<_>>()
        };
        let (old, new) = (entries(views.0), entries(views.1));
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in old.iter().chain(&new) {
            if !names.contains(name) {
                names.push(*name);
            }
        }
        for name in names {
            let of = |list: &[(&str, Found<'d>)]| {
                let named = list.iter().filter(|(other, _)| *other == name);
                named.map(|(_, found)| found.clone()).collect::<Roots<'d>>()
            };
            let (before, after) = (of(&old), of(&new));
            if key == "patternProperties" && !before.is_empty() && !after.is_empty() {
                let places = (views.0.place(key), views.1.place(key));
                self.ask((before, after), places, self.subject.property(name));
            } else {
                self.condition(key, &before, &after, views);
            }
        }
    }

    fn condition(
        &mut self,
        key: &str,
        before: &[Found<'d>],
        after: &[Found<'d>],
        views: Views<'_, 'd>,
    ) {
        let (rules, text) = match (before.is_empty(), after.is_empty()) {
            (true, true) => return,
            (true, false) => (
                (Rule::RequestConditionAdded, Rule::ResponseConditionAdded),
                format!("{} is new", words::code(key)),
            ),
            (false, true) => (
                (
                    Rule::RequestConditionRemoved,
                    Rule::ResponseConditionRemoved,
                ),
                format!("{} is gone", words::code(key)),
            ),
            (false, false) => {
                let sides = (self.comparer.before, self.comparer.after);
                if !all_same(before, after, sides) {
                    self.not_judged(key, views);
                }
                return;
            }
        };
        self.say_at(rules, key, views, &text);
    }

    fn not_judged(&mut self, key: &str, views: Views<'_, 'd>) {
        let what = format!("{} of {}", words::code(key), self.subject);
        let at = (views.0.place(key), views.1.place(key));
        self.comparer.unsupported(self.part, at, &what);
    }
}

fn all_same<'d>(old: &[Found<'d>], new: &[Found<'d>], sides: (Side<'d>, Side<'d>)) -> bool {
    let mut pairs = old.iter().zip(new);
    old.len() == new.len() && pairs.all(|(one, other)| same(one.value, other.value, sides).0)
}
