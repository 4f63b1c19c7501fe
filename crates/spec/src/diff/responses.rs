//! Responses: statuses paired up, ranges with the statuses in them, and what each answer holds.

use super::Comparer;
use super::caller::Caller;
use super::change::Which;
use super::content::MediaRules;
use super::ledger::Part;
use super::rule::Rule;
use super::side::{Both, Found};
use super::words;

/// A status, a range such as `2XX`, or `default`, in capitals.
type Answer<'d> = (String, Found<'d>);

fn answers<'d>(operation: &Found<'d>) -> Vec<Answer<'d>> {
    let members = operation.members_of("responses").into_iter();
    members
        .map(|(status, found)| (status.to_ascii_uppercase(), found))
        .collect()
}

fn is_success(status: &str) -> bool {
    status.starts_with(['2', '3'])
}

fn is_range(status: &str) -> bool {
    status.ends_with("XX")
}

/// Whether `range` is a range that `status` is in.
fn takes_in(range: &str, status: &str) -> bool {
    is_range(range) && !is_range(status) && range.get(..1) == status.get(..1)
}

/// The answer of the other side: the same status, or one that this and it are the range of.
fn partner<'m, 'd>(status: &str, others: &'m [Answer<'d>]) -> Option<&'m Answer<'d>> {
    let same = others.iter().find(|(other, _)| other == status);
    let related = |(other, _): &&Answer<'d>| takes_in(other, status) || takes_in(status, other);
    same.or_else(|| others.iter().find(related))
}

fn subject(status: &str) -> String {
    match status {
        "DEFAULT" => "the default answer".to_owned(),
        status => format!("the answer {}", words::code(status)),
    }
}

impl<'d> Comparer<'d> {
    pub(super) fn responses(&mut self, part: Part, caller: Caller, operations: &Both<'d>) {
        let (old, new) = (answers(&operations.before), answers(&operations.after));
        let (there, back) = operations.places_of("responses");
        let mut met: Vec<&str> = Vec::new();
        for (status, before) in &old {
            match partner(status, &new) {
                Some((found, after)) => {
                    met.push(found);
                    self.answer(part, caller, (status, before), (found, after));
                }
                None => self.response_removed(part, caller, (status, before), &back),
            }
        }
        for (status, after) in new.iter().filter(|(status, _)| !met.contains(&&**status)) {
            match partner(status, &old) {
                Some((found, before)) => {
                    self.answer(part, caller, (found, before), (status, after));
                }
                None => self.response_added(part, caller, (status, after), &there),
            }
        }
    }

    /// An answer on both sides; a range and a status in it are one.
    fn answer(
        &mut self,
        part: Part,
        caller: Caller,
        (old, before): (&str, &Found<'d>),
        (new, after): (&str, &Found<'d>),
    ) {
        let both = Both {
            before: before.clone(),
            after: after.clone(),
        };
        if caller == Caller::Consumer && old != new {
            self.range(part, &both, (old, new));
        }
        if let Some(both) = self.follow(part, both) {
            self.response(part, caller, &both, &subject(new));
        }
    }

    fn range(&mut self, part: Part, both: &Both<'d>, (old, new): (&str, &str)) {
        let rule = if takes_in(new, old) {
            Rule::ResponseStatusWidened
        } else {
            Rule::ResponseStatusNarrowed
        };
        let message = format!(
            "the answer {} is now {}.",
            words::code(old),
            words::code(new)
        );
        self.change(part, rule, both.places(), message);
    }

    fn response_removed(
        &mut self,
        part: Part,
        caller: Caller,
        (status, before): (&str, &Found<'d>),
        there: &str,
    ) {
        let rule = match status {
            "DEFAULT" => Rule::ResponseDefaultRemoved,
            status if is_success(status) => Rule::ResponseSuccessRemoved,
            _ => Rule::ResponseErrorRemoved,
        };
        let rule = caller.rule(rule, Rule::CallbackResponseRemoved);
        let here = (Which::Before, before, there);
        let message = format!("{} is no longer described.", subject(status));
        self.one_sided(part, rule, here, message);
    }

    fn response_added(
        &mut self,
        part: Part,
        caller: Caller,
        (status, after): (&str, &Found<'d>),
        there: &str,
    ) {
        let rule = match status {
            "DEFAULT" => Rule::ResponseDefaultAdded,
            status if is_success(status) => Rule::ResponseSuccessAdded,
            _ => Rule::ResponseErrorAdded,
        };
        let rule = caller.rule(rule, Rule::CallbackResponseAdded);
        let here = (Which::After, after, there);
        self.one_sided(part, rule, here, format!("{} is new.", subject(status)));
    }

    fn response(&mut self, part: Part, caller: Caller, both: &Both<'d>, subject: &str) {
        let rules = match caller {
            Caller::Consumer => MediaRules {
                removed: Rule::ResponseMediaTypeRemoved,
                added: Rule::ResponseMediaTypeAdded,
                encoding: Rule::ResponseEncodingChanged,
            },
            Caller::Api => MediaRules {
                removed: Rule::CallbackResponseChanged,
                added: Rule::CallbackResponseChanged,
                encoding: Rule::CallbackResponseChanged,
            },
        };
        let bodies = (Some(&both.before), Some(&both.after));
        self.content(part, bodies, caller.response(), rules, subject);
        self.headers(part, caller, both, subject);
        if caller == Caller::Consumer {
            self.links(part, both, subject);
        }
    }

    fn links(&mut self, part: Part, both: &Both<'d>, subject: &str) {
        let (old, new) = (
            both.before.entries_of("links"),
            both.after.entries_of("links"),
        );
        let (there, back) = both.places_of("links");
        for (name, before) in &old {
            let Some((_, after)) = new.iter().find(|(other, _)| other == name) else {
                let message = format!("the link {} of {subject} is gone.", words::code(name));
                let here = (Which::Before, before, &*back);
                self.one_sided(part, Rule::ResponseLinkRemoved, here, message);
                continue;
            };
            let both = Both {
                before: before.clone(),
                after: after.clone(),
            };
            if let Some(both) = self.follow(part, both)
                && ["operationId", "operationRef", "parameters", "requestBody"]
                    .iter()
                    .any(|key| both.differs(key))
            {
                let message = format!("the link {} of {subject} changed.", words::code(name));
                self.change(part, Rule::ResponseLinkChanged, both.places(), message);
            }
        }
        for (name, after) in &new {
            if !old.iter().any(|(other, _)| other == name) {
                let message = format!("the link {} of {subject} is new.", words::code(name));
                let here = (Which::After, after, &*there);
                self.one_sided(part, Rule::ResponseLinkAdded, here, message);
            }
        }
    }
}
