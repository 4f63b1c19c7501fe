//! Parameters: paired by where they stand and what they are called, those of a path by position.

use serde_json::Value;

use super::Comparer;
use super::caller::Caller;
use super::change::Which;
use super::ledger::Part;
use super::operations::Pair;
use super::rule::Rule;
use super::side::{Both, Found, Side};
use super::words;

/// A parameter of an operation, its own or its path's.
struct Parameter<'d> {
    name: &'d str,
    /// `query`, `path`, `header` or `cookie`.
    place: &'d str,
    /// What pairs it up, within its place.
    key: String,
    found: Found<'d>,
}

impl Parameter<'_> {
    fn is_required(&self) -> bool {
        self.place == "path" || self.found.flag("required")
    }

    fn words(&self) -> String {
        format!("the {} parameter {}", self.place, words::code(self.name))
    }

    fn is(&self, other: &Parameter<'_>) -> bool {
        self.place == other.place && self.key == other.key
    }
}

/// Headers that OpenAPI describes elsewhere and says to ignore here.
const IGNORED_HEADERS: [&str; 3] = ["accept", "content-type", "authorization"];

impl<'d> Comparer<'d> {
    pub(super) fn parameters(&mut self, part: Part, caller: Caller, pair: &Pair<'d>) {
        let old = self.collect(part, Which::Before, pair);
        let new = self.collect(part, Which::After, pair);
        let places = pair.operations.places_of("parameters");
        let mut moved: Vec<&str> = Vec::new();
        for before in &old {
            if let Some(after) = new.iter().find(|after| after.is(before)) {
                self.parameter(part, caller, before, after);
            } else if let Some(after) = moved_to(before, &old, &new) {
                moved.push(after.name);
                self.moved(part, caller, before, after);
            } else {
                self.parameter_removed(part, caller, before, &places.1);
            }
        }
        for after in &new {
            if !old.iter().any(|before| before.is(after)) && !moved.contains(&after.name) {
                self.parameter_added(part, caller, after, &places.0);
            }
        }
    }

    fn collect(&mut self, part: Part, which: Which, pair: &Pair<'d>) -> Vec<Parameter<'d>> {
        let (item, operation, template) = match which {
            Which::Before => (
                &pair.items.before,
                &pair.operations.before,
                pair.templates.0,
            ),
            Which::After => (&pair.items.after, &pair.operations.after, pair.templates.1),
        };
        let mut parameters: Vec<Parameter<'d>> = Vec::new();
        // An operation's own parameter replaces one of its path.
        for list in [operation.get("parameters"), item.get("parameters")] {
            for found in list.into_iter().flat_map(|list| list.elements()) {
                let found = self.follow_one(part, which, found);
                let Some(parameter) = found.and_then(|found| named(found, template)) else {
                    continue;
                };
                if !parameters.iter().any(|other| other.is(&parameter)) {
                    parameters.push(parameter);
                }
            }
        }
        parameters
    }

    fn parameter_removed(
        &mut self,
        part: Part,
        caller: Caller,
        before: &Parameter<'d>,
        there: &str,
    ) {
        let rule = caller.rule(Rule::ParameterRemoved, Rule::CallbackParameterRemoved);
        let here = (Which::Before, &before.found, there);
        self.one_sided(part, rule, here, format!("{} is gone.", before.words()));
    }

    fn parameter_added(&mut self, part: Part, caller: Caller, after: &Parameter<'d>, there: &str) {
        let (rule, kind) = if after.is_required() {
            (Rule::ParameterAddedRequired, "required")
        } else {
            (Rule::ParameterAddedOptional, "optional")
        };
        let rule = caller.rule(rule, Rule::CallbackParameterAdded);
        let here = (Which::After, &after.found, there);
        let message = format!("{} is new and {kind}.", after.words());
        self.one_sided(part, rule, here, message);
    }

    fn moved(&mut self, part: Part, caller: Caller, before: &Parameter<'d>, after: &Parameter<'d>) {
        let rule = caller.rule(
            Rule::ParameterLocationChanged,
            Rule::CallbackParameterChanged,
        );
        let at = (before.found.place("in"), after.found.place("in"));
        let message = format!("{} is now a {} parameter.", before.words(), after.place);
        self.change(part, rule, at, message);
    }

    fn parameter(
        &mut self,
        part: Part,
        caller: Caller,
        before: &Parameter<'d>,
        after: &Parameter<'d>,
    ) {
        let both = Both {
            before: before.found.clone(),
            after: after.found.clone(),
        };
        let subject = after.words();
        if before.place == "path" && before.name != after.name {
            let name = words::code(before.name);
            let message = format!("{subject} was called {name}; requests stay the same.");
            self.change(
                part,
                Rule::PathParameterRenamed,
                both.places_of("name"),
                message,
            );
        }
        self.requirement(part, caller, (before, after), &both);
        let rules = (Rule::ParameterDeprecated, Rule::ParameterRevived);
        self.deprecation(part, &both, rules, &subject);
        self.empty_values(part, caller, &both, &subject);
        if !self.notation(part, caller, &both, &subject) {
            return;
        }
        self.style(part, caller, (before, after), &both);
        self.value_of(part, caller.request(), &both, &subject);
    }

    fn requirement(
        &mut self,
        part: Part,
        caller: Caller,
        parameters: (&Parameter<'d>, &Parameter<'d>),
        both: &Both<'d>,
    ) {
        let (before, after) = parameters;
        let (rule, text) = match (before.is_required(), after.is_required()) {
            (false, true) => (
                caller.rule(
                    Rule::ParameterBecameRequired,
                    Rule::CallbackParameterBecameRequired,
                ),
                "is now required",
            ),
            (true, false) => (
                caller.rule(
                    Rule::ParameterBecameOptional,
                    Rule::CallbackParameterBecameOptional,
                ),
                "is now optional",
            ),
            _ => return,
        };
        let message = format!("{} {text}.", after.words());
        self.change(part, rule, both.places_of("required"), message);
    }

    fn empty_values(&mut self, part: Part, caller: Caller, both: &Both<'d>, subject: &str) {
        let (rule, text) = match both.flags("allowEmptyValue") {
            (true, false) => (Rule::ParameterEmptyRefused, "may no longer be empty"),
            (false, true) => (Rule::ParameterEmptyAllowed, "may now be empty"),
            _ => return,
        };
        let rule = caller.rule(rule, Rule::CallbackParameterChanged);
        let at = both.places_of("allowEmptyValue");
        self.change(part, rule, at, format!("{subject} {text}."));
    }

    /// Whether both are written in the same media type, or both in none.
    fn notation(&mut self, part: Part, caller: Caller, both: &Both<'d>, subject: &str) -> bool {
        let notation = |found: &Found<'d>| {
            let content = found.members_of("content");
            content.first().map(|(name, _)| name.to_ascii_lowercase())
        };
        let (old, new) = (notation(&both.before), notation(&both.after));
        if old == new {
            return true;
        }
        let rule = caller.rule(
            Rule::ParameterNotationChanged,
            Rule::CallbackParameterChanged,
        );
        let word = |notation: &Option<String>| {
            notation
                .as_deref()
                .map_or_else(|| "plain text".to_owned(), words::code)
        };
        let message = format!("{subject} is now {}, not {}.", word(&new), word(&old));
        self.change(part, rule, both.places_of("content"), message);
        false
    }

    fn style(
        &mut self,
        part: Part,
        caller: Caller,
        parameters: (&Parameter<'d>, &Parameter<'d>),
        both: &Both<'d>,
    ) {
        let (before, after) = parameters;
        let subject = after.words();
        let (old, new) = (style(before), style(after));
        if old != new {
            let rule = caller.rule(Rule::ParameterStyleChanged, Rule::CallbackParameterChanged);
            let message = format!(
                "{subject} is now written in style {}, not {}.",
                words::code(new),
                words::code(old)
            );
            return self.change(part, rule, both.places_of("style"), message);
        }
        // Only lists and objects have anything to separate.
        if explodes(before) != explodes(after)
            && (is_composite(&self.before, before) || is_composite(&self.after, after))
        {
            let rule = caller.rule(
                Rule::ParameterExplodeChanged,
                Rule::CallbackParameterChanged,
            );
            let message = format!("{subject} now separates its elements in another way.");
            self.change(part, rule, both.places_of("explode"), message);
        }
        let (rule, text) = match both.flags("allowReserved") {
            (true, false) => (
                Rule::ParameterReservedRefused,
                "must now have its reserved characters escaped",
            ),
            (false, true) => (
                Rule::ParameterReservedAllowed,
                "may now hold reserved characters unescaped",
            ),
            _ => return,
        };
        let rule = caller.rule(rule, Rule::CallbackParameterChanged);
        let at = both.places_of("allowReserved");
        self.change(part, rule, at, format!("{subject} {text}."));
    }
}

/// The parameter of another place that this one became, when neither name is used twice.
fn moved_to<'p, 'd>(
    before: &Parameter<'d>,
    old: &[Parameter<'d>],
    new: &'p [Parameter<'d>],
) -> Option<&'p Parameter<'d>> {
    let is_candidate = |after: &&Parameter<'d>| {
        after.name == before.name
            && after.place != before.place
            && !old.iter().any(|other| other.is(after))
    };
    new.iter().find(is_candidate)
}

fn named<'d>(found: Found<'d>, template: &str) -> Option<Parameter<'d>> {
    let (name, place) = (found.text("name")?, found.text("in")?);
    let key = match place {
        "path" => position(name, template).map_or_else(|| name.to_owned(), |at| at.to_string()),
        "header" => name.to_ascii_lowercase(),
        _ => name.to_owned(),
    };
    if place == "header" && IGNORED_HEADERS.contains(&&*key) {
        return None;
    }
    Some(Parameter {
        name,
        place,
        key,
        found,
    })
}

/// Which of the parameters of a path template this is.
fn position(name: &str, template: &str) -> Option<usize> {
    let mut names = template.split('{').skip(1);
    names.position(|rest| rest.split('}').next() == Some(name))
}

fn style<'d>(parameter: &Parameter<'d>) -> &'d str {
    let default = match parameter.place {
        "path" | "header" => "simple",
        _ => "form",
    };
    parameter.found.text("style").unwrap_or(default)
}

fn explodes(parameter: &Parameter<'_>) -> bool {
    match parameter.found.value.get("explode") {
        Some(Value::Bool(said)) => *said,
        _ => style(parameter) == "form",
    }
}

fn is_composite(side: &Side<'_>, parameter: &Parameter<'_>) -> bool {
    let Some(schema) = parameter.found.get("schema") else {
        return false;
    };
    let kinds = super::schemas::types(&[schema], side);
    kinds.is_empty() || kinds.iter().any(|kind| matches!(*kind, "array" | "object"))
}
