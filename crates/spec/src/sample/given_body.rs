//! The body of somebody who fills in a form: what the form asks for, and what is made of what was given.

use gatehouse_language::t;
use serde_json::Value;

use super::fields::{Control, Property, file_type, properties};
use super::given::{Given, GivenFault, GivenFile, VALUE_MAX, choices, typed};
use super::{
    PartValue, SampleBody, SamplePart, Shape, body, chosen, plain, query_pairs, text_type,
};
use crate::render::example::{self, essence, is_json};
use crate::render::{Context, Direction};

/// Longest text of a body, or of one JSON field of it, in bytes.
pub const BODY_MAX: usize = 32 * 1024;

const FORM: &str = "application/x-www-form-urlencoded";
const PARTS: &str = "multipart/form-data";

/// What the form of an operation asks for as its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyInput {
    /// There is no body.
    None,
    /// One text, and what it begins with.
    Text { content_type: String, text: String },
    /// A field for each property of `application/x-www-form-urlencoded` or `multipart/form-data`.
    Fields {
        content_type: String,
        fields: Vec<BodyField>,
        /// Whether the operation needs a body at all.
        required: bool,
    },
    /// One file.
    File {
        /// As documented, a wildcard included.
        content_type: String,
        required: bool,
    },
    /// A multipart body whose parts are not described.
    Unknown { required: bool },
}

/// One field of a form body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyField {
    pub name: String,
    pub required: bool,
    /// What it begins with: a value for what is required, nothing for the rest.
    pub value: String,
    /// What it takes, in a word or two; may be empty.
    pub kind: String,
    /// All it takes; empty when that is not a list.
    pub choices: Vec<String>,
    pub control: Control,
    /// Documented types of its parts; may be empty.
    pub types: Vec<String>,
}

/// What a body is filled in with, before any value is made for it: what was given is checked by this alone.
enum Kind<'f> {
    None,
    Text {
        content_type: String,
    },
    Fields {
        content_type: &'static str,
        media: &'f Value,
        /// At least one.
        all: Vec<Property<'f>>,
    },
    File {
        content_type: &'f str,
    },
    Unknown,
}

impl<'f> Kind<'f> {
    fn of(declared: &'f Value, context: &Context<'f>) -> Self {
        let Some((name, media)) = chosen(declared) else {
            return Self::None;
        };
        match Shape::of(name) {
            Shape::Text => Self::Text {
                content_type: text_type(name),
            },
            Shape::File => Self::File { content_type: name },
            Shape::Form => match properties(media, context) {
                none if none.is_empty() => Self::Text {
                    content_type: FORM.to_owned(),
                },
                all => Self::Fields {
                    content_type: FORM,
                    media,
                    all,
                },
            },
            Shape::Multipart => match properties(media, context) {
                all if essence(name) == PARTS && !all.is_empty() => Self::Fields {
                    content_type: PARTS,
                    media,
                    all,
                },
                _ => Self::Unknown,
            },
        }
    }
}

/// What the form of an operation asks for as its body, in the order of the description.
pub fn body_input(fragment: &Value) -> BodyInput {
    let context = Context::new(fragment);
    let declared = &fragment["operation"]["requestBody"];
    let required = declared["required"] == true;
    match Kind::of(declared, &context) {
        Kind::None => BodyInput::None,
        Kind::Unknown => BodyInput::Unknown { required },
        Kind::File { content_type } => BodyInput::File {
            content_type: content_type.to_owned(),
            required,
        },
        Kind::Text { content_type } => BodyInput::Text {
            content_type,
            text: sample_text(declared, &context),
        },
        Kind::Fields {
            content_type,
            media,
            all,
        } => BodyInput::Fields {
            content_type: content_type.to_owned(),
            fields: fields(&all, content_type, media, &context),
            required,
        },
    }
}

/// Whether a body is needed whose parts are not described ([`BodyInput::Unknown`]). No value is made to tell.
pub fn is_body_unknown(fragment: &Value) -> bool {
    let context = Context::new(fragment);
    let declared = &fragment["operation"]["requestBody"];
    declared["required"] == true && matches!(Kind::of(declared, &context), Kind::Unknown)
}

/// What a body of one text begins with.
fn sample_text<'f>(declared: &'f Value, context: &Context<'f>) -> String {
    match body(declared, context) {
        SampleBody::Text { text, .. } => text,
        SampleBody::Form(pairs) => pairs.join("&"),
        SampleBody::None | SampleBody::Multipart(_) | SampleBody::File { .. } => String::new(),
    }
}

/// Both examples are of the whole body and made once: made for each field, they would cost the square of the properties.
fn fields<'f>(
    all: &[Property<'_>],
    content_type: &str,
    media: &'f Value,
    context: &Context<'f>,
) -> Vec<BodyField> {
    let given = crate::render::given_example(media);
    let made = example::of_schema(&media["schema"], Direction::Request, context);
    let made = made.map(|whole| whole.value);
    let examples = [given, made.as_ref()];
    let mut fields: Vec<_> = all.iter().map(|one| field(one, examples)).collect();
    if content_type == FORM {
        // A form without parts has no files: theirs is text.
        for field in fields.iter_mut().filter(|one| one.control.takes_files()) {
            field.control = Control::Line;
        }
    }
    fields
}

/// `examples` of the whole body, the one that counts first.
fn field(property: &Property<'_>, examples: [Option<&Value>; 2]) -> BodyField {
    let control = property.control;
    let begins = || {
        let mut values = examples.into_iter().flatten();
        match values.find_map(|whole| whole.get(property.name)) {
            None | Some(Value::Null) => String::new(),
            Some(value) if control == Control::Json => {
                serde_json::to_string_pretty(value).unwrap_or_default()
            }
            Some(value) => plain(value),
        }
    };
    BodyField {
        name: property.name.to_owned(),
        required: property.required,
        value: if property.required && !control.takes_files() {
            begins()
        } else {
            String::new()
        },
        kind: match control {
            Control::File => "file".to_owned(),
            Control::Files => "files".to_owned(),
            Control::Json | Control::Line => property.layers.types().join(" or "),
        },
        choices: match control {
            Control::Line => choices(&property.layers),
            _ => Vec::new(),
        },
        control,
        types: property.types.clone(),
    }
}

/// The body of what was filled in, or everything that is wrong with it.
pub(super) fn given_body<'f>(
    fragment: &'f Value,
    context: &Context<'f>,
    given: &Given,
) -> Result<SampleBody, Vec<GivenFault>> {
    let declared = &fragment["operation"]["requestBody"];
    let required = declared["required"] == true;
    let whole = |words: String| Err(vec![fault("", &words)]);
    match Kind::of(declared, context) {
        Kind::None if given.body.is_empty() => Ok(SampleBody::None),
        Kind::None => whole(t!("reference-this-operation-takes-no-body")),
        Kind::Unknown if !required => Ok(SampleBody::None),
        Kind::Unknown => whole(t!("reference-the-parts-of-this-body-are")),
        Kind::Text { content_type } => {
            text(content_type, &given.body, required).map_err(|words| vec![fault("", &words)])
        }
        Kind::File { content_type } => match given.files.get("").map_or(&[][..], Vec::as_slice) {
            [] if required => whole(t!("reference-needed-choose-a-file")),
            [] => Ok(SampleBody::None),
            [file] => Ok(SampleBody::File {
                content_type: file_type(&[content_type.to_owned()], &file.content_type),
                name: file.name.clone(),
                number: file.number,
            }),
            _ => whole(t!("reference-choose-one-file")),
        },
        Kind::Fields {
            content_type, all, ..
        } => {
            if !required && all.iter().all(|one| is_left_out(one, given)) {
                return Ok(SampleBody::None);
            }
            of_fields(&all, content_type, given)
        }
    }
}

fn fault(name: &str, words: &str) -> GivenFault {
    GivenFault {
        place: "body",
        name: name.to_owned(),
        words: words.to_owned(),
    }
}

fn is_left_out(property: &Property<'_>, given: &Given) -> bool {
    let text = given.fields.get(property.name);
    let files = given.files.get(property.name);
    text.is_none_or(|text| text.trim().is_empty()) && files.is_none_or(Vec::is_empty)
}

fn of_fields(
    all: &[Property<'_>],
    content_type: &str,
    given: &Given,
) -> Result<SampleBody, Vec<GivenFault>> {
    let (mut parts, mut pairs, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    for property in all {
        let name = property.name;
        if property.control.takes_files() && content_type != FORM {
            let files = given.files.get(name).map_or(&[][..], Vec::as_slice);
            match of_files(property, files) {
                Ok(some) => parts.extend(some),
                Err(words) => faults.push(fault(name, &words)),
            }
            continue;
        }
        let text = given.fields.get(name).map_or("", String::as_str);
        match of_text(property, text) {
            Ok(None) => {}
            Ok(Some(value)) if content_type == FORM => {
                pairs.extend(query_pairs(property.encoding, name, &value));
            }
            Ok(Some(Value::Array(elements))) => {
                parts.extend(elements.iter().map(|one| property.part(one)));
            }
            Ok(Some(value)) => parts.push(written(property, &value, text)),
            Err(words) => faults.push(fault(name, &words)),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(if content_type == FORM {
        SampleBody::Form(pairs)
    } else {
        SampleBody::Multipart(parts)
    })
}

/// JSON stays as it was typed: a number may be longer than a float can tell.
fn written(property: &Property<'_>, value: &Value, typed: &str) -> SamplePart {
    let mut part = property.part(value);
    if property.control == Control::Json {
        part.value = PartValue::Text(typed.trim().to_owned());
    }
    part
}

fn of_files(property: &Property<'_>, files: &[GivenFile]) -> Result<Vec<SamplePart>, String> {
    match files {
        [] if property.required => Err(t!("reference-needed-choose-a-file")),
        [_, _, ..] if property.control == Control::File => Err(t!("reference-choose-one-file")),
        files => Ok(files
            .iter()
            .map(|file| property.file(&file.name, file.number, &file.content_type))
            .collect()),
    }
}

/// What was given for one property, by its type; `None` is nothing for one that may be left out.
fn of_text(property: &Property<'_>, text: &str) -> Result<Option<Value>, String> {
    if text.trim().is_empty() {
        return match property.required {
            true => Err(t!("reference-needed-fill-it-in")),
            false => Ok(None),
        };
    }
    if property.control == Control::Json {
        if text.len() > BODY_MAX {
            return Err(t!("reference-use-at-most-kib", body_max = &BODY_MAX / 1024));
        }
        let value: Value = serde_json::from_str(text).map_err(|fault| not_json(&fault))?;
        let is_list = property.layers.types().contains(&"array");
        return match value {
            Value::Array(_) if is_list => Ok(Some(value)),
            Value::Object(_) if !is_list => Ok(Some(value)),
            _ if is_list => Err(t!("reference-use-a-json-list-of-objects")),
            _ => Err(t!("reference-use-a-json-object")),
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
    typed(&property.layers, text).map(Some)
}

fn not_json(fault: &serde_json::Error) -> String {
    let (line, column) = (fault.line(), fault.column());
    t!(
        "reference-this-is-not-json-at-line",
        line = &line,
        column = &column,
        fault = fault.to_string()
    )
}

fn text(content_type: String, text: &str, required: bool) -> Result<SampleBody, String> {
    if text.trim().is_empty() {
        return match required {
            true => Err(t!("reference-needed-fill-it-in")),
            false => Ok(SampleBody::None),
        };
    }
    if text.len() > BODY_MAX {
        return Err(t!("reference-use-at-most-32-kib-here"));
    }
    if is_json(&essence(&content_type))
        && let Err(fault) = serde_json::from_str::<serde::de::IgnoredAny>(text)
    {
        return Err(not_json(&fault));
    }
    Ok(SampleBody::Text {
        content_type,
        text: text.to_owned(),
    })
}

#[cfg(test)]
mod tests;
