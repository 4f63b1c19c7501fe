//! Schemas.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::style::Style;
use super::{Checks, says};
use crate::diff::quoted;
use crate::lint::Rule;
use crate::lint::fits::misfit;
use crate::pointer::{self, At};

impl<'d> Checks<'d> {
    pub(super) fn schema(&mut self, schema: &'d Map<String, Value>, at: &At<'_>) {
        let properties = schema.get("properties").and_then(Value::as_object);
        for name in properties.into_iter().flat_map(Map::keys) {
            self.properties
                .add(name, || at.key("properties").key(name).pointer());
        }
        self.required(schema, properties, at);
        self.values(schema, at);
        let is_array = schema.get("type").and_then(Value::as_str) == Some("array");
        if is_array
            && !["items", "prefixItems", "$ref", "allOf", "contains"]
                .iter()
                .any(|key| schema.contains_key(*key))
        {
            self.say(
                Rule::ArrayItems,
                at.pointer(),
                "Say in items what is in this array.",
            );
        }
        if self.is_on(Rule::ExampleValid) && schema.contains_key("example") {
            self.schema_example(schema, at);
        }
    }

    fn schema_example(&mut self, schema: &'d Map<String, Value>, at: &At<'_>) {
        let Some(example) = schema.get("example") else {
            return;
        };
        let whole = Value::Object(schema.clone());
        if let Some(why) = misfit(self.document, &whole, example) {
            self.say(
                Rule::ExampleValid,
                at.key("example").pointer(),
                format!("The example does not fit its schema: {why}."),
            );
        }
    }

    fn required(
        &mut self,
        schema: &'d Map<String, Value>,
        properties: Option<&'d Map<String, Value>>,
        at: &At<'_>,
    ) {
        // Where others add properties, one schema alone does not know them all.
        let is_alone = !["allOf", "anyOf", "oneOf", "$ref", "patternProperties"]
            .iter()
            .any(|key| schema.contains_key(*key));
        let (Some(properties), true) = (properties, is_alone) else {
            return;
        };
        let names = schema.get("required").and_then(Value::as_array);
        for name in names.into_iter().flatten().filter_map(Value::as_str) {
            if !properties.contains_key(name) {
                self.say(
                    Rule::RequiredDefined,
                    at.key("required").pointer(),
                    format!("{} is required and not among the properties.", quoted(name)),
                );
            }
        }
    }

    fn values(&mut self, schema: &'d Map<String, Value>, at: &At<'_>) {
        let Some(values) = schema.get("enum").and_then(Value::as_array) else {
            return;
        };
        let here = at.key("enum");
        let mut seen = HashSet::new();
        if let Some(twice) = values.iter().find(|value| !seen.insert(*value)) {
            self.say(
                Rule::EnumUnique,
                here.pointer(),
                format!("The value {} is listed twice.", quoted(&twice.to_string())),
            );
        }
        if let Some(types) = schema.get("type") {
            let of_type = serde_json::json!({ "type": types, "nullable": schema.get("nullable") });
            if let Some(odd) = values
                .iter()
                .find(|value| misfit(self.document, &of_type, value).is_some())
            {
                self.say(
                    Rule::EnumType,
                    here.pointer(),
                    format!(
                        "The value {} is not of the type {types}.",
                        quoted(&odd.to_string())
                    ),
                );
            }
        }
        let mut styles = values
            .iter()
            .filter_map(Value::as_str)
            .filter_map(Style::of);
        if let Some(first) = styles.next()
            && styles.any(|other| other != first)
        {
            self.say(
                Rule::EnumCasing,
                here.pointer(),
                "The values of this enum are written in several styles.",
            );
        }
    }

    pub(super) fn named_schemas(&mut self) {
        let schemas = self
            .document
            .pointer("/components/schemas")
            .and_then(Value::as_object);
        let used: HashSet<String> = self
            .references
            .iter()
            .filter_map(|reference| {
                let pointer = pointer::of_local_reference(reference)?;
                let rest = pointer.strip_prefix("/components/schemas")?;
                pointer::segments(rest)
                    .next()
                    .map(std::borrow::Cow::into_owned)
            })
            .collect();
        for (name, schema) in schemas.into_iter().flatten() {
            let at = pointer::join("/components/schemas", name);
            if !used.contains(name) {
                self.say(
                    Rule::SchemaUsed,
                    at.clone(),
                    format!("Nothing refers to the schema {}.", quoted(name)),
                );
            }
            let is_plain = schema
                .as_object()
                .filter(|schema| !schema.contains_key("$ref"));
            if is_plain.is_some_and(|schema| !says(schema, "description") && !says(schema, "title"))
            {
                self.say(
                    Rule::SchemaDescription,
                    at,
                    format!("Describe the schema {}.", quoted(name)),
                );
            }
        }
    }
}
