//! Request bodies, responses and callbacks.

use serde::Serialize;
use serde_json::{Map, Value};

use super::schema::{Builder, Direction, SchemaNode};
use super::{Context, example, html, parameters, words};
use crate::description::text;
use crate::fragment::parts::{callback_slug, each_callback};
use crate::markdown::SafeHtml;

/// Given examples of one media type that are shown.
const EXAMPLES_MAX: usize = 10;

/// Callbacks of one operation that are listed.
const CALLBACKS_MAX: usize = 50;

/// What a request carries.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RequestBodyView {
    pub required: bool,
    pub description_html: SafeHtml,
    pub media_types: Vec<MediaTypeView>,
}

/// A body in one media type.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MediaTypeView {
    pub media_type: String,
    /// `None` when only the media type is known.
    pub schema: Option<SchemaNode>,
    pub examples: Vec<ExampleView>,
    /// How single parts of a form are sent, in words.
    pub encoding_words: Vec<String>,
}

/// One example, as text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExampleView {
    pub name: String,
    pub summary: Option<String>,
    pub description_html: SafeHtml,
    pub text: String,
    /// Where the example is, when it is only linked.
    pub url: Option<String>,
    /// Made from the schema rather than written by the author.
    pub generated: bool,
}

/// What one status answers with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ResponseView {
    /// `200`, `4XX` or `default`.
    pub status: String,
    /// "Not found"; empty for unusual codes.
    pub status_words: &'static str,
    pub anchor: String,
    pub description_html: SafeHtml,
    pub headers: Vec<HeaderView>,
    pub media_types: Vec<MediaTypeView>,
    pub links: Vec<LinkView>,
}

/// A header of a response.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeaderView {
    pub name: String,
    pub required: bool,
    pub deprecated: bool,
    pub description_html: SafeHtml,
    pub example: Option<String>,
    pub schema: SchemaNode,
}

/// An operation that a response leads to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LinkView {
    pub name: String,
    pub operation_id: Option<String>,
    pub operation_ref: Option<String>,
    pub description_html: SafeHtml,
    /// Its parameters and the expressions that fill them.
    pub parameters: Vec<(String, String)>,
}

/// A request the API sends back while it works; [`super::CallbackPage`] has what is in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CallbackView {
    pub name: String,
    /// In addresses, unique in the operation.
    pub slug: String,
    /// Where to, as a runtime expression.
    pub expression: String,
    /// In capitals.
    pub method: String,
    pub summary: Option<String>,
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

pub(super) fn request_body<'f>(
    body: &'f Value,
    anchor: &str,
    direction: Direction,
    context: &Context<'f>,
) -> Option<RequestBodyView> {
    body.as_object()?;
    Some(RequestBodyView {
        required: body["required"] == true,
        description_html: html(body.get("description")),
        media_types: media_types(&body["content"], anchor, direction, context),
    })
}

fn media_types<'f>(
    content: &'f Value,
    anchor: &str,
    direction: Direction,
    context: &Context<'f>,
) -> Vec<MediaTypeView> {
    let builder = Builder { context, direction };
    members(content)
        .enumerate()
        .map(|(index, (media_type, media))| {
            // Only the first media type has the plain anchor: anchors are unique on a page.
            let anchor = match index {
                0 => anchor.to_owned(),
                n => format!("{anchor}-{}", n + 1),
            };
            let schema = media.get("schema").or_else(|| media.get("itemSchema"));
            MediaTypeView {
                media_type: media_type.clone(),
                schema: schema.map(|schema| builder.root(schema, &anchor)),
                examples: examples(media_type, media, direction, context),
                encoding_words: encoding(&media["encoding"]),
            }
        })
        .collect()
}

fn encoding(encoding: &Value) -> Vec<String> {
    members(encoding)
        .filter_map(|(part, rule)| {
            let content_type = rule.get("contentType")?.as_str()?;
            Some(format!("{part} is sent as {content_type}"))
        })
        .collect()
}

/// Given by the author, else that of the schema, else made from it.
pub(super) fn examples<'f>(
    media_type: &str,
    media: &'f Value,
    direction: Direction,
    context: &Context<'f>,
) -> Vec<ExampleView> {
    let given: Vec<ExampleView> = members(&media["examples"])
        .take(EXAMPLES_MAX)
        .filter_map(|(name, example)| given(name, example, media_type))
        .collect();
    if !given.is_empty() {
        return given;
    }
    let plain = |text: String, generated: bool| ExampleView {
        name: String::new(),
        summary: None,
        description_html: SafeHtml::default(),
        text,
        url: None,
        generated,
    };
    if let Some(example) = media.get("example") {
        return vec![plain(example::as_text(example, media_type, None), false)];
    }
    let Some(schema) = media.get("schema") else {
        return Vec::new();
    };
    if !example::can_be_text(media_type) {
        return Vec::new();
    }
    let Some(example) = example::of_schema(schema, direction, context) else {
        return Vec::new();
    };
    let root = example::xml_root(schema, context);
    vec![plain(
        example::as_text(&example.value, media_type, root.as_deref()),
        example.generated,
    )]
}

/// What the author called the examples that stand in a description themselves.
pub(super) fn named_examples(media: &Value) -> impl Iterator<Item = &str> {
    let is_there = |example: &Value| {
        let places = ["value", "dataValue", "serializedValue"];
        places.iter().any(|place| example.get(place).is_some())
    };
    members(&media["examples"])
        .take(EXAMPLES_MAX)
        .filter(move |(_, example)| is_there(example))
        .map(|(name, _)| name.as_str())
}

fn given(name: &str, example: &Value, media_type: &str) -> Option<ExampleView> {
    // 3.2 names the two forms apart.
    let value = example.get("value").or_else(|| example.get("dataValue"));
    let url = text(example.get("externalValue")).filter(|url| super::is_web_address(url));
    let shown = match (value, text(example.get("serializedValue"))) {
        (Some(value), _) => example::as_text(value, media_type, None),
        (None, Some(serialized)) => serialized,
        (None, None) if url.is_some() => String::new(),
        (None, None) => return None,
    };
    Some(ExampleView {
        name: name.to_owned(),
        summary: text(example.get("summary")),
        description_html: html(example.get("description")),
        text: shown,
        url,
        generated: false,
    })
}

pub(super) fn responses<'f>(
    responses: &'f Value,
    prefix: &str,
    direction: Direction,
    context: &Context<'f>,
) -> Vec<ResponseView> {
    let mut views: Vec<ResponseView> = members(responses)
        .filter(|(status, response)| !status.starts_with("x-") && response.is_object())
        .map(|(status, response)| {
            let anchor = format!("{prefix}{status}");
            ResponseView {
                status_words: words::status(status),
                description_html: html(response.get("description")),
                headers: headers(&response["headers"], &anchor, context),
                media_types: media_types(&response["content"], &anchor, direction, context),
                links: members(&response["links"])
                    .map(|(name, link)| self::link(name, link))
                    .collect(),
                status: status.clone(),
                anchor,
            }
        })
        .collect();
    // Codes in their order, ranges after the codes of their hundred, `default` last.
    views.sort_by_key(|view| view.status.to_ascii_uppercase().replace('D', "z"));
    views
}

pub(super) fn headers<'f>(
    headers: &'f Value,
    anchor: &str,
    context: &Context<'f>,
) -> Vec<HeaderView> {
    let builder = Builder {
        context,
        direction: Direction::Response,
    };
    members(headers)
        // The media type says it (OpenAPI 3.1, Response Object).
        .filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"))
        .map(|(name, header)| {
            let (_, schema) = parameters::schema_of(header);
            let mut node = builder.root(schema, &format!("{anchor}.header.{name}"));
            let description = html(header.get("description"));
            HeaderView {
                name: name.clone(),
                required: header["required"] == true,
                deprecated: header["deprecated"] == true || node.deprecated,
                description_html: if description.is_empty() {
                    std::mem::take(&mut node.description_html)
                } else {
                    description
                },
                example: parameters::given_example(header)
                    .map(words::value)
                    .or_else(|| node.example.clone()),
                schema: node,
            }
        })
        .collect()
}

fn link(name: &str, link: &Value) -> LinkView {
    LinkView {
        name: name.to_owned(),
        operation_id: text(link.get("operationId")),
        operation_ref: text(link.get("operationRef")),
        description_html: html(link.get("description")),
        parameters: members(&link["parameters"])
            .map(|(name, expression)| (name.clone(), words::value(expression)))
            .collect(),
    }
}

pub(super) fn callbacks(callbacks: &Value) -> Vec<CallbackView> {
    each_callback(callbacks)
        .take(CALLBACKS_MAX)
        .map(|(name, expression, method, operation)| CallbackView {
            name: name.to_owned(),
            slug: callback_slug(name, expression, method),
            expression: expression.to_owned(),
            method: method.to_ascii_uppercase(),
            summary: text(operation.get("summary")),
        })
        .collect()
}
