//! Choices between several schemas: which alternatives went, came, or changed inside.

use super::equality::is_annotation;
use super::matching::{Matches, pair_up};
use super::view::{Choice, Group, View};
use super::{Judge, Roots, Views};
use crate::diff::change::GapReason;
use crate::diff::rule::Rule;
use crate::diff::side::Found;
use crate::diff::words;

impl<'d> Judge<'_, 'd> {
    /// A schema that became one of several, or the other way round: the others went or came, and
    /// this one is compared with what it was.
    pub(super) fn became_choice(
        &mut self,
        views: Views<'_, 'd>,
        roots: (&Roots<'d>, &Roots<'d>),
    ) -> bool {
        let (old, new) = match (only_choice(views.0), only_choice(views.1)) {
            (None, Some(group)) if views.0.groups.is_empty() => {
                (roots.0.as_slice(), group.branches.as_slice())
            }
            (Some(group), None) if views.1.groups.is_empty() => {
                (group.branches.as_slice(), roots.1.as_slice())
            }
            _ => return false,
        };
        let places = (views.0.pointer.clone(), views.1.pointer.clone());
        let Some(matches) = self.pair_up(old, new, &places) else {
            return true;
        };
        if matches.pairs.is_empty() {
            return false;
        }
        self.null(views);
        self.branches(old, new, &matches, &places);
        true
    }

    pub(super) fn groups(&mut self, views: Views<'_, 'd>) {
        let (old, new) = (&views.0.groups, &views.1.groups);
        for index in 0..old.len().max(new.len()) {
            match (old.get(index), new.get(index)) {
                (Some(before), Some(after)) => self.group(before, after),
                (Some(before), None) => {
                    let at = (before.pointer.clone(), views.1.pointer.clone());
                    let rules = (
                        Rule::RequestAlternativesLifted,
                        Rule::ResponseAlternativesLifted,
                    );
                    self.say(rules, at, "it need no longer follow one of several schemas");
                }
                (None, Some(after)) => {
                    let at = (views.0.pointer.clone(), after.pointer.clone());
                    let rules = (
                        Rule::RequestAlternativesIntroduced,
                        Rule::ResponseAlternativesIntroduced,
                    );
                    self.say(rules, at, "it must now follow one of several schemas");
                }
                (None, None) => {}
            }
        }
    }

    fn group(&mut self, before: &Group<'d>, after: &Group<'d>) {
        let places = (before.pointer.clone(), after.pointer.clone());
        let change = match (before.choice, after.choice) {
            (Choice::AnyOf, Choice::OneOf) => Some((
                (
                    Rule::RequestAnyOfBecameOneOf,
                    Rule::ResponseAnyOfBecameOneOf,
                ),
                "it now follows exactly one of several schemas",
            )),
            (Choice::OneOf, Choice::AnyOf) => Some((
                (
                    Rule::RequestOneOfBecameAnyOf,
                    Rule::ResponseOneOfBecameAnyOf,
                ),
                "it may now follow several schemas at once",
            )),
            _ => None,
        };
        if let Some((rules, text)) = change {
            self.say(rules, places.clone(), text);
        }
        if let Some(matches) = self.pair_up(&before.branches, &after.branches, &places) {
            self.branches(&before.branches, &after.branches, &matches, &places);
        }
    }

    /// Which alternative became which; nothing, and a gap, once that would cost too much.
    fn pair_up(
        &mut self,
        old: &[Found<'d>],
        new: &[Found<'d>],
        places: &(String, String),
    ) -> Option<Matches> {
        let sides = (self.comparer.before, self.comparer.after);
        let matches = pair_up(old, new, sides, &self.comparer.effort);
        if matches.is_none() {
            let message = "There are too many alternatives to find out which became which: \
                           name them, under `components/schemas`, and compare again.";
            let (reason, places) = (GapReason::TooLarge, places.clone());
            let ledger = &mut self.comparer.ledger;
            ledger.gap(self.part, reason, places, message.to_owned());
        }
        matches
    }

    fn branches(
        &mut self,
        old: &[Found<'d>],
        new: &[Found<'d>],
        matches: &Matches,
        places: &(String, String),
    ) {
        for index in &matches.gone {
            let branch = &old[*index];
            let rules = (
                Rule::RequestAlternativeRemoved,
                Rule::ResponseAlternativeRemoved,
            );
            let at = (branch.pointer.clone(), places.1.clone());
            self.say(rules, at, &format!("{} is no longer valid", name(branch)));
        }
        for index in &matches.come {
            let branch = &new[*index];
            let rules = (
                Rule::RequestAlternativeAdded,
                Rule::ResponseAlternativeAdded,
            );
            let at = (places.0.clone(), branch.pointer.clone());
            self.say(rules, at, &format!("{} is now valid", name(branch)));
        }
        for (one, other) in &matches.pairs {
            let (before, after) = (old[*one].clone(), new[*other].clone());
            let at = (before.pointer.clone(), after.pointer.clone());
            self.ask((vec![before], vec![after]), at, self.subject.clone());
        }
    }
}

/// The choice of a schema that says nothing else about values.
fn only_choice<'v, 'd>(view: &'v View<'d>) -> Option<&'v Group<'d>> {
    let is_part = |key: &String| {
        is_annotation(key)
            || matches!(
                &**key,
                "oneOf" | "anyOf" | "$ref" | "discriminator" | "type"
            )
    };
    let mut layers = view.layers.iter();
    let only = layers.all(|layer| layer.keywords.keys().all(is_part));
    match &*view.groups {
        [group] if only => Some(group),
        _ => None,
    }
}

fn name(branch: &Found<'_>) -> String {
    let reference = branch.text("$ref");
    let name = reference.and_then(|reference| reference.rsplit('/').next());
    match name.or_else(|| branch.text("title")) {
        Some(name) => format!("the alternative {}", words::code(name)),
        None => "an alternative".to_owned(),
    }
}
