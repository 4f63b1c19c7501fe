//! The page of one named schema, from its fragment.

use serde::Serialize;
use serde_json::Value;

use super::schema::{Builder, Direction, SchemaNode};
use super::{ExampleView, fitting, text};
use crate::markdown::SafeHtml;

/// A schema, ready for a template.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SchemaPage {
    /// As its author named it.
    pub name: String,
    /// The schema's own description; its tree has it not.
    pub description_html: SafeHtml,
    /// Everything in it, what is only read and only written included.
    pub schema: SchemaNode,
    /// Of an answer; `None` where none can be made.
    pub example: Option<ExampleView>,
}

impl SchemaPage {
    /// Reads a fragment made by [`crate::Fragments::schema_json`].
    pub fn from_fragment(fragment: &Value) -> Self {
        let schema = &fragment["schema"];
        let mut node = fitting(fragment, |context| {
            let builder = Builder {
                context,
                direction: Direction::Both,
            };
            builder.root(schema, "schema")
        });
        let context = super::Context::new(fragment);
        let made = super::example::of_schema(schema, Direction::Response, &context);
        Self {
            name: text(fragment.get("name")).unwrap_or_default(),
            description_html: std::mem::take(&mut node.description_html),
            schema: node,
            example: made.map(|made| ExampleView {
                name: String::new(),
                summary: None,
                description_html: SafeHtml::default(),
                text: super::example::as_text(&made.value, "application/json", None),
                url: None,
                generated: made.generated,
            }),
        }
    }
}
