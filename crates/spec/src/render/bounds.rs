//! The bounds of a schema in words.

use gatehouse_language::t;
use serde_json::Value;

use super::layers::Layers;
use super::words;

/// Each bound as one phrase, in a fixed order.
pub(super) fn of(layers: &Layers<'_>) -> Vec<String> {
    let mut bounds = of_values(layers);
    if layers.get("additionalProperties") == Some(&Value::Bool(false)) {
        bounds.push(t!("reference-bound-closed"));
    }
    bounds.extend(of_schemas(layers));
    bounds
}

/// The same of the items of an array, which do not say that they have no other properties.
pub(super) fn of_items(layers: &Layers<'_>) -> impl Iterator<Item = String> {
    of_values(layers).into_iter().chain(of_schemas(layers))
}

fn of_values(layers: &Layers<'_>) -> Vec<String> {
    let mut bounds = Vec::new();
    if let Some(value) = layers.get("const") {
        bounds.push(t!("reference-bound-const", value = words::value(value)));
    }
    bounds.extend(number_range(layers));
    if let Some(step) = layers.get("multipleOf") {
        bounds.push(t!("reference-bound-multiple", value = step.to_string()));
    }
    bounds.extend(count(layers, "minLength", "maxLength", characters));
    if let Some(pattern) = layers.text("pattern") {
        bounds.push(t!("reference-bound-pattern", value = pattern));
    }
    bounds.extend(count(layers, "minItems", "maxItems", items));
    if layers.flag("uniqueItems") {
        bounds.push(t!("reference-bound-unique"));
    }
    bounds.extend(count(layers, "minProperties", "maxProperties", properties));
    if let Some(encoding) = layers.text("contentEncoding") {
        bounds.push(t!("reference-bound-encoding", value = encoding));
    }
    if let Some(media_type) = layers.text("contentMediaType") {
        bounds.push(t!("reference-bound-media-type", value = media_type));
    }
    bounds
}

fn of_schemas(layers: &Layers<'_>) -> Vec<String> {
    let mut bounds = Vec::new();
    if let Some(contains) = layers.get("contains") {
        bounds.push(t!(
            "reference-bound-contains",
            value = words::brief(contains)
        ));
    }
    if let Some(not) = layers.get("not") {
        bounds.push(t!("reference-bound-not", value = words::brief(not)));
    }
    if layers.get("if").is_some() {
        bounds.push(t!("reference-bound-conditions"));
    }
    bounds
}

fn number_range(layers: &Layers<'_>) -> Option<String> {
    let number = |key| layers.get(key).filter(|value| value.is_number());
    let low = number("exclusiveMinimum")
        .map(|least| t!("reference-bound-more", value = least.to_string()))
        .or_else(|| {
            number("minimum").map(|least| t!("reference-bound-least", value = least.to_string()))
        });
    let high = number("exclusiveMaximum")
        .map(|most| t!("reference-bound-less", value = most.to_string()))
        .or_else(|| {
            number("maximum").map(|most| t!("reference-bound-most", value = most.to_string()))
        });
    match (low, high) {
        (Some(low), Some(high)) => Some(format!("{low}, {high}")),
        (low, high) => low.or(high),
    }
}

fn characters(count: u64) -> String {
    t!("reference-characters", count = count)
}

fn items(count: u64) -> String {
    t!("reference-items", count = count)
}

fn properties(count: u64) -> String {
    t!("reference-properties", count = count)
}

fn count(
    layers: &Layers<'_>,
    least: &str,
    most: &str,
    things: fn(u64) -> String,
) -> Option<String> {
    let number = |key| layers.get(key).and_then(Value::as_u64);
    match (number(least).filter(|least| *least > 0), number(most)) {
        (Some(least), Some(most)) if least == most => {
            Some(t!("reference-bound-exactly", value = things(least)))
        }
        (Some(least), Some(most)) => Some(t!(
            "reference-bound-range",
            least = least,
            most = things(most),
        )),
        (Some(least), None) => Some(t!("reference-bound-least", value = things(least))),
        (None, Some(most)) => Some(t!("reference-bound-most", value = things(most))),
        (None, None) => None,
    }
}
