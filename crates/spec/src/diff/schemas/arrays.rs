//! Lists: their elements, the places of those with a fixed order, and whether elements may repeat.

use super::view::{View, takes_anything};
use super::{Judge, Roots, Views};
use crate::diff::rule::Rule;
use crate::diff::side::Side;

impl<'d> Judge<'_, 'd> {
    pub(super) fn arrays(&mut self, views: Views<'_, 'd>) {
        let flags = (views.0.flag("uniqueItems"), views.1.flag("uniqueItems"));
        let change = match flags {
            (false, true) => Some((
                (
                    Rule::RequestUniqueItemsAdded,
                    Rule::ResponseUniqueItemsAdded,
                ),
                "elements now differ from each other",
            )),
            (true, false) => Some((
                (
                    Rule::RequestUniqueItemsRemoved,
                    Rule::ResponseUniqueItemsRemoved,
                ),
                "elements may now be equal",
            )),
            _ => None,
        };
        if let Some((rules, text)) = change {
            self.say_at(rules, "uniqueItems", views, text);
        }
        self.tuples(views);
        self.items(views);
    }

    fn items(&mut self, views: Views<'_, 'd>) {
        let sides = (self.comparer.before, self.comparer.after);
        let (old, new) = (items(views.0, &sides.0), items(views.1, &sides.1));
        let (rules, text) = match (old.is_empty(), new.is_empty()) {
            (true, true) => return,
            (false, false) => {
                let places = (views.0.place("items"), views.1.place("items"));
                return self.ask((old, new), places, self.subject.element(None));
            }
            (true, false) => (
                (Rule::RequestItemsRestricted, Rule::ResponseItemsRestricted),
                "elements now follow a schema",
            ),
            (false, true) => (
                (Rule::RequestItemsFreed, Rule::ResponseItemsFreed),
                "elements may now be anything",
            ),
        };
        self.say_at(rules, "items", views, text);
    }

    fn tuples(&mut self, views: Views<'_, 'd>) {
        let (old, new) = (places(views.0), places(views.1));
        if old.len() != new.len() {
            let rules = (Rule::RequestTupleChanged, Rule::ResponseTupleChanged);
            let text = format!(
                "the list now has {} described places, not {}",
                new.len(),
                old.len()
            );
            self.say_at(rules, "prefixItems", views, &text);
        }
        for (index, (before, after)) in old.into_iter().zip(new).enumerate() {
            let at = (before.pointer.clone(), after.pointer.clone());
            let subject = self.subject.element(Some(index));
            self.ask((vec![before], vec![after]), at, subject);
        }
    }
}

/// The schemas of the elements; none when they may be anything.
fn items<'d>(view: &View<'d>, side: &Side<'d>) -> Roots<'d> {
    let all = view.each("items").filter(|found| !found.value.is_array());
    all.filter(|found| !takes_anything(found, side)).collect()
}

/// The places of a list with a fixed order, in either spelling.
fn places<'d>(view: &View<'d>) -> Roots<'d> {
    let lists = view.each("prefixItems").chain(view.each("items"));
    let list = { lists }.find(|found| found.value.is_array());
    list.map_or_else(Vec::new, |list| list.elements().collect())
}
