//! Callbacks: operations that the API calls at its consumers, so that each side sends what the
//! other sends elsewhere.

use super::Comparer;
use super::caller::Caller;
use super::change::Which;
use super::ledger::Part;
use super::operations::Pair;
use super::rule::Rule;
use super::side::{Both, Found};
use super::words;
use crate::description::Method;

/// A call of a callback: its name and method, the path item around it and the operation.
struct Call<'d> {
    name: String,
    expression: &'d str,
    item: Found<'d>,
    operation: Found<'d>,
}

impl<'d> Comparer<'d> {
    pub(super) fn callbacks(&mut self, part: Part, caller: Caller, operations: &Both<'d>) {
        let old = self.calls(part, Which::Before, &operations.before);
        let new = self.calls(part, Which::After, &operations.after);
        let (there, back) = operations.places_of("callbacks");
        // What the API calls calls back the API, and what consumers see of that is unknown.
        if caller == Caller::Api {
            if operations.differs("callbacks") {
                self.unsupported(part, (there, back), "a callback inside a callback");
            }
            return;
        }
        for before in &old {
            match new.iter().find(|after| after.name == before.name) {
                Some(after) => self.call(part, before, after),
                None => {
                    let message = format!("the callback {} is gone.", words::code(&before.name));
                    let here = (Which::Before, &before.operation, &*back);
                    self.one_sided(part, Rule::CallbackRemoved, here, message);
                }
            }
        }
        for after in &new {
            if !old.iter().any(|before| before.name == after.name) {
                let message = format!("the callback {} is new.", words::code(&after.name));
                let here = (Which::After, &after.operation, &*there);
                self.one_sided(part, Rule::CallbackAdded, here, message);
            }
        }
    }

    fn call(&mut self, part: Part, before: &Call<'d>, after: &Call<'d>) {
        let pair = Pair {
            templates: (before.expression, after.expression),
            items: Both {
                before: before.item.clone(),
                after: after.item.clone(),
            },
            operations: Both {
                before: before.operation.clone(),
                after: after.operation.clone(),
            },
        };
        self.exchange(part, Caller::Api, &pair);
    }

    fn calls(&mut self, part: Part, which: Which, operation: &Found<'d>) -> Vec<Call<'d>> {
        let mut calls = Vec::new();
        for (name, callback) in operation.entries_of("callbacks") {
            let Some(callback) = self.follow_one(part, which, callback) else {
                continue;
            };
            for (expression, item) in callback.members() {
                let Some(item) = self.follow_one(part, which, item) else {
                    continue;
                };
                for method in Method::ALL {
                    if let Some(operation) = item.get(method.key()) {
                        calls.push(Call {
                            name: format!("{name} {} {expression}", method.as_str()),
                            expression,
                            item: item.clone(),
                            operation,
                        });
                    }
                }
            }
        }
        calls
    }
}
