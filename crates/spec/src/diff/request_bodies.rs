//! Request bodies.

use super::Comparer;
use super::caller::Caller;
use super::change::Which;
use super::content::MediaRules;
use super::ledger::Part;
use super::rule::Rule;
use super::side::{Both, Found};

const SUBJECT: &str = "the request body";

impl<'d> Comparer<'d> {
    pub(super) fn request_body(&mut self, part: Part, caller: Caller, operations: &Both<'d>) {
        match operations.get("requestBody") {
            (Some(before), Some(after)) => {
                if let Some(bodies) = self.follow(part, Both { before, after }) {
                    self.body(part, caller, &bodies);
                }
            }
            (Some(before), None) => {
                let rule = caller.rule(Rule::RequestBodyRemoved, Rule::CallbackBodyRemoved);
                let here = (Which::Before, &before, &*operations.after.pointer);
                self.one_sided(part, rule, here, format!("{SUBJECT} is gone."));
            }
            (None, Some(after)) => self.body_added(part, caller, after, &operations.before),
            (None, None) => {}
        }
    }

    fn body_added(&mut self, part: Part, caller: Caller, after: Found<'d>, before: &Found<'d>) {
        let Some(after) = self.follow_one(part, Which::After, after) else {
            return;
        };
        let (rule, kind) = if after.flag("required") {
            (Rule::RequestBodyAddedRequired, "required")
        } else {
            (Rule::RequestBodyAddedOptional, "optional")
        };
        let rule = caller.rule(rule, Rule::CallbackBodyAdded);
        let here = (Which::After, &after, &*before.pointer);
        self.one_sided(part, rule, here, format!("{SUBJECT} is new and {kind}."));
    }

    fn body(&mut self, part: Part, caller: Caller, bodies: &Both<'d>) {
        let change = match bodies.flags("required") {
            (false, true) => Some((
                caller.rule(
                    Rule::RequestBodyBecameRequired,
                    Rule::CallbackBodyBecameRequired,
                ),
                "required",
            )),
            (true, false) => Some((
                caller.rule(
                    Rule::RequestBodyBecameOptional,
                    Rule::CallbackBodyBecameOptional,
                ),
                "optional",
            )),
            _ => None,
        };
        if let Some((rule, kind)) = change {
            let message = format!("{SUBJECT} is now {kind}.");
            self.change(part, rule, bodies.places_of("required"), message);
        }
        let rules = match caller {
            Caller::Consumer => MediaRules {
                removed: Rule::RequestMediaTypeRemoved,
                added: Rule::RequestMediaTypeAdded,
                encoding: Rule::RequestEncodingChanged,
            },
            Caller::Api => MediaRules {
                removed: Rule::CallbackMediaTypeRemoved,
                added: Rule::CallbackMediaTypeAdded,
                encoding: Rule::CallbackParameterChanged,
            },
        };
        let both = (Some(&bodies.before), Some(&bodies.after));
        self.content(part, both, caller.request(), rules, SUBJECT);
    }
}
