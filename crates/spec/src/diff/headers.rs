//! Header fields of answers.

use super::Comparer;
use super::caller::Caller;
use super::change::Which;
use super::ledger::Part;
use super::rule::Rule;
use super::side::{Both, Found};
use super::words;

/// A header field by its name in small letters.
type Header<'d> = (String, Found<'d>);

/// OpenAPI describes the media type elsewhere and says to ignore it here.
fn headers<'d>(response: &Found<'d>) -> Vec<Header<'d>> {
    let members = response.entries_of("headers").into_iter();
    let named = members.map(|(name, found)| (name.to_ascii_lowercase(), found));
    named.filter(|(name, _)| name != "content-type").collect()
}

impl<'d> Comparer<'d> {
    pub(super) fn headers(&mut self, part: Part, caller: Caller, both: &Both<'d>, subject: &str) {
        let (old, new) = (headers(&both.before), headers(&both.after));
        let (there, back) = both.places_of("headers");
        for (name, before) in &old {
            let words = format!("the header {} of {subject}", words::code(name));
            match new.iter().find(|(other, _)| other == name) {
                Some((_, after)) => {
                    let both = Both {
                        before: before.clone(),
                        after: after.clone(),
                    };
                    self.header(part, caller, both, &words);
                }
                None => self.header_removed(part, caller, before, &back, &words),
            }
        }
        for (name, after) in &new {
            if !old.iter().any(|(other, _)| other == name) {
                let rule = caller.rule(Rule::ResponseHeaderAdded, Rule::CallbackResponseChanged);
                let message = format!("the header {} of {subject} is new.", words::code(name));
                self.one_sided(part, rule, (Which::After, after, &*there), message);
            }
        }
    }

    fn header_removed(
        &mut self,
        part: Part,
        caller: Caller,
        before: &Found<'d>,
        there: &str,
        words: &str,
    ) {
        let Some(before) = self.follow_one(part, Which::Before, before.clone()) else {
            return;
        };
        let rule = if before.flag("required") {
            Rule::ResponseRequiredHeaderRemoved
        } else {
            Rule::ResponseOptionalHeaderRemoved
        };
        let rule = caller.rule(rule, Rule::CallbackResponseChanged);
        let here = (Which::Before, &before, there);
        self.one_sided(part, rule, here, format!("{words} is gone."));
    }

    fn header(&mut self, part: Part, caller: Caller, both: Both<'d>, words: &str) {
        let Some(both) = self.follow(part, both) else {
            return;
        };
        let change = match both.flags("required") {
            (true, false) => Some((Rule::ResponseHeaderBecameOptional, "may now be missing")),
            (false, true) => Some((Rule::ResponseHeaderBecameRequired, "is now always there")),
            _ => None,
        };
        if let Some((rule, text)) = change {
            let rule = caller.rule(rule, Rule::CallbackResponseChanged);
            let at = both.places_of("required");
            self.change(part, rule, at, format!("{words} {text}."));
        }
        if notation(&both.before) != notation(&both.after) {
            let rule = caller.rule(
                Rule::ResponseHeaderNotationChanged,
                Rule::CallbackResponseChanged,
            );
            let message = format!("{words} is written in another way.");
            return self.change(part, rule, both.places(), message);
        }
        self.value_of(part, caller.response(), &both, words);
    }
}

/// What decides how a value becomes text.
fn notation<'d>(header: &Found<'d>) -> (bool, Option<&'d str>) {
    let content = header.members_of("content");
    let name = content.first().map(|(name, _)| *name);
    (header.flag("explode"), name)
}
