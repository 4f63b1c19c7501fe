//! Operations paired up by their keys, which parameter names are no part of, and what each says of
//! itself.

use std::collections::HashMap;

use gatehouse_domain::OperationKey;

use super::Comparer;
use super::caller::Caller;
use super::change::Which;
use super::ledger::Part;
use super::rule::Rule;
use super::side::{Both, Placed};
use super::words;

/// One operation on both sides.
pub(super) struct Pair<'d> {
    /// For a path, its template on each side.
    pub(super) templates: (&'d str, &'d str),
    pub(super) items: Both<'d>,
    pub(super) operations: Both<'d>,
}

impl<'d> Comparer<'d> {
    pub(super) fn operations(&mut self, roots: &Both<'d>) {
        let (before, after) = (self.before.operations(), self.after.operations());
        let new: HashMap<&OperationKey, &Placed<'d>> = by_key(&after);
        let old: HashMap<&OperationKey, &Placed<'d>> = by_key(&before);
        for placed in &before {
            let part = self.ledger.operation(placed.named.key.clone());
            match new.get(&placed.named.key) {
                Some(again) => self.operation(part, placed, again, roots),
                None => self.removed(part, placed),
            }
        }
        for placed in &after {
            if !old.contains_key(&placed.named.key) {
                self.added(placed);
            }
        }
    }

    fn removed(&mut self, part: Part, placed: &Placed<'d>) {
        let (rule, kind) = if placed.named.webhook {
            (Rule::WebhookRemoved, "webhook")
        } else {
            (Rule::OperationRemoved, "operation")
        };
        let message = format!("the {kind} {} is gone.", words::code(&name(placed)));
        let here = (Which::Before, &placed.operation, &*placed.item.pointer);
        self.one_sided(part, rule, here, message);
    }

    fn added(&mut self, placed: &Placed<'d>) {
        let part = self.ledger.operation(placed.named.key.clone());
        let (rule, kind) = if placed.named.webhook {
            (Rule::WebhookAdded, "webhook")
        } else {
            (Rule::OperationAdded, "operation")
        };
        let message = format!("the {kind} {} is new.", words::code(&name(placed)));
        let here = (Which::After, &placed.operation, &*placed.item.pointer);
        self.one_sided(part, rule, here, message);
    }

    fn operation(&mut self, part: Part, before: &Placed<'d>, after: &Placed<'d>, roots: &Both<'d>) {
        let pair = Pair {
            templates: (&before.named.path_template, &after.named.path_template),
            items: Both {
                before: before.item.clone(),
                after: after.item.clone(),
            },
            operations: Both {
                before: before.operation.clone(),
                after: after.operation.clone(),
            },
        };
        self.operation_ids(part, &pair.operations);
        self.deprecation(
            part,
            &pair.operations,
            (Rule::OperationDeprecated, Rule::OperationRevived),
            "the operation",
        );
        if before.named.webhook {
            return self.exchange(part, Caller::Api, &pair);
        }
        self.security(part, &pair.operations, roots);
        self.own_servers(part, &pair, roots);
        self.exchange(part, Caller::Consumer, &pair);
    }

    /// What is sent and what is answered.
    pub(super) fn exchange(&mut self, part: Part, caller: Caller, pair: &Pair<'d>) {
        self.parameters(part, caller, pair);
        self.request_body(part, caller, &pair.operations);
        self.responses(part, caller, &pair.operations);
        self.callbacks(part, caller, &pair.operations);
    }

    fn operation_ids(&mut self, part: Part, operations: &Both<'d>) {
        let (rule, message) = match operations.text("operationId") {
            (Some(old), Some(new)) if old != new => (
                Rule::OperationIdChanged,
                format!(
                    "the operationId {} is now {}.",
                    words::code(old),
                    words::code(new)
                ),
            ),
            (Some(old), None) => (
                Rule::OperationIdRemoved,
                format!("the operationId {} is gone.", words::code(old)),
            ),
            (None, Some(new)) => (
                Rule::OperationIdAdded,
                format!("the operation has the operationId {}.", words::code(new)),
            ),
            _ => return,
        };
        self.change(part, rule, operations.places_of("operationId"), message);
    }

    /// `rules` are those for something that is now deprecated, and no longer.
    pub(super) fn deprecation(
        &mut self,
        part: Part,
        both: &Both<'d>,
        rules: (Rule, Rule),
        subject: &str,
    ) {
        let (rule, text) = match both.flags("deprecated") {
            (false, true) => (rules.0, "is now deprecated"),
            (true, false) => (rules.1, "is no longer deprecated"),
            _ => return,
        };
        let at = both.places_of("deprecated");
        self.change(part, rule, at, format!("{subject} {text}."));
    }
}

/// The first of several with the same key is the one that requests reach.
fn by_key<'p, 'd>(placed: &'p [Placed<'d>]) -> HashMap<&'d OperationKey, &'p Placed<'d>> {
    let mut found = HashMap::new();
    for one in placed {
        found.entry(&one.named.key).or_insert(one);
    }
    found
}

fn name(placed: &Placed<'_>) -> String {
    let method = placed.named.method.as_str();
    format!("{method} {}", placed.named.path_template)
}
