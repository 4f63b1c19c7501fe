//! The request of somebody who fills in a form: what the form asks for, and the request model from what was given, checked
//! against the operation.

use std::collections::BTreeMap;

use gatehouse_language::t;
use serde_json::{Value, json};

use super::given_body::given_body;
use super::{
    SampleBody, SampleRequest, is_reserved, path_value, plain, query_pairs, url, value_of,
};
use crate::render::layers::Layers;
use crate::render::{Context, schema_of};

/// Longest value of one parameter, in characters.
pub const VALUE_MAX: usize = 2_000;

/// Headers that are the gateway's, the connection's or a credential: a form cannot set them (RFC 9110 §7.6.1).
const NEVER: [&str; 10] = [
    "connection",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "cookie",
    "expect",
];

/// One field of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// `path`, `query` or `header`.
    pub place: &'static str,
    pub name: String,
    pub required: bool,
    /// What it begins with: a value for what is required, nothing for the rest.
    pub value: String,
    /// What it takes, in a word or two; may be empty.
    pub kind: String,
    /// All it takes; empty when that is not a list.
    pub choices: Vec<String>,
}

/// What was filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// Texts of parameters, by place and name. An empty one was not filled in.
    pub parameters: BTreeMap<(String, String), String>,
    /// A body that is one text.
    pub body: String,
    /// Texts of a form body, by property. An empty one was not filled in.
    pub fields: BTreeMap<String, String>,
    /// Files of a form body, by property; the one of a body that is a file has no name.
    pub files: BTreeMap<String, Vec<GivenFile>>,
}

/// A file that was chosen. Its content stays with whoever sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GivenFile {
    /// As it was sent: nothing of it is to be trusted.
    pub name: String,
    /// What the sender says it is; may be empty.
    pub content_type: String,
    /// Which of the files it is, among those its sender keeps.
    pub number: usize,
}

/// A field that was filled in wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenFault {
    /// `path`, `query`, `header` or `body`.
    pub place: &'static str,
    /// The parameter, or the property of a form body; empty for a body as a whole.
    pub name: String,
    /// The rule and the value.
    pub words: String,
}

/// What the form of an operation asks for, in the order of the description. Cookies are left out: none is ever sent.
pub fn inputs<'f>(fragment: &'f Value) -> Vec<Input> {
    let context = Context::new(fragment);
    let input = |(place, parameter): (&'static str, &'f Value)| {
        let name = parameter["name"].as_str()?;
        let required = place == "path" || parameter["required"] == true;
        let layers = Layers::of(schema_of(parameter).1, &context);
        let value = if required {
            plain(&value_of(parameter, &context))
        } else {
            String::new()
        };
        Some(Input {
            place,
            name: name.to_owned(),
            required,
            value,
            kind: layers.types().join(&t!("reference-or")),
            choices: choices(&layers),
        })
    };
    parameters(fragment).filter_map(input).collect()
}

/// Parameters a form can send, with their place.
fn parameters(fragment: &Value) -> impl Iterator<Item = (&'static str, &Value)> {
    let all = fragment["operation"]["parameters"].as_array();
    all.into_iter().flatten().filter_map(|parameter| {
        let name = parameter["name"].as_str()?;
        let place = match parameter["in"].as_str()? {
            "path" => "path",
            "query" => "query",
            "header" if !is_reserved(name) && !is_kept_back(name) => "header",
            _ => return None,
        };
        Some((place, parameter))
    })
}

fn is_kept_back(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_token = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
    !is_token
        || name.is_empty()
        || NEVER.contains(&name.as_str())
        || ["gatehouse-", "x-consumer-", "x-forwarded-"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
}

pub(super) fn choices(layers: &Layers<'_>) -> Vec<String> {
    let listed = layers.get("enum").and_then(Value::as_array);
    listed.into_iter().flatten().map(plain).collect()
}

impl SampleRequest {
    /// The request of what was filled in, for `base_url` (scheme, host and base path of the gateway), or every fault at
    /// once. Whatever was given, the path stays inside the operation's.
    pub fn of_given(
        base_url: &str,
        fragment: &Value,
        given: &Given,
    ) -> Result<Self, Vec<GivenFault>> {
        let context = Context::new(fragment);
        let mut path = fragment["path"].as_str().unwrap_or("/").to_owned();
        let (mut query, mut headers, mut faults) = (Vec::new(), Vec::new(), Vec::new());
        for (place, parameter) in parameters(fragment) {
            let name = parameter["name"].as_str().unwrap_or_default();
            let text = given
                .parameters
                .get(&(place.to_owned(), name.to_owned()))
                .map_or("", String::as_str);
            let value = match value(place, parameter, text, &context) {
                Ok(Some(value)) => value,
                Ok(None) => continue,
                Err(words) => {
                    faults.push(GivenFault {
                        place,
                        name: name.to_owned(),
                        words,
                    });
                    continue;
                }
            };
            match place {
                "path" => {
                    let text = path_value(parameter, name, &value);
                    path = path.replace(&format!("{{{name}}}"), &text);
                }
                "query" => query.extend(query_pairs(parameter, name, &value)),
                _ => headers.push((name.to_owned(), plain(&value))),
            }
        }
        let body = match given_body(fragment, &context, given) {
            Ok(body) => body,
            Err(wrong) => {
                faults.extend(wrong);
                SampleBody::None
            }
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            method: fragment["method"].as_str().unwrap_or("GET").to_owned(),
            url: url(base_url, &path, &query),
            headers,
            body,
        })
    }
}

/// What was given for one parameter, by its type; `None` is nothing for one that may be left out.
fn value<'f>(
    place: &str,
    parameter: &'f Value,
    text: &str,
    context: &Context<'f>,
) -> Result<Option<Value>, String> {
    let required = place == "path" || parameter["required"] == true;
    if text.is_empty() {
        return if required {
            Err(t!("reference-needed-fill-it-in"))
        } else {
            Ok(None)
        };
    }
    if text.chars().count() > VALUE_MAX {
        return Err(t!(
            "reference-use-at-most-characters",
            value_max = VALUE_MAX
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(t!("reference-use-text-without-line-breaks-or"));
    }
    if place == "header" && !text.is_ascii() {
        return Err(t!("reference-a-header-takes-ascii-characters-only"));
    }
    // A segment of dots names another place (RFC 3986 §5.2.4), also once it is encoded.
    if place == "path" && matches!(text, "." | "..") {
        return Err(t!("reference-would-lead-to-another-address", text = &text));
    }
    let (content_type, schema) = schema_of(parameter);
    if content_type.is_some() {
        return Ok(Some(Value::String(text.to_owned())));
    }
    typed(&Layers::of(schema, context), text).map(Some)
}

pub(super) fn typed(layers: &Layers<'_>, text: &str) -> Result<Value, String> {
    let choices = choices(layers);
    if !choices.is_empty() && !choices.iter().any(|choice| choice == text) {
        return Err(t!(
            "reference-use-one-of-got",
            join = &choices.join(", "),
            text = &text
        ));
    }
    let types = layers.types();
    let is = |kind| types.contains(&kind);
    if is("string") || types.is_empty() {
        return Ok(Value::String(text.to_owned()));
    }
    if is("array") {
        let elements = text.split(',').map(|part| part.trim());
        return Ok(json!(elements.collect::<Vec<_>>()));
    }
    let read: Option<Value> = serde_json::from_str(text).ok();
    match read {
        Some(value) if is("object") && value.is_object() => Ok(value),
        Some(value) if is("boolean") && value.is_boolean() => Ok(value),
        // As it was written: a number may be longer than a float can tell.
        Some(value) if is("number") && value.is_number() => Ok(Value::String(text.to_owned())),
        Some(Value::Number(number)) if is("integer") && !text.contains(['.', 'e', 'E']) => {
            within(layers, &number).map(|()| Value::String(text.to_owned()))
        }
        _ => Err(t!(
            "reference-use-got",
            in_words = &in_words(&types),
            text = &text
        )),
    }
}

fn within(layers: &Layers<'_>, number: &serde_json::Number) -> Result<(), String> {
    let (Some(number), bound) = (number.as_f64(), |name| {
        layers.get(name).and_then(Value::as_f64)
    }) else {
        return Ok(());
    };
    if let Some(least) = bound("minimum").filter(|least| number < *least) {
        return Err(t!(
            "reference-use-or-more-got",
            least = least.to_string(),
            number = number.to_string()
        ));
    }
    if let Some(most) = bound("maximum").filter(|most| number > *most) {
        return Err(t!(
            "reference-use-or-less-got",
            most = most.to_string(),
            number = number.to_string()
        ));
    }
    Ok(())
}

fn in_words(types: &[&str]) -> String {
    let word = |kind: &&str| match *kind {
        "integer" => t!("reference-a-whole-number"),
        "number" => t!("reference-a-number"),
        "boolean" => t!("reference-true-or-false"),
        "object" => t!("reference-a-json-object"),
        _ => t!("reference-a-value-of-its-type"),
    };
    types
        .iter()
        .map(word)
        .collect::<Vec<_>>()
        .join(&t!("reference-or"))
}
