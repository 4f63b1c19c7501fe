//! Operations: their names, what they say of themselves, and who they let in.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Checks, Placed, name, says};
use crate::description::Method;
use crate::diff::quoted;
use crate::lint::Rule;
use crate::pointer::{self, At};
use crate::references::follow;

/// Longer summaries are cut in lists.
const SUMMARY_MAX: usize = 120;

/// Parameters that page through a list.
const PAGING: [&str; 14] = [
    "limit",
    "offset",
    "page",
    "cursor",
    "after",
    "before",
    "per_page",
    "perpage",
    "page_size",
    "pagesize",
    "page[size]",
    "top",
    "$top",
    "page_token",
];

impl<'d> Checks<'d> {
    pub(super) fn operation(&mut self, placed: &Placed<'d>) {
        self.identity(placed);
        self.words(placed);
        self.tags_of(placed);
        self.answers(placed);
        self.security(placed);
        self.paging(placed);
        let reads = matches!(placed.named.method, Method::Get | Method::Head);
        if reads && placed.operation.contains_key("requestBody") {
            let message = format!(
                "{} takes a body, which many programs on the way drop.",
                name(placed.named)
            );
            self.say(
                Rule::ReadWithoutBody,
                pointer::join(&placed.pointer, "requestBody"),
                message,
            );
        }
    }

    fn identity(&mut self, placed: &Placed<'d>) {
        let Some(id) = placed.named.operation_id.as_deref() else {
            let message = format!(
                "Give {} an operationId: generated clients name their functions by it.",
                name(placed.named)
            );
            return self.say(Rule::OperationIdPresent, placed.pointer.clone(), message);
        };
        let at = pointer::join(&placed.pointer, "operationId");
        let first = self.ids.get(id);
        if first.is_some_and(|first| **first != placed.named.key) {
            self.say(
                Rule::OperationIdUnique,
                at.clone(),
                format!("The operationId {} is used before.", quoted(id)),
            );
        }
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if !id.chars().all(is_plain) {
            self.say(Rule::OperationIdCharacters, at, format!("The operationId {} holds other characters than letters, digits, dashes, dots and underscores.", quoted(id)));
        }
    }

    fn words(&mut self, placed: &Placed<'d>) {
        let shown = name(placed.named);
        match placed.named.summary.as_deref() {
            None => self.say(
                Rule::OperationSummary,
                placed.pointer.clone(),
                format!("Say in a summary what {shown} does."),
            ),
            Some(summary) => {
                let length = summary.chars().count();
                if length > SUMMARY_MAX {
                    let message = format!(
                        "The summary of {shown} has {length} characters; more than {SUMMARY_MAX} belong in its description."
                    );
                    self.say(
                        Rule::OperationSummaryLength,
                        pointer::join(&placed.pointer, "summary"),
                        message,
                    );
                }
            }
        }
        let is_described = placed.named.description.is_some();
        if !is_described {
            self.say(
                Rule::OperationDescription,
                placed.pointer.clone(),
                format!("Describe {shown}."),
            );
            if placed.named.deprecated {
                self.say(
                    Rule::DeprecatedExplained,
                    placed.pointer.clone(),
                    format!("Say in the description of {shown} what to use instead."),
                );
            }
        }
    }

    fn tags_of(&mut self, placed: &Placed<'d>) {
        if placed.named.tags.is_empty() {
            self.say(
                Rule::TagPresent,
                placed.pointer.clone(),
                format!("Give {} a tag: pages group by it.", name(placed.named)),
            );
        }
        if !self.is_on(Rule::TagDeclared) {
            return;
        }
        for tag in &placed.named.tags {
            if !self.tags.contains(tag.as_str()) {
                self.say(
                    Rule::TagDeclared,
                    pointer::join(&placed.pointer, "tags"),
                    format!("Declare the tag {} under tags at the root.", quoted(tag)),
                );
            }
        }
    }

    fn answers(&mut self, placed: &Placed<'d>) {
        let responses = placed.operation.get("responses").and_then(Value::as_object);
        let codes: Vec<&str> = responses
            .into_iter()
            .flat_map(Map::keys)
            .map(String::as_str)
            .collect();
        let has = |first: &[char]| codes.iter().any(|code| code.starts_with(first));
        let at = pointer::join(&placed.pointer, "responses");
        let shown = name(placed.named);
        let has_default = codes.contains(&"default");
        if !has(&['1', '2', '3']) && !has_default {
            self.say(
                Rule::OperationSuccess,
                at.clone(),
                format!("Describe what {shown} answers when all is well."),
            );
        }
        if !has(&['4']) && !has_default && !placed.named.webhook {
            self.say(
                Rule::OperationClientError,
                at,
                format!(
                    "Describe what {shown} answers to a call with a fault: a response for 4xx."
                ),
            );
        }
    }

    fn security(&mut self, placed: &Placed<'d>) {
        let own = placed.operation.get("security");
        self.requirements(own, &pointer::join(&placed.pointer, "security"));
        let is_said = own.or_else(|| self.document.get("security"));
        let is_said = is_said
            .and_then(Value::as_array)
            .is_some_and(|all| !all.is_empty() || own.is_some());
        if !is_said && !placed.named.webhook {
            self.say(
                Rule::SecurityDeclared,
                placed.pointer.clone(),
                format!(
                    "Say which credentials {} takes; `security: []` says none.",
                    name(placed.named)
                ),
            );
        }
    }

    /// A GET whose answer is a list, or holds nothing but one.
    fn paging(&mut self, placed: &Placed<'d>) {
        if placed.named.method != Method::Get
            || placed.named.webhook
            || !self.is_on(Rule::ListPagination)
        {
            return;
        }
        let document = self.document;
        let list = || {
            let answer = follow(document, placed.operation.get("responses")?.get("200")?)?;
            let content = answer.get("content")?.as_object()?;
            let json = content.iter().find(|(media, _)| media.contains("json"))?.1;
            let schema = follow(document, json.get("schema")?)?;
            (schema.get("type")?.as_str()? == "array").then_some(())
        };
        if list().is_none() {
            return;
        }
        let all = [placed.item, placed.operation];
        let parameters = all
            .iter()
            .filter_map(|object| object.get("parameters")?.as_array())
            .flatten();
        let mut names: HashSet<String> = HashSet::new();
        for parameter in parameters {
            let found = follow(document, parameter).and_then(|found| found.get("name")?.as_str());
            names.extend(found.map(str::to_ascii_lowercase));
        }
        if !PAGING.iter().any(|known| names.contains(*known)) {
            self.say(
                Rule::ListPagination,
                placed.pointer.clone(),
                format!(
                    "{} answers with a whole list: take a limit and a cursor, before it is long.",
                    name(placed.named)
                ),
            );
        }
    }

    pub(super) fn parameter(&mut self, parameter: &'d Map<String, Value>, at: &At<'_>) {
        if parameter.contains_key("$ref") {
            return;
        }
        let named = parameter
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !says(parameter, "description") {
            self.say(
                Rule::ParameterDescription,
                at.pointer(),
                format!("Describe the parameter {}.", quoted(named)),
            );
        }
        if !parameter.contains_key("schema") && !parameter.contains_key("content") {
            self.say(
                Rule::ParameterSchema,
                at.pointer(),
                format!("Give the parameter {} a schema.", quoted(named)),
            );
        }
        if parameter.get("in").and_then(Value::as_str) == Some("query") {
            self.query.add(named, || at.pointer());
        }
        self.example_of(parameter, at);
    }
}
