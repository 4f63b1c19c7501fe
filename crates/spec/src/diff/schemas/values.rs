//! Listed values and defaults.

use std::collections::HashSet;

use serde_json::Value;

use super::{Judge, Views};
use crate::diff::rule::Rule;
use crate::diff::words;

impl<'d> Judge<'_, 'd> {
    pub(super) fn values(&mut self, views: Views<'_, 'd>) {
        let key = |view: &super::View<'d>| {
            if view.first("enum").is_some() {
                view.place("enum")
            } else {
                view.place("const")
            }
        };
        let at = (key(views.0), key(views.1));
        match (views.0.values(), views.1.values()) {
            (Some(old), Some(new)) => {
                for value in missing(&old, &new) {
                    let rules = (
                        Rule::RequestEnumValueRemoved,
                        Rule::ResponseEnumValueRemoved,
                    );
                    let text = format!("{} is no longer valid", words::value(value));
                    self.say(rules, at.clone(), &text);
                }
                for value in missing(&new, &old) {
                    let rules = (Rule::RequestEnumValueAdded, Rule::ResponseEnumValueAdded);
                    let text = format!("{} is now valid", words::value(value));
                    self.say(rules, at.clone(), &text);
                }
            }
            (None, Some(_)) => {
                let rules = (Rule::RequestEnumIntroduced, Rule::ResponseEnumIntroduced);
                self.say(rules, at, "only listed values are valid now");
            }
            (Some(_), None) => {
                let rules = (Rule::RequestEnumLifted, Rule::ResponseEnumLifted);
                self.say(rules, at, "values outside the old list are valid");
            }
            (None, None) => {}
        }
    }

    pub(super) fn defaults(&mut self, views: Views<'_, 'd>) {
        let value = |view: &super::View<'d>| view.first("default").map(|found| found.value);
        let (old, new) = (value(views.0), value(views.1));
        if old == new {
            return;
        }
        let sent = match (old, new) {
            (Some(_), Some(_)) => Rule::RequestDefaultChanged,
            (Some(_), None) => Rule::RequestDefaultRemoved,
            _ => Rule::RequestDefaultAdded,
        };
        let text = format!(
            "the default is now {}, not {}",
            words::or_nothing(new),
            words::or_nothing(old)
        );
        let rules = (sent, Rule::ResponseDefaultValueChanged);
        self.say_at(rules, "default", views, &text);
    }
}

/// Those that the others do not have; lists of values may be long.
fn missing<'v>(these: &[&'v Value], others: &[&'v Value]) -> Vec<&'v Value> {
    let others: HashSet<&Value> = others.iter().copied().collect();
    let mut these = these.to_vec();
    these.retain(|value| !others.contains(value));
    these
}
