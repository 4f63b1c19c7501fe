//! Types, and null.

use super::view::{View, takes};
use super::{Judge, Views};
use crate::diff::rule::Rule;
use crate::diff::side::Side;
use crate::diff::words;

impl<'d> Judge<'_, 'd> {
    /// Whether values have a type in common, so that the rest is worth comparing.
    pub(super) fn types(&mut self, views: Views<'_, 'd>) -> bool {
        let old = types_of(views.0, &self.comparer.before);
        let new = types_of(views.1, &self.comparer.after);
        // Where only alternatives say a type, those that come and go are told one by one.
        if says_none(views.0) && says_none(views.1) {
            self.null(views);
            return true;
        }
        // A value of any type may be null as well.
        if old.is_empty() == new.is_empty() {
            self.null(views);
        }
        let is_wider =
            new.is_empty() || !old.is_empty() && old.iter().all(|kind| takes(&new, kind));
        let is_narrower =
            old.is_empty() || !new.is_empty() && new.iter().all(|kind| takes(&old, kind));
        let rules = match (is_wider, is_narrower) {
            (true, true) => return true,
            (true, false) => (Rule::RequestTypeWidened, Rule::ResponseTypeWidened),
            (false, true) => (Rule::RequestTypeNarrowed, Rule::ResponseTypeNarrowed),
            (false, false) => (Rule::RequestTypeChanged, Rule::ResponseTypeChanged),
        };
        let text = format!("the type is now {}, not {}", kinds(&new), kinds(&old));
        self.say_at(rules, "type", views, &text);
        is_wider != is_narrower && !old.is_empty() && !new.is_empty()
    }

    pub(super) fn null(&mut self, views: Views<'_, 'd>) {
        let (rules, text) = match (views.0.takes_null(), views.1.takes_null()) {
            (true, false) => (
                (Rule::RequestNullRefused, Rule::ResponseNullRefused),
                "null is no longer valid",
            ),
            (false, true) => (
                (Rule::RequestNullAllowed, Rule::ResponseNullAllowed),
                "null is now valid",
            ),
            _ => return,
        };
        self.say_at(rules, "type", views, text);
    }
}

fn says_none(view: &View<'_>) -> bool {
    !view.groups.is_empty() && view.types().is_empty()
}

/// The types of a view; those of its alternatives when it says none itself.
fn types_of<'d>(view: &View<'d>, side: &Side<'d>) -> Vec<&'d str> {
    let own = view.types();
    let Some(group) = view.groups.first().filter(|_| own.is_empty()) else {
        return own;
    };
    let mut types: Vec<&str> = Vec::new();
    for branch in &group.branches {
        let branch = View::of(std::slice::from_ref(branch), side, &branch.pointer).types();
        if branch.is_empty() {
            return branch;
        }
        types.extend(branch);
    }
    types.sort_unstable();
    types.dedup();
    types
}

fn kinds(types: &[&str]) -> String {
    if types.is_empty() {
        "any".to_owned()
    } else {
        words::list(types.iter().copied())
    }
}
