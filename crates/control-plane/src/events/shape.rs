//! Shapes of the members of events.

use gatehouse_domain::id;
use serde_json::{Value, json};

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// An id with this prefix.
    Id(&'static str),
    /// Text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Flag,
    /// A day or a moment, RFC 3339.
    Moment,
    /// `{ "id": …, "name": … }`, the id with this prefix.
    NamedId(&'static str),
    /// `{ "slug": …, "name": … }`.
    NamedSlug,
    /// A list of text.
    Texts,
    /// Anything.
    Any,
}

fn is_id(value: &Value, prefix: &str) -> bool {
    let text = value.as_str().and_then(|text| text.strip_prefix(prefix));
    text.and_then(|text| text.strip_prefix('_'))
        .is_some_and(|digits| id::decode(digits).is_some())
}

impl Shape {
    /// Whether a value has the shape.
    pub fn fits(self, value: &Value) -> bool {
        match self {
            Self::Id(prefix) => is_id(value, prefix),
            Self::Text | Self::Moment => value.is_string(),
            Self::Number => value.is_number(),
            Self::Flag => value.is_boolean(),
            Self::NamedId(prefix) => is_id(&value["id"], prefix) && value["name"].is_string(),
            Self::NamedSlug => value["slug"].is_string() && value["name"].is_string(),
            Self::Texts => value
                .as_array()
                .is_some_and(|items| items.iter().all(Value::is_string)),
            Self::Any => !value.is_null(),
        }
    }

    /// For documents.
    pub fn words(self) -> String {
        match self {
            Self::Id(prefix) => format!("an id `{prefix}_…`"),
            Self::Text => "text".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Moment => "a moment (RFC 3339)".to_owned(),
            Self::NamedId(prefix) => format!("an object with `id` (`{prefix}_…`) and `name`"),
            Self::NamedSlug => "an object with `slug` and `name`".to_owned(),
            Self::Texts => "a list of text".to_owned(),
            Self::Any => "an object".to_owned(),
        }
    }

    /// A value of the shape.
    pub fn example(self, name: &str) -> Value {
        let example_id = |prefix: &str| format!("{prefix}_01m2k3a4b5c6d7e8f9g0h1j2k3");
        match self {
            Self::Id(prefix) => json!(example_id(prefix)),
            Self::Text => json!(match name {
                "environment" => "production",
                "email" => "ines@example.com",
                "version" => "v2",
                "side" => "approver",
                "reason" => "For the spring release.",
                _ => "Mobile checkout",
            }),
            Self::Number => json!(7),
            Self::Flag => json!(true),
            Self::Moment => json!("2026-11-20T12:00:00Z"),
            Self::NamedId(prefix) => json!({ "id": example_id(prefix), "name": "Mobile checkout" }),
            Self::NamedSlug => json!({ "slug": "petstore", "name": "Petstore" }),
            Self::Texts => json!(["developer"]),
            Self::Any => json!({}),
        }
    }
}
