//! Examples made from schemas: bounded, the same each time, and ending also where schemas do not.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::{Map, Number, Value, json};

use super::layers::{Layers, reference_name};
use super::{Context, Direction};
use crate::markdown::escape;

const DEPTH_MAX: usize = 7;
const NODES_MAX: usize = 300;
const TEXT_MAX: usize = 2_000;

/// An example and whether any of it had to be invented.
#[derive(Clone)]
pub(crate) struct Example {
    pub(crate) value: Value,
    pub(crate) generated: bool,
}

#[cfg(test)]
thread_local! {
    /// Examples that were made on this thread: one costs as much as its schema is large, so tests count them.
    pub(crate) static MADE: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// The schema's own example, else one made from it. `None` for a schema that says nothing.
pub(crate) fn of_schema<'f>(
    schema: &'f Value,
    direction: Direction,
    context: &Context<'f>,
) -> Option<Example> {
    // Answers of several statuses are often of one shared schema, and a page that did not fit asks for all of them again.
    let Some(name) = whole_reference(schema) else {
        return made(schema, direction, context);
    };
    let key = (name.to_owned(), direction);
    let known = context.examples.borrow().get(&key).cloned();
    known.unwrap_or_else(|| {
        let example = made(schema, direction, context);
        let mut kept = context.examples.borrow_mut();
        kept.insert(key, example.clone());
        example
    })
}

/// What a schema refers to that says nothing besides.
fn whole_reference(schema: &Value) -> Option<&str> {
    let object = schema.as_object().filter(|object| object.len() == 1)?;
    object.get("$ref")?.as_str()
}

fn made<'f>(schema: &'f Value, direction: Direction, context: &Context<'f>) -> Option<Example> {
    #[cfg(test)]
    MADE.set(MADE.get() + 1);
    let layers = Layers::of(schema, context);
    if let Some(value) = given(&layers) {
        return Some(Example {
            value: value.clone(),
            generated: false,
        });
    }
    let mut maker = Maker {
        direction,
        context,
        nodes_left: NODES_MAX,
    };
    let value = maker.make(&layers, 0, &[])?;
    Some(Example {
        value,
        generated: true,
    })
}

fn given<'f>(layers: &Layers<'f>) -> Option<&'f Value> {
    layers.get("example").or_else(|| {
        let examples = layers.get("examples")?;
        // 3.1 has a list; a map of examples is a common mistake.
        match examples {
            Value::Array(list) => list.first(),
            Value::Object(named) => named
                .values()
                .next()
                .map(|one| one.get("value").unwrap_or(one)),
            _ => None,
        }
    })
}

struct Maker<'c, 'f> {
    direction: Direction,
    context: &'c Context<'f>,
    nodes_left: usize,
}

impl<'f> Maker<'_, 'f> {
    /// Whether nothing more is made at this depth: then a schema need not be looked at.
    fn is_over(&self, depth: usize) -> bool {
        depth > DEPTH_MAX || self.nodes_left == 0
    }

    fn make_of(
        &mut self,
        schema: &'f Value,
        depth: usize,
        around: &[Cow<'f, str>],
    ) -> Option<Value> {
        if self.is_over(depth) {
            return None;
        }
        self.make(&Layers::of(schema, self.context), depth, around)
    }

    fn make(
        &mut self,
        layers: &Layers<'f>,
        depth: usize,
        around: &[Cow<'f, str>],
    ) -> Option<Value> {
        if self.is_over(depth) || layers.nothing {
            return None;
        }
        self.nodes_left -= 1;
        if layers.names.iter().any(|name| around.contains(name)) {
            return None;
        }
        if let Some(value) = self.said(layers) {
            return Some(value);
        }
        let named: Vec<Cow<'f, str>>;
        let around = match layers.names.as_slice() {
            [] => around,
            names => {
                named = [around, names].concat();
                &named
            }
        };
        if !layers.has_properties()
            && let Some((_, alternatives)) = layers.alternatives()
        {
            return alternatives
                .iter()
                .find_map(|one| self.make_of(one, depth, around));
        }
        match layers.types().first() {
            Some(&"object") => Some(self.object(layers, depth, around)),
            Some(&"array") => Some(self.array(layers, depth, around)),
            Some(&"string") => Some(Value::String(text(layers))),
            Some(&"integer") => Some(number(layers, true)),
            Some(&"number") => Some(number(layers, false)),
            Some(&"boolean") => Some(Value::Bool(true)),
            _ if layers.is_nullable() => Some(Value::Null),
            _ => None,
        }
    }

    fn said(&self, layers: &Layers<'f>) -> Option<Value> {
        let first_allowed = || layers.get("enum").and_then(Value::as_array)?.first();
        let value = layers
            .get("const")
            .or_else(|| given(layers))
            .or_else(|| layers.get("default").filter(|value| !value.is_null()))
            .or_else(first_allowed)?;
        Some(value.clone())
    }

    fn object(&mut self, layers: &Layers<'f>, depth: usize, around: &[Cow<'f, str>]) -> Value {
        let required = layers.required();
        let mut object = Map::new();
        for property in layers.properties() {
            let is_required = required.contains(property.name);
            if self.is_over(depth + 1) && !is_required {
                continue;
            }
            let layers = Layers::of(property.schema, self.context);
            if self.is_hidden(&layers) {
                continue;
            }
            match self.make(&layers, depth + 1, around) {
                Some(value) => {
                    object.insert(property.name.to_owned(), value);
                }
                // Must be there, and cannot be shown whole.
                None if is_required => {
                    object.insert(property.name.to_owned(), hollow(&layers));
                }
                None => {}
            }
        }
        let alternative = layers
            .alternatives()
            .and_then(|(_, list)| list.into_iter().next());
        if let Some(Value::Object(more)) =
            alternative.and_then(|one| self.make_of(one, depth, around))
        {
            for (name, value) in more {
                object.entry(name).or_insert(value);
            }
        }
        let values = layers
            .get("additionalProperties")
            .filter(|values| values.is_object());
        if object.is_empty()
            && let Some(value) = values.and_then(|values| self.make_of(values, depth + 1, around))
        {
            object.insert("key".to_owned(), value);
        }
        Value::Object(object)
    }

    fn is_hidden(&self, layers: &Layers<'f>) -> bool {
        layers.flag("deprecated")
            || match self.direction {
                Direction::Request => layers.flag("readOnly"),
                Direction::Response => layers.flag("writeOnly"),
                Direction::Both => false,
            }
    }

    fn array(&mut self, layers: &Layers<'f>, depth: usize, around: &[Cow<'f, str>]) -> Value {
        let tuple = layers
            .get("prefixItems")
            .or_else(|| layers.get("items").filter(|items| items.is_array()))
            .and_then(Value::as_array);
        if let Some(elements) = tuple {
            return elements
                .iter()
                .map(|element| {
                    let made = self.make_of(element, depth + 1, around);
                    made.unwrap_or(Value::Null)
                })
                .collect();
        }
        let Some(items) = layers.get("items") else {
            return json!([]);
        };
        let least = layers.get("minItems").and_then(Value::as_u64).unwrap_or(1);
        let count = if layers.flag("uniqueItems") {
            1
        } else {
            least.clamp(1, 3)
        };
        (0..count)
            .filter_map(|_| self.make_of(items, depth + 1, around))
            .collect()
    }
}

/// Something of the right type with nothing in it.
fn hollow(layers: &Layers<'_>) -> Value {
    match layers.types().first() {
        _ if layers.is_nullable() => Value::Null,
        Some(&"array") => json!([]),
        Some(&"string") => json!("string"),
        Some(&"integer" | &"number") => json!(1),
        Some(&"boolean") => json!(true),
        _ => json!({}),
    }
}

fn text(layers: &Layers<'_>) -> String {
    let known = match layers.text("format").unwrap_or_default() {
        "date-time" => "2026-01-15T09:30:00Z",
        "date" => "2026-01-15",
        "time" => "09:30:00Z",
        "duration" => "PT15M",
        "uuid" => "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "email" | "idn-email" => "user@example.com",
        "uri" | "url" | "iri" => "https://example.com",
        "uri-reference" => "/path",
        "hostname" | "idn-hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "byte" => "c3RyaW5n",
        "password" => "correct-horse-battery",
        _ => "string",
    };
    let bound = |key| {
        layers
            .get(key)
            .and_then(Value::as_u64)
            .map(|n| n.min(TEXT_MAX as u64) as usize)
    };
    let mut text = known.to_owned();
    if let Some(least) = bound("minLength") {
        while text.len() < least {
            text.push('x');
        }
    }
    if let Some(most) = bound("maxLength") {
        text.truncate(most);
    }
    text
}

fn number(layers: &Layers<'_>, whole: bool) -> Value {
    let bound = |key| layers.get(key).and_then(Value::as_f64);
    let step = if whole { 1.0 } else { 0.5 };
    let least = bound("minimum").or_else(|| bound("exclusiveMinimum").map(|least| least + step));
    let most = bound("maximum").or_else(|| bound("exclusiveMaximum").map(|most| most - step));
    let mut value = match (least, most) {
        (Some(least), _) if least > 1.0 => least,
        (_, Some(most)) if most < 1.0 => most,
        _ => 1.0,
    };
    if let Some(multiple) = bound("multipleOf").filter(|multiple| *multiple > 0.0) {
        value = (value / multiple).ceil() * multiple;
    }
    if whole && value.abs() < 9.0e15 {
        return json!(value as i64);
    }
    Number::from_f64(value).map_or_else(|| json!(1), Value::Number)
}

/// Whether an example of the media type can be shown as text.
pub(crate) fn can_be_text(media_type: &str) -> bool {
    let essence = essence(media_type);
    is_json(&essence)
        || is_xml(&essence)
        || essence.starts_with("text/")
        || matches!(
            &*essence,
            "application/x-www-form-urlencoded" | "multipart/form-data" | "*/*"
        )
}

/// The type without parameters, in small letters.
pub(crate) fn essence(media_type: &str) -> String {
    media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

pub(crate) fn is_json(essence: &str) -> bool {
    essence.ends_with("/json")
        || essence.ends_with("+json")
        || matches!(essence, "*/*" | "application/*")
}

pub(crate) fn is_xml(essence: &str) -> bool {
    essence.ends_with("/xml") || essence.ends_with("+xml")
}

/// An example as it stands in a body of the media type.
pub(crate) fn as_text(value: &Value, media_type: &str, xml_root: Option<&str>) -> String {
    let essence = essence(media_type);
    match value {
        Value::String(text) if !is_json(&essence) => text.clone(),
        // An example of a JSON body that was itself written as JSON text.
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => text.clone(),
        value if is_xml(&essence) => {
            let mut out = String::new();
            xml(&mut out, xml_root.unwrap_or("root"), value, 0);
            out
        }
        value => serde_json::to_string_pretty(value).unwrap_or_default(),
    }
}

/// The name of the outermost element: `xml.name`, else that of the schema.
pub(crate) fn xml_root<'f>(schema: &'f Value, context: &Context<'f>) -> Option<String> {
    let layers = Layers::of(schema, context);
    let name = layers
        .get("xml")
        .and_then(|xml| xml.get("name"))
        .and_then(Value::as_str);
    name.map(str::to_owned)
        .or_else(|| reference_name(schema).map(Cow::into_owned))
}

fn xml(out: &mut String, name: &str, value: &Value, depth: usize) {
    let safe = |c: char| {
        if c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':') {
            c
        } else {
            '_'
        }
    };
    let name: String = name.chars().map(safe).collect();
    let indent = "  ".repeat(depth);
    // Writing to a String cannot fail.
    let _ = match value {
        Value::Array(elements) => {
            elements
                .iter()
                .for_each(|element| xml(out, &name, element, depth));
            Ok(())
        }
        Value::Object(members) => {
            let _ = writeln!(out, "{indent}<{name}>");
            members
                .iter()
                .for_each(|(key, member)| xml(out, key, member, depth + 1));
            writeln!(out, "{indent}</{name}>")
        }
        Value::Null => writeln!(out, "{indent}<{name}/>"),
        Value::String(text) => writeln!(out, "{indent}<{name}>{}</{name}>", escape(text)),
        other => writeln!(out, "{indent}<{name}>{other}</{name}>"),
    };
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::MADE;
    use crate::render::OperationPage;

    #[test]
    fn answers_of_one_shared_schema_share_an_example_that_requests_of_it_do_not() {
        let of_pet = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}});
        let answer = json!({"description": "ok", "content": of_pet});
        let fragment = json!({
            "method": "POST",
            "path": "/pets",
            "operation": {
                "requestBody": {"content": of_pet},
                "responses": {"200": answer, "201": answer, "202": answer},
            },
            "components": {"schemas": {"Pet": {
                "type": "object",
                "properties": {"id": {"type": "integer", "readOnly": true}, "name": {"type": "string"}},
            }}},
        });
        let before = MADE.get();
        let page = OperationPage::from_fragment(&fragment);
        assert_eq!(MADE.get() - before, 2);
        let sent = &page.request_body.unwrap().media_types[0].examples[0].text;
        assert!(sent.contains("name") && !sent.contains("id"), "{sent}");
        for response in page.responses {
            let shown = &response.media_types[0].examples[0].text;
            assert!(shown.contains("name") && shown.contains("id"), "{shown}");
        }
    }
}
