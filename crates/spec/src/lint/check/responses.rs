//! Responses and the bodies in them.

use serde_json::{Map, Value};

use super::{Checks, says};
use crate::diff::quoted;
use crate::lint::Rule;
use crate::lint::fits::misfit;
use crate::pointer::{self, At};

impl<'d> Checks<'d> {
    pub(super) fn response(&mut self, response: &'d Map<String, Value>, at: &At<'_>) {
        if response.contains_key("$ref") {
            return;
        }
        let here = at.pointer();
        let code = pointer::segments(&here)
            .last()
            .unwrap_or_default()
            .into_owned();
        if !says(response, "description") {
            self.say(
                Rule::ResponseDescription,
                here.clone(),
                format!("Describe the response {}.", quoted(&code)),
            );
        }
        let has_body = response
            .get("content")
            .and_then(Value::as_object)
            .is_some_and(|content| !content.is_empty());
        if code == "204" && has_body {
            self.say(
                Rule::NoContentBody,
                here.clone(),
                "An answer with 204 has no body: leave its content out.",
            );
        }
        if code.starts_with(['4', '5']) && code.len() == 3 && !has_body {
            self.say(
                Rule::ErrorBody,
                here,
                format!(
                    "Describe the body of the response {}, such as application/problem+json.",
                    quoted(&code)
                ),
            );
        }
    }

    pub(super) fn media_type(&mut self, media: &'d Map<String, Value>, at: &At<'_>) {
        self.example_of(media, at);
    }

    /// `example` and `examples` beside a schema.
    pub(super) fn example_of(&mut self, object: &'d Map<String, Value>, at: &At<'_>) {
        let Some(schema) = object
            .get("schema")
            .filter(|_| self.is_on(Rule::ExampleValid))
        else {
            return;
        };
        if let Some(example) = object.get("example") {
            self.fits(schema, example, || at.key("example").pointer());
        }
        let named = object.get("examples").and_then(Value::as_object);
        for (name, example) in named.into_iter().flatten() {
            let Some(value) = example.get("value") else {
                continue;
            };
            self.fits(schema, value, || {
                at.key("examples").key(name).key("value").pointer()
            });
        }
    }

    pub(super) fn fits(&mut self, schema: &Value, example: &Value, at: impl FnOnce() -> String) {
        if let Some(why) = misfit(self.document, schema, example) {
            self.say(
                Rule::ExampleValid,
                at(),
                format!("The example does not fit its schema: {why}."),
            );
        }
    }
}
