//! Sample calls: one request model from a fragment, written out for a language.

mod curl;
mod fields;
mod given;
mod given_body;
mod go;
mod java;
mod javascript;
mod language;
mod python;
mod rust;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::render::example::{self, essence, is_json};
use crate::render::{Context, Direction};

pub use curl::{curl, curl_of};
pub use fields::Control;
pub use given::{Given, GivenFault, GivenFile, Input, VALUE_MAX, inputs};
pub use given_body::{BODY_MAX, BodyField, BodyInput, body_input, is_body_unknown};
pub use language::{Language, program, quoted_name};

/// The header that carries the key.
pub const KEY_HEADER: &str = "X-API-Key";

/// RFC 3986 unreserved characters stay; all else is encoded.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The literal parts of a path template: what a path may hold stays.
const LITERAL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'`')
    .add(b'{')
    .add(b'}')
    .add(b'\\')
    .add(b'^')
    .add(b'|')
    .add(b'[')
    .add(b']');

/// A request that satisfies the description: required parameters and an example body filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleRequest {
    /// In capitals.
    pub method: String,
    pub url: String,
    /// In order; without the key and without `Content-Type` of a form.
    pub headers: Vec<(String, String)>,
    pub body: SampleBody,
}

/// The body of a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SampleBody {
    None,
    Text {
        content_type: String,
        text: String,
    },
    /// `application/x-www-form-urlencoded`: pairs of name and value, encoded.
    Form(Vec<String>),
    Multipart(Vec<SamplePart>),
    /// The content of one file.
    File {
        content_type: String,
        /// `file.bin` in a sample, for a file the reader has.
        name: String,
        /// Which of the files that were given ([`GivenFile::number`]); 0 in a sample.
        number: usize,
    },
}

/// One part of a multipart form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SamplePart {
    pub name: String,
    pub value: PartValue,
    /// `None` leaves it to the language, which says plain text of texts and nothing certain of files.
    pub content_type: Option<String>,
}

/// What a part holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartValue {
    Text(String),
    /// A file.
    File {
        /// `file.bin` in a sample, for a file the reader has.
        name: String,
        /// Which of the files that were given ([`GivenFile::number`]); 0 in a sample.
        number: usize,
    },
}

/// The name samples give to a file of the reader's.
const FILE_NAME: &str = "file.bin";

impl SampleRequest {
    /// Builds the request for `base_url` (scheme, host and base path of the gateway).
    pub fn from_fragment(base_url: &str, fragment: &Value) -> Self {
        let operation = &fragment["operation"];
        let context = Context::new(fragment);
        let parameters = operation["parameters"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        let mut path = fragment["path"].as_str().unwrap_or("/").to_owned();
        let (mut query, mut headers, mut cookies) = (Vec::new(), Vec::new(), Vec::new());
        for parameter in parameters {
            let Some(name) = parameter["name"].as_str() else {
                continue;
            };
            let place = parameter["in"].as_str().unwrap_or_default();
            if place != "path" && parameter["required"] != true {
                continue;
            }
            let value = value_of(parameter, &context);
            match place {
                "path" => {
                    let text = path_value(parameter, name, &value);
                    path = path.replace(&format!("{{{name}}}"), &text);
                }
                "query" => query.extend(query_pairs(parameter, name, &value)),
                "header" if !is_reserved(name) => headers.push((name.to_owned(), plain(&value))),
                "cookie" => cookies.push(format!("{name}={}", encode(&plain(&value)))),
                _ => {}
            }
        }
        if !cookies.is_empty() {
            headers.push(("Cookie".to_owned(), cookies.join("; ")));
        }
        Self {
            method: fragment["method"].as_str().unwrap_or("GET").to_owned(),
            url: url(base_url, &path, &query),
            headers,
            body: body(&operation["requestBody"], &context),
        }
    }
}

/// Set by the sample itself or by the client.
fn is_reserved(name: &str) -> bool {
    [
        KEY_HEADER,
        "authorization",
        "content-type",
        "accept",
        "content-length",
        "host",
    ]
    .iter()
    .any(|reserved| name.eq_ignore_ascii_case(reserved))
}

fn url(base_url: &str, path: &str, query: &[String]) -> String {
    // A parameter the description forgot keeps its name, so that the URL stays one.
    let path = path.replace(['{', '}'], "");
    let mut url = base_url.trim_end_matches('/').to_owned();
    if !path.starts_with('/') {
        url.push('/');
    }
    // What follows `#` is never sent; AWS descriptions tell operations apart by it.
    let path = path.split('#').next().unwrap_or_default();
    url.extend(utf8_percent_encode(path, LITERAL));
    if !query.is_empty() {
        url.push(if path.contains('?') { '&' } else { '?' });
        url.push_str(&query.join("&"));
    }
    url
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, VALUE).to_string()
}

/// A value as bare text.
fn plain(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(elements) => elements.iter().map(plain).collect::<Vec<_>>().join(","),
        Value::Object(_) => value.to_string(),
        other => other.to_string(),
    };
    // A header or path cannot hold these.
    text.replace(['\r', '\n', '\0'], " ")
}

fn value_of<'f>(parameter: &'f Value, context: &Context<'f>) -> Value {
    if let Some(given) = crate::render::given_example(parameter) {
        return given.clone();
    }
    let (content_type, schema) = crate::render::schema_of(parameter);
    let made = example::of_schema(schema, Direction::Request, context)
        .map_or_else(|| json!("value"), |example| example.value);
    match content_type {
        // A text nothing is known of: `/pets/petId` says more than `/pets/string`.
        None if made == "string" => parameter["name"].clone(),
        Some(_) if !made.is_string() => Value::String(made.to_string()),
        _ => made,
    }
}

fn path_value(parameter: &Value, name: &str, value: &Value) -> String {
    let text = match value {
        Value::Array(elements) => elements
            .iter()
            .map(|element| encode(&plain(element)))
            .collect::<Vec<_>>()
            .join(","),
        value => encode(&plain(value)),
    };
    // An empty segment would name another path.
    let text = if text.is_empty() { encode(name) } else { text };
    match parameter["style"].as_str() {
        Some("label") => format!(".{text}"),
        Some("matrix") => format!(";{name}={text}"),
        _ => text,
    }
}

fn query_pairs(parameter: &Value, name: &str, value: &Value) -> Vec<String> {
    let key = encode(name);
    let style = parameter["style"].as_str().unwrap_or("form");
    let explode = parameter["explode"].as_bool().unwrap_or(style == "form");
    match value {
        Value::Array(elements) if explode && style == "form" => elements
            .iter()
            .map(|element| format!("{key}={}", encode(&plain(element))))
            .collect(),
        Value::Array(elements) => {
            let separator = match style {
                "spaceDelimited" => "%20",
                "pipeDelimited" => "%7C",
                _ => ",",
            };
            let values: Vec<String> = elements
                .iter()
                .map(|element| encode(&plain(element)))
                .collect();
            vec![format!("{key}={}", values.join(separator))]
        }
        Value::Object(members) if style == "deepObject" => members
            .iter()
            .map(|(member, value)| {
                format!("{key}%5B{}%5D={}", encode(member), encode(&plain(value)))
            })
            .collect(),
        Value::Object(members) if explode => members
            .iter()
            .map(|(member, value)| format!("{}={}", encode(member), encode(&plain(value))))
            .collect(),
        Value::Object(members) => {
            let flat: Vec<String> = members
                .iter()
                .flat_map(|(member, value)| [encode(member), encode(&plain(value))])
                .collect();
            vec![format!("{key}={}", flat.join(","))]
        }
        value => vec![format!("{key}={}", encode(&plain(value)))],
    }
}

/// How a body is written, as its media type says.
enum Shape {
    Form,
    Multipart,
    Text,
    File,
}

impl Shape {
    fn of(media_type: &str) -> Self {
        match &*essence(media_type) {
            "application/x-www-form-urlencoded" => Self::Form,
            essence if essence.starts_with("multipart/") => Self::Multipart,
            essence if example::can_be_text(essence) => Self::Text,
            _ => Self::File,
        }
    }
}

/// The media type that a body is made of: JSON first, else the first.
fn chosen(body: &Value) -> Option<(&String, &Value)> {
    let content = body["content"].as_object()?;
    let json_first = content
        .iter()
        .find(|(media_type, _)| is_json(&essence(media_type)));
    json_first.or_else(|| content.iter().next())
}

/// The type a text is sent with: a wildcard is documented, and JSON is sent.
fn text_type(media_type: &str) -> String {
    if essence(media_type).contains('*') {
        "application/json".to_owned()
    } else {
        media_type.to_owned()
    }
}

fn body<'f>(body: &'f Value, context: &Context<'f>) -> SampleBody {
    let Some((media_type, media)) = chosen(body) else {
        return SampleBody::None;
    };
    let value = crate::render::given_example(media).cloned().or_else(|| {
        let schema = media.get("schema")?;
        Some(example::of_schema(schema, Direction::Request, context)?.value)
    });
    match Shape::of(media_type) {
        Shape::Form => SampleBody::Form(pairs(media, value.as_ref())),
        Shape::Multipart => SampleBody::Multipart(parts(media, value.as_ref(), context)),
        Shape::Text => {
            let content_type = text_type(media_type);
            let root = media
                .get("schema")
                .and_then(|schema| example::xml_root(schema, context));
            let value = value.unwrap_or_else(|| json!({}));
            let text = example::as_text(&value, &content_type, root.as_deref());
            SampleBody::Text { content_type, text }
        }
        Shape::File => SampleBody::File {
            content_type: fields::file_type(std::slice::from_ref(media_type), ""),
            name: FILE_NAME.to_owned(),
            number: 0,
        },
    }
}

/// As each property's style says, `form` and exploded where nothing is said (OpenAPI 3.0.3 §Encoding Object).
fn pairs(media: &Value, value: Option<&Value>) -> Vec<String> {
    let members = value.and_then(Value::as_object).into_iter().flatten();
    members
        .flat_map(|(name, value)| query_pairs(&media["encoding"][name], name, value))
        .collect()
}

fn parts<'f>(media: &'f Value, value: Option<&Value>, context: &Context<'f>) -> Vec<SamplePart> {
    let properties = fields::properties(media, context).into_iter();
    let parts = properties.flat_map(|property| {
        if property.control.takes_files() {
            let mut part = property.file(FILE_NAME, 0, "");
            // Where the description says nothing, a program may know better.
            part.content_type = part.content_type.filter(|_| !property.types.is_empty());
            return vec![part];
        }
        match value.and_then(|value| value.get(property.name)) {
            Some(Value::Array(elements)) => elements.iter().map(|one| property.part(one)).collect(),
            Some(one) => vec![property.part(one)],
            None => vec![property.part(&Value::String(String::new()))],
        }
    });
    parts.collect()
}
