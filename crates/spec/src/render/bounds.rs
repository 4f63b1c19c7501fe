//! The bounds of a schema in words.

use serde_json::Value;

use super::layers::Layers;
use super::words;

/// Each bound as one phrase, in a fixed order.
pub(super) fn of(layers: &Layers<'_>) -> Vec<String> {
    let mut bounds = Vec::new();
    if let Some(value) = layers.get("const") {
        bounds.push(format!("always {}", words::value(value)));
    }
    bounds.extend(number_range(layers));
    if let Some(step) = layers.get("multipleOf") {
        bounds.push(format!("a multiple of {step}"));
    }
    bounds.extend(count(layers, "minLength", "maxLength", "character"));
    if let Some(pattern) = layers.text("pattern") {
        bounds.push(format!("matches {pattern}"));
    }
    bounds.extend(count(layers, "minItems", "maxItems", "item"));
    if layers.flag("uniqueItems") {
        bounds.push("no item twice".to_owned());
    }
    bounds.extend(count(layers, "minProperties", "maxProperties", "property"));
    if let Some(encoding) = layers.text("contentEncoding") {
        bounds.push(format!("encoded as {encoding}"));
    }
    if let Some(media_type) = layers.text("contentMediaType") {
        bounds.push(format!("contains {media_type}"));
    }
    if layers.get("additionalProperties") == Some(&Value::Bool(false)) {
        bounds.push("no other properties".to_owned());
    }
    if let Some(contains) = layers.get("contains") {
        bounds.push(format!("has at least one {}", words::brief(contains)));
    }
    if let Some(not) = layers.get("not") {
        bounds.push(format!("not {}", words::brief(not)));
    }
    if layers.get("if").is_some() {
        bounds.push("further conditions depend on other values".to_owned());
    }
    bounds
}

fn number_range(layers: &Layers<'_>) -> Option<String> {
    let number = |key| layers.get(key).filter(|value| value.is_number());
    let low = number("exclusiveMinimum")
        .map(|least| format!("more than {least}"))
        .or_else(|| number("minimum").map(|least| format!("at least {least}")));
    let high = number("exclusiveMaximum")
        .map(|most| format!("less than {most}"))
        .or_else(|| number("maximum").map(|most| format!("at most {most}")));
    match (low, high) {
        (Some(low), Some(high)) => Some(format!("{low}, {high}")),
        (low, high) => low.or(high),
    }
}

fn count(layers: &Layers<'_>, least: &str, most: &str, thing: &str) -> Option<String> {
    let number = |key| layers.get(key).and_then(Value::as_u64);
    let things = |n: u64| match (n, thing) {
        (1, thing) => format!("1 {thing}"),
        (n, "property") => format!("{n} properties"),
        (n, thing) => format!("{n} {thing}s"),
    };
    match (number(least).filter(|least| *least > 0), number(most)) {
        (Some(least), Some(most)) if least == most => Some(format!("exactly {}", things(least))),
        (Some(least), Some(most)) => Some(format!("{least} to {}", things(most))),
        (Some(least), None) => Some(format!("at least {}", things(least))),
        (None, Some(most)) => Some(format!("at most {}", things(most))),
        (None, None) => None,
    }
}
