//! Types, formats, styles and statuses in words.

use gatehouse_language::t;
use serde_json::Value;
use std::borrow::Cow;

use super::Context;
use super::layers::{Layers, reference_name, shared_name};

/// How deep "array of array of …" is spelled out.
const NESTING_MAX: usize = 4;

/// The type of a schema in words: `array of Pet`, `string, date and time`.
pub(super) fn type_of<'f>(layers: &Layers<'f>, context: &Context<'f>) -> String {
    spell(layers, context, 0)
}

fn spell<'f>(layers: &Layers<'f>, context: &Context<'f>, nesting: usize) -> String {
    if layers.nothing {
        return t!("reference-type-nothing");
    }
    if let Some((_, alternatives)) = layers.alternatives()
        && !layers.has_properties()
    {
        return one_of(layers, &alternatives, context, nesting);
    }
    let types = layers.types();
    let words: Vec<String> = types
        .iter()
        .map(|kind| kind_of(kind, layers, context, nesting))
        .collect();
    match words.is_empty() {
        false => words.join(&t!("reference-or")),
        true if layers.is_nullable() => "null".to_owned(),
        true => named(layers).unwrap_or_else(|| t!("reference-type-any")),
    }
}

fn one_of<'f>(
    layers: &Layers<'f>,
    alternatives: &[&'f Value],
    context: &Context<'f>,
    nesting: usize,
) -> String {
    if let [only] = alternatives
        && nesting < NESTING_MAX
    {
        return spell(&Layers::of(only, context), context, nesting + 1);
    }
    if let Some(name) = named(layers) {
        return name;
    }
    let mut words: Vec<String> = Vec::new();
    for schema in alternatives.iter().take(5) {
        let word = reference_name(schema).map_or_else(|| brief(schema), Cow::into_owned);
        if !words.contains(&word) {
            words.push(word);
        }
    }
    if alternatives.len() > 5 {
        words.push("…".to_owned());
    }
    words.join(&t!("reference-or"))
}

fn kind_of<'f>(kind: &str, layers: &Layers<'f>, context: &Context<'f>, nesting: usize) -> String {
    match kind {
        "array" => {
            let Some(items) = layers.get("items").filter(|items| items.is_object()) else {
                let is_tuple = layers.get("prefixItems").is_some()
                    || layers.get("items").is_some_and(Value::is_array);
                return if is_tuple {
                    t!("reference-type-tuple")
                } else {
                    t!("reference-type-array")
                };
            };
            if layers.get("prefixItems").is_some() {
                return t!("reference-type-tuple");
            }
            if nesting >= NESTING_MAX {
                return t!("reference-type-array");
            }
            t!(
                "reference-type-array-of",
                items = spell(&Layers::of(items, context), context, nesting + 1)
            )
        }
        "object" => {
            let values = layers
                .get("additionalProperties")
                .filter(|values| values.is_object());
            match values {
                Some(values) if !layers.has_properties() && nesting < NESTING_MAX => {
                    let values = Layers::of(values, context);
                    t!(
                        "reference-type-map-of",
                        values = spell(&values, context, nesting + 1)
                    )
                }
                _ => named(layers).unwrap_or_else(|| t!("reference-type-object")),
            }
        }
        kind => match layers.text("format").map(format_of) {
            Some(format) => format!("{kind}, {format}"),
            None => kind.to_owned(),
        },
    }
}

fn named(layers: &Layers<'_>) -> Option<String> {
    shared_name(layers).or_else(|| layers.text("title").map(str::to_owned))
}

fn format_of(format: &str) -> String {
    match format {
        "date-time" => t!("reference-format-date-time"),
        "date" => t!("reference-format-date"),
        "time" => t!("reference-format-time"),
        "duration" => t!("reference-format-duration"),
        "uuid" => "UUID".to_owned(),
        "email" | "idn-email" => t!("reference-format-email"),
        "uri" | "url" | "iri" => "URL".to_owned(),
        "uri-reference" => t!("reference-format-uri-reference"),
        "hostname" | "idn-hostname" => t!("reference-format-hostname"),
        "ipv4" => t!("reference-format-ipv4"),
        "ipv6" => t!("reference-format-ipv6"),
        "byte" => "base64".to_owned(),
        "binary" => t!("reference-format-binary"),
        "password" => t!("reference-format-password"),
        "int32" => t!("reference-format-int32"),
        "int64" => t!("reference-format-int64"),
        "float" => t!("reference-format-float"),
        "double" => t!("reference-format-double"),
        "regex" => t!("reference-format-regex"),
        other => other.to_owned(),
    }
}

/// A schema in one or two words, without looking behind references.
pub(super) fn brief(schema: &Value) -> String {
    if let Some(name) = reference_name(schema) {
        return name.into_owned();
    }
    if let Some(title) = schema.get("title").and_then(Value::as_str) {
        return title.to_owned();
    }
    if let Some(constant) = schema.get("const") {
        return value(constant);
    }
    match schema.get("enum").and_then(Value::as_array) {
        Some(values) if values.len() == 1 => return value(&values[0]),
        Some(_) => return t!("reference-type-listed"),
        None => {}
    }
    match schema.get("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => kinds
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(&t!("reference-or")),
        _ => t!("reference-type-object"),
    }
}

/// A value as it would be typed: text bare, all else as JSON; cut when long.
pub(super) fn value(value: &Value) -> String {
    let full = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match full.char_indices().nth(500) {
        Some((end, _)) => format!("{}…", &full[..end]),
        None => full,
    }
}

/// How a parameter of several values is written, when there is anything to say.
pub(super) fn style(parameter: &Value, name: &str, kinds: &[&str]) -> Option<String> {
    let location = parameter["in"].as_str().unwrap_or("query");
    let default = if matches!(location, "query" | "cookie") {
        "form"
    } else {
        "simple"
    };
    let style = parameter["style"].as_str().unwrap_or(default);
    let explode = parameter["explode"].as_bool().unwrap_or(style == "form");
    let list = kinds.contains(&"array");
    if !list && !kinds.contains(&"object") {
        return match style {
            "label" => Some(t!("reference-style-dot", example = format!(".{name}"))),
            "matrix" => Some(t!(
                "reference-style-matrix",
                example = format!(";{name}=value")
            )),
            _ => None,
        };
    }
    let words = match (style, explode, list) {
        ("form", true, true) => t!(
            "reference-style-repeat",
            example = format!("{name}=a&{name}=b")
        ),
        ("form", false, true) => t!("reference-style-commas", example = format!("{name}=a,b")),
        ("form", true, false) => t!("reference-style-own", example = "key=value"),
        ("form", false, false) => t!(
            "reference-style-pairs",
            example = format!("{name}=key,value")
        ),
        ("spaceDelimited", ..) => t!("reference-style-spaces", example = format!("{name}=a%20b")),
        ("pipeDelimited", ..) => t!("reference-style-bars", example = format!("{name}=a|b")),
        ("deepObject", ..) => t!(
            "reference-style-brackets",
            example = format!("{name}[key]=value")
        ),
        ("simple", _, true) => t!("reference-style-commas", example = "a,b"),
        ("simple", true, false) => t!("reference-style-keys", example = "key=value,other=value"),
        ("simple", false, false) => t!("reference-style-pairs", example = "key,value"),
        ("label", true, true) => t!("reference-style-each-dot", example = ".a.b"),
        ("label", false, true) => t!("reference-style-after-dot", example = ".a,b"),
        ("label", true, false) => t!("reference-style-keys-dots", example = ".key=value"),
        ("label", false, false) => t!("reference-style-keys-dot", example = ".key,value"),
        ("matrix", true, true) => t!(
            "reference-style-repeat",
            example = format!(";{name}=a;{name}=b")
        ),
        ("matrix", false, true) => t!("reference-style-commas", example = format!(";{name}=a,b")),
        ("matrix", true, false) => t!("reference-style-itself", example = ";key=value"),
        ("matrix", false, false) => t!(
            "reference-style-keys",
            example = format!(";{name}=key,value")
        ),
        _ => return None,
    };
    Some(words)
}

/// A status code, range or `default` in words.
pub(super) fn status(status: &str) -> &'static str {
    match status {
        "default" => "Any other status",
        "1XX" => "Any informational status",
        "2XX" => "Any success",
        "3XX" => "Any redirect",
        "4XX" => "Any client error",
        "5XX" => "Any server error",
        "200" => "OK",
        "201" => "Created",
        "202" => "Accepted",
        "203" => "Non-authoritative information",
        "204" => "No content",
        "206" => "Partial content",
        "207" => "Multi-status",
        "301" => "Moved permanently",
        "302" => "Found",
        "303" => "See other",
        "304" => "Not modified",
        "307" => "Temporary redirect",
        "308" => "Permanent redirect",
        "400" => "Bad request",
        "401" => "Unauthorized",
        "402" => "Payment required",
        "403" => "Forbidden",
        "404" => "Not found",
        "405" => "Method not allowed",
        "406" => "Not acceptable",
        "408" => "Request timeout",
        "409" => "Conflict",
        "410" => "Gone",
        "412" => "Precondition failed",
        "413" => "Content too large",
        "415" => "Unsupported media type",
        "422" => "Unprocessable content",
        "423" => "Locked",
        "428" => "Precondition required",
        "429" => "Too many requests",
        "500" => "Internal server error",
        "501" => "Not implemented",
        "502" => "Bad gateway",
        "503" => "Service unavailable",
        "504" => "Gateway timeout",
        _ => "",
    }
}
