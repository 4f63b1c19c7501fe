//! Where an API is served: for the whole description, or for a path or operation that says its own.

use super::Comparer;
use super::change::Which;
use super::ledger::Part;
use super::operations::Pair;
use super::rule::Rule;
use super::side::{Both, Found};
use super::words;

type Servers<'d> = (Option<Found<'d>>, Option<Found<'d>>);

impl<'d> Comparer<'d> {
    /// Lists of servers; a missing list stands for the address the description came from.
    pub(super) fn servers(&mut self, part: Part, lists: Servers<'d>, places: &(String, String)) {
        let servers = |list: Option<Found<'d>>| {
            let list = list.into_iter().flat_map(|list| list.elements());
            let named = list.filter_map(|found| Some((url(&found)?, found)));
            named.collect::<Vec<_>>()
        };
        let (old, new) = (servers(lists.0), servers(lists.1));
        for (url, before) in &old {
            match new.iter().find(|(other, _)| other == url) {
                Some((_, after)) => {
                    let both = Both {
                        before: before.clone(),
                        after: after.clone(),
                    };
                    self.variables(part, &both, url);
                }
                None => {
                    let message = format!("the server {} is no longer listed.", words::code(url));
                    let here = (Which::Before, before, &*places.1);
                    self.one_sided(part, Rule::ServerRemoved, here, message);
                }
            }
        }
        for (url, after) in &new {
            if !old.iter().any(|(other, _)| other == url) {
                let message = format!("the server {} is new.", words::code(url));
                let here = (Which::After, after, &*places.0);
                self.one_sided(part, Rule::ServerAdded, here, message);
            }
        }
    }

    /// Those of an operation, when it or its path has its own.
    pub(super) fn own_servers(&mut self, part: Part, pair: &Pair<'d>, roots: &Both<'d>) {
        let own = |operation: &Found<'d>, item: &Found<'d>| {
            operation.get("servers").or_else(|| item.get("servers"))
        };
        let old = own(&pair.operations.before, &pair.items.before);
        let new = own(&pair.operations.after, &pair.items.after);
        if old.is_some() || new.is_some() {
            let old = old.or_else(|| roots.before.get("servers"));
            let new = new.or_else(|| roots.after.get("servers"));
            let places = pair.operations.places_of("servers");
            self.servers(part, (old, new), &places);
        }
    }

    fn variables(&mut self, part: Part, both: &Both<'d>, url: &str) {
        let (old, new) = (
            both.before.entries_of("variables"),
            both.after.entries_of("variables"),
        );
        for (name, before) in old {
            let Some((_, after)) = new.iter().find(|(other, _)| *other == name) else {
                continue;
            };
            let both = Both {
                before,
                after: after.clone(),
            };
            let words = format!("the variable {} of {}", words::code(name), words::code(url));
            self.variable(part, &both, &words);
        }
    }

    fn variable(&mut self, part: Part, both: &Both<'d>, subject: &str) {
        if both.differs("default") {
            let (_, new) = both.text("default");
            let message = format!(
                "{subject} is now {} by default.",
                words::code(new.unwrap_or_default())
            );
            self.change(
                part,
                Rule::ServerVariableDefaultChanged,
                both.places_of("default"),
                message,
            );
        }
        let values = |found: &Found<'d>| {
            let list = found.get("enum");
            list.map(|list| {
                let texts = list.elements().filter_map(|value| value.value.as_str());
                texts.collect::<Vec<_>>()
            })
        };
        // Without a list every value is taken.
        let (Some(old), Some(new)) = (values(&both.before), values(&both.after)) else {
            return self.free_variable(part, both, subject);
        };
        let changes = [
            (
                &old,
                &new,
                Rule::ServerVariableValueRemoved,
                "no longer takes",
            ),
            (&new, &old, Rule::ServerVariableValueAdded, "now takes"),
        ];
        for (these, others, rule, text) in changes {
            for value in these.iter().filter(|value| !others.contains(value)) {
                let message = format!("{subject} {text} {}.", words::code(value));
                self.change(part, rule, both.places_of("enum"), message);
            }
        }
    }

    fn free_variable(&mut self, part: Part, both: &Both<'d>, subject: &str) {
        let (rule, text) = match both.get("enum") {
            (None, Some(_)) => (Rule::ServerVariableValueRemoved, "only takes listed values"),
            (Some(_), None) => (Rule::ServerVariableValueAdded, "takes any value"),
            _ => return,
        };
        let at = both.places_of("enum");
        self.change(part, rule, at, format!("{subject} now {text}."));
    }
}

fn url<'d>(server: &Found<'d>) -> Option<&'d str> {
    let url = server.text("url")?;
    Some(url.strip_suffix('/').unwrap_or(url))
}
