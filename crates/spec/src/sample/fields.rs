//! The fields of a form body: one per property of its schema (OpenAPI 3.0.3 and 3.1 §Encoding Object), what each takes, and
//! what becomes of it in the body.

use serde_json::Value;

use super::{PartValue, SamplePart};
use crate::render::Context;
use crate::render::example::{can_be_text, essence, is_json};
use crate::render::layers::Layers;

/// What a field of a form body is filled in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// One line of text; a list stands between commas.
    Line,
    /// A JSON object, or a list of them.
    Json,
    /// One file.
    File,
    /// Any number of files.
    Files,
}

impl Control {
    /// Whether it takes files.
    pub const fn takes_files(self) -> bool {
        matches!(self, Self::File | Self::Files)
    }
}

/// One property of a form body.
pub(super) struct Property<'f> {
    pub(super) name: &'f str,
    pub(super) required: bool,
    pub(super) layers: Layers<'f>,
    pub(super) control: Control,
    /// Its Encoding Object; null when it has none.
    pub(super) encoding: &'f Value,
    /// The types that its parts may have, as documented; empty when nothing is said.
    pub(super) types: Vec<String>,
}

/// What a client sends of a form body, in the order of the description.
pub(super) fn properties<'f>(media: &'f Value, context: &Context<'f>) -> Vec<Property<'f>> {
    let whole = Layers::of(&media["schema"], context);
    let required = whole.required();
    let property = |one: crate::render::layers::Property<'f>| {
        let layers = Layers::of(one.schema, context);
        if layers.flag("readOnly") {
            return None;
        }
        let encoding = &media["encoding"][one.name];
        let items = layers
            .get("items")
            .filter(|_| layers.types().contains(&"array"))
            .map(|items| Layers::of(items, context));
        let control = match &items {
            Some(items) if is_file(items, encoding) => Control::Files,
            Some(items) if is_object(items) => Control::Json,
            None if is_file(&layers, encoding) => Control::File,
            None if is_object(&layers) => Control::Json,
            Some(_) | None => Control::Line,
        };
        let said = encoding["contentType"].as_str().or_else(|| {
            let inner = items.as_ref().unwrap_or(&layers);
            let is_raw = inner.get("contentEncoding").is_none();
            inner.text("contentMediaType").filter(|_| is_raw)
        });
        let types = said.unwrap_or_default().split(',').map(str::trim);
        Some(Property {
            name: one.name,
            required: required.contains(one.name),
            control,
            encoding,
            types: types
                .filter(|one| !one.is_empty())
                .map(str::to_owned)
                .collect(),
            layers,
        })
    };
    whole
        .properties()
        .into_iter()
        .filter_map(property)
        .collect()
}

fn is_object(layers: &Layers<'_>) -> bool {
    layers.types().contains(&"object")
}

/// `format: binary` of 3.0; in 3.1 a `contentMediaType` without an encoding, or no type at all beside a binary `contentType`.
fn is_file(layers: &Layers<'_>, encoding: &Value) -> bool {
    let is_raw = layers.get("contentEncoding").is_none();
    let untyped = layers.types().is_empty() && layers.get("enum").is_none();
    let documented = encoding["contentType"].as_str().unwrap_or_default();
    layers.text("format") == Some("binary")
        || (is_raw && layers.get("contentMediaType").is_some())
        || (is_raw && untyped && !documented.is_empty() && !can_be_text(documented))
}

impl Property<'_> {
    /// The type of a part that is no file: as documented, that of JSON for an object, else none, which means plain text
    /// (RFC 7578 §4.4).
    pub(super) fn text_type(&self) -> Option<String> {
        let documented = self.types.iter().find(|one| !one.contains('*')).cloned();
        documented.or_else(|| {
            let is_json = self.control == Control::Json;
            is_json.then(|| "application/json".to_owned())
        })
    }

    /// A part of text. A bare text in a part of JSON stands in quotes.
    pub(super) fn part(&self, value: &Value) -> SamplePart {
        let content_type = self.text_type();
        let is_json = content_type
            .as_deref()
            .is_some_and(|one| is_json(&essence(one)));
        let is_text = {
            let types = self.layers.types();
            types.contains(&"string") || types.is_empty()
        };
        let text = match value {
            Value::String(text) if !(is_json && is_text) => text.clone(),
            other => other.to_string(),
        };
        SamplePart {
            name: self.name.to_owned(),
            value: PartValue::Text(text),
            content_type,
        }
    }

    /// A part that is a file.
    pub(super) fn file(&self, name: &str, number: usize, own_type: &str) -> SamplePart {
        SamplePart {
            name: self.name.to_owned(),
            value: PartValue::File {
                name: name.to_owned(),
                number,
            },
            content_type: Some(file_type(&self.types, own_type)),
        }
    }
}

/// The type a file is sent with: the documented one, or its own where the document leaves that open (a wildcard, several, none).
pub(super) fn file_type(documented: &[String], own: &str) -> String {
    let own = if is_media_type(own) {
        essence(own)
    } else {
        String::new()
    };
    let fits = |range: &String| {
        let range = essence(range);
        range == own
            || range == "*/*"
            || range
                .strip_suffix('*')
                .is_some_and(|start| start.ends_with('/') && own.starts_with(start))
    };
    let only = |one: &&String| documented.len() == 1 && !one.contains('*');
    if let Some(one) = documented.first().filter(only) {
        return one.clone();
    }
    if !own.is_empty() && (documented.is_empty() || documented.iter().any(fits)) {
        return own;
    }
    documented
        .iter()
        .find(|one| !one.contains('*'))
        .cloned()
        .unwrap_or_else(|| of_range(documented))
}

/// A type for a file whose own is not known or not among the documented ones.
fn of_range(documented: &[String]) -> String {
    let range = documented.first().map(|one| essence(one));
    match range.as_deref() {
        Some("image/*") => "image/png",
        Some("audio/*") => "audio/mpeg",
        Some("video/*") => "video/mp4",
        Some("text/*") => "text/plain",
        _ => "application/octet-stream",
    }
    .to_owned()
}

/// `type/subtype` of tokens (RFC 9110 §8.3.1), parameters left to whoever wrote them out.
fn is_media_type(text: &str) -> bool {
    let is_token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    let text = essence(text);
    text.split_once('/')
        .is_some_and(|(kind, inner)| is_token(kind) && is_token(inner))
}
