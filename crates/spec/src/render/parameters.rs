//! Parameters, grouped by where they go.

use serde::Serialize;
use serde_json::Value;

use super::layers::Layers;
use super::schema::{Builder, Direction, SchemaNode};
use super::{Context, html, words};
use crate::description::text;
use crate::markdown::SafeHtml;

/// The parameters of one place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParameterGroup {
    /// `path`, `query`, `header` or `cookie`.
    pub location: &'static str,
    /// "Path parameters" and so on.
    pub title: &'static str,
    pub parameters: Vec<ParameterView>,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParameterView {
    pub name: String,
    /// Unique on the page: `query.limit`.
    pub anchor: String,
    pub required: bool,
    pub deprecated: bool,
    pub description_html: SafeHtml,
    pub example: Option<String>,
    /// How several values are written, if there is anything to say.
    pub style_words: Option<String>,
    /// Set when the value is a document of this media type.
    pub content_type: Option<String>,
    /// Type, bounds, values, and what is inside.
    pub schema: SchemaNode,
}

const PLACES: [(&str, &str); 4] = [
    ("path", "Path parameters"),
    ("query", "Query parameters"),
    ("header", "Header parameters"),
    ("cookie", "Cookie parameters"),
];

/// Headers that RFC-bound parts of the description already speak for (OpenAPI 3.1, Parameter
/// Object): a parameter of such a name is ignored.
fn is_ignored(parameter: &Value) -> bool {
    let name = parameter["name"].as_str().unwrap_or_default();
    parameter["in"] == "header"
        && ["accept", "content-type", "authorization"]
            .iter()
            .any(|ignored| name.eq_ignore_ascii_case(ignored))
}

pub(super) fn groups<'f>(parameters: &'f Value, context: &Context<'f>) -> Vec<ParameterGroup> {
    let all = parameters.as_array().map_or(&[][..], Vec::as_slice);
    PLACES
        .into_iter()
        .map(|(location, title)| ParameterGroup {
            location,
            title,
            parameters: all
                .iter()
                .filter(|parameter| parameter["in"] == location && !is_ignored(parameter))
                .filter_map(|parameter| view(parameter, location, context))
                .collect(),
        })
        .filter(|group| !group.parameters.is_empty())
        .collect()
}

/// The schema of a parameter or header: its own, or that of its one media type.
pub(crate) fn schema_of(parameter: &Value) -> (Option<String>, &Value) {
    if let Some(schema) = parameter.get("schema") {
        return (None, schema);
    }
    match parameter
        .get("content")
        .and_then(Value::as_object)
        .and_then(|content| content.iter().next())
    {
        Some((media_type, media)) => (Some(media_type.clone()), &media["schema"]),
        None => (None, &Value::Null),
    }
}

/// The first example given on a parameter, header or media type.
pub(crate) fn given_example(holder: &Value) -> Option<&Value> {
    holder.get("example").or_else(|| {
        let examples = holder.get("examples")?;
        match examples {
            Value::Object(named) => named.values().find_map(|example| example.get("value")),
            Value::Array(list) => list.first(),
            _ => None,
        }
    })
}

fn view<'f>(parameter: &'f Value, location: &str, context: &Context<'f>) -> Option<ParameterView> {
    let name = text(parameter.get("name"))?;
    let (content_type, schema) = schema_of(parameter);
    let anchor = format!("{location}.{name}");
    let builder = Builder {
        context,
        direction: Direction::Request,
    };
    let mut node = builder.root(schema, &anchor);
    let kinds = Layers::of(schema, context).types();
    let description = html(parameter.get("description"));
    let description = if description.is_empty() {
        std::mem::take(&mut node.description_html)
    } else {
        description
    };
    Some(ParameterView {
        required: location == "path" || parameter["required"] == true,
        deprecated: parameter["deprecated"] == true || node.deprecated,
        description_html: description,
        example: given_example(parameter)
            .map(words::value)
            .or_else(|| node.example.clone()),
        style_words: match content_type {
            Some(_) => None,
            None => words::style(parameter, &name, &kinds),
        },
        content_type,
        schema: node,
        name,
        anchor,
    })
}
