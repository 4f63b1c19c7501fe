//! Discriminators: the property that tells alternatives apart, and the names it gives them.

use super::{Judge, Views};
use crate::diff::rule::Rule;
use crate::diff::side::Found;
use crate::diff::words;

impl<'d> Judge<'_, 'd> {
    pub(super) fn discriminators(&mut self, views: Views<'_, 'd>) {
        let (old, new) = (
            views.0.first("discriminator"),
            views.1.first("discriminator"),
        );
        let (rules, text) = match (&old, &new) {
            (None, None) => return,
            (Some(old), Some(new)) => return self.discriminator(old, new),
            (None, Some(_)) => (
                (
                    Rule::RequestDiscriminatorAdded,
                    Rule::ResponseDiscriminatorAdded,
                ),
                "a property now tells alternatives apart",
            ),
            (Some(_), None) => (
                (
                    Rule::RequestDiscriminatorRemoved,
                    Rule::ResponseDiscriminatorRemoved,
                ),
                "no property tells alternatives apart any more",
            ),
        };
        self.say_at(rules, "discriminator", views, text);
    }

    fn discriminator(&mut self, old: &Found<'d>, new: &Found<'d>) {
        let property = |found: &Found<'d>| found.text("propertyName").unwrap_or_default();
        if property(old) != property(new) {
            let rules = (
                Rule::RequestDiscriminatorChanged,
                Rule::ResponseDiscriminatorChanged,
            );
            let text = format!(
                "alternatives are now told apart by {}, not {}",
                words::code(property(new)),
                words::code(property(old))
            );
            let at = (old.place("propertyName"), new.place("propertyName"));
            self.say(rules, at, &text);
        }
        self.mapping(old, new);
    }

    fn mapping(&mut self, old: &Found<'d>, new: &Found<'d>) {
        let (before, after) = (old.entries_of("mapping"), new.entries_of("mapping"));
        let at = (old.place("mapping"), new.place("mapping"));
        for (name, target) in &before {
            let word = words::code(name);
            match after.iter().find(|(other, _)| other == name) {
                None => {
                    let rules = (Rule::RequestMappingRemoved, Rule::ResponseMappingRemoved);
                    let text = format!("{word} is no longer a name of an alternative");
                    self.say(rules, at.clone(), &text);
                }
                Some((_, now)) if schema_name(now) != schema_name(target) => {
                    let rules = (Rule::RequestMappingChanged, Rule::ResponseMappingChanged);
                    let text = format!("{word} now names another alternative");
                    self.say(rules, at.clone(), &text);
                }
                Some(_) => {}
            }
        }
        for (name, _) in &after {
            if !before.iter().any(|(other, _)| other == name) {
                let rules = (Rule::RequestMappingAdded, Rule::ResponseMappingAdded);
                let text = format!("{} is now a name of an alternative", words::code(name));
                self.say(rules, at.clone(), &text);
            }
        }
    }
}

/// A target is written as a reference or as the bare name of a schema.
fn schema_name<'d>(target: &Found<'d>) -> &'d str {
    let text = target.value.as_str().unwrap_or_default();
    text.rsplit('/').next().unwrap_or(text)
}
