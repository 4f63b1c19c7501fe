//! The body in the form of "Try it": one text, a field for each property, or a file.

use crate::address::encode;
use crate::pages::catalogue::trial::Sent;
use crate::relay::SENT_BYTES_MAX;
use crate::upload::Chosen;
use crate::view::form::control_id;
use gatehouse_language::t;
use gatehouse_spec::sample::{self, BodyField, BodyInput, Control, Given, GivenFile, VALUE_MAX};
use std::borrow::Cow;

/// The control of a body that is one text.
pub(crate) struct TrialBody {
    pub(crate) content_type: String,
    pub(crate) text: String,
    pub(crate) error: Option<String>,
}

/// The control of one property of a form body, or of a body that is a file.
pub(crate) struct TrialField {
    /// Of the control: encoded, so that it is the same in either encoding of a form.
    pub(crate) name: String,
    /// As the description has it; empty for a body that is a file.
    pub(crate) property: String,
    pub(crate) help: String,
    pub(crate) required: bool,
    /// Whether browsers refuse to send the form without it.
    pub(crate) forced: bool,
    pub(crate) value: String,
    pub(crate) choices: Vec<String>,
    pub(crate) control: Control,
    /// Media types that a file may have; may be empty.
    pub(crate) accept: String,
    pub(crate) error: Option<String>,
}

impl TrialField {
    /// The one that a fault of it leads to.
    pub(crate) fn id(&self) -> String {
        control_id(&self.name)
    }

    pub(crate) fn label(&self) -> Cow<'_, str> {
        if self.property.is_empty() {
            t!("reference-body").into()
        } else {
            self.property.as_str().into()
        }
    }

    pub(crate) fn takes_files(&self) -> bool {
        self.control.takes_files()
    }

    pub(crate) fn is_multiple(&self) -> bool {
        self.control == Control::Files
    }

    pub(crate) fn is_area(&self) -> bool {
        self.control == Control::Json
    }

    pub(crate) fn max(&self) -> usize {
        VALUE_MAX
    }
}

/// The controls of a body.
#[derive(Default)]
pub(crate) struct BodyControls {
    pub(crate) text: Option<TrialBody>,
    pub(crate) fields: Vec<TrialField>,
    /// Of the fields all together; empty where there are none.
    pub(crate) content_type: String,
}

impl BodyControls {
    pub(crate) fn of(fragment: &serde_json::Value, sent: Option<&Sent>) -> Self {
        match sample::body_input(fragment) {
            BodyInput::None | BodyInput::Unknown { .. } => Self::default(),
            BodyInput::Text { content_type, text } => Self {
                text: Some(TrialBody {
                    content_type,
                    text: sent
                        .and_then(|sent| sent.get("body"))
                        .cloned()
                        .unwrap_or(text),
                    error: None,
                }),
                ..Self::default()
            },
            BodyInput::File {
                content_type,
                required,
            } => Self {
                fields: vec![file(&content_type, required)],
                content_type,
                ..Self::default()
            },
            BodyInput::Fields {
                content_type,
                fields,
                required,
            } => Self {
                fields: fields
                    .into_iter()
                    .map(|one| field(one, required, sent))
                    .collect(),
                content_type,
                text: None,
            },
        }
    }

    /// Whether the form has to be sent in parts.
    pub(crate) fn takes_files(&self) -> bool {
        self.fields.iter().any(TrialField::takes_files)
    }

    pub(crate) fn knows(&self, name: &str) -> bool {
        (name == "body" && self.text.is_some()) || self.fields.iter().any(|one| one.name == name)
    }

    /// Adds what was filled in; `files` keep their numbers.
    pub(crate) fn fill(&self, given: &mut Given, files: &[Chosen]) {
        if let Some(text) = &self.text {
            given.body.clone_from(&text.text);
        }
        for field in &self.fields {
            if !field.takes_files() {
                let text = field.value.clone();
                given.fields.insert(field.property.clone(), text);
                continue;
            }
            let own = files.iter().enumerate();
            let own = own.filter(|(_, file)| file.field == field.name);
            let own = own.map(|(number, file)| GivenFile {
                name: file.name.clone(),
                content_type: file.content_type.clone(),
                number,
            });
            given.files.insert(field.property.clone(), own.collect());
        }
    }

    /// Says beside each control whose files were sent that they are gone.
    pub(crate) fn forget(&mut self, files: &[Chosen]) {
        for field in &mut self.fields {
            let had = files.iter().any(|file| file.field == field.name);
            if had && field.error.is_none() {
                field.error = Some(t!("reference-choose-again"));
            }
        }
    }
}

fn file(content_type: &str, required: bool) -> TrialField {
    let at_most = SENT_BYTES_MAX / 1024 / 1024;
    TrialField {
        name: "body".to_owned(),
        property: String::new(),
        help: t!("reference-body-file", kind = content_type, size = at_most),
        required,
        forced: required,
        value: String::new(),
        choices: Vec::new(),
        control: Control::File,
        accept: accepted(&[content_type.to_owned()]),
        error: None,
    }
}

fn field(one: BodyField, body_required: bool, sent: Option<&Sent>) -> TrialField {
    let name = format!("body.{}", encode(&one.name));
    let at_most = SENT_BYTES_MAX / 1024 / 1024;
    let value = match sent {
        Some(sent) => sent.get(&name).cloned().unwrap_or_default(),
        None => one.value,
    };
    TrialField {
        help: match (one.control, one.kind.as_str()) {
            (Control::File, _) => t!("reference-field-file", size = at_most),
            (Control::Files, _) => t!("reference-field-files", size = at_most),
            (Control::Json, "array") => t!("reference-field-objects"),
            (Control::Json, _) => t!("reference-field-object"),
            (Control::Line, "") => t!("reference-this-body"),
            (Control::Line, "array") => t!("reference-field-list"),
            (Control::Line, kind) => t!("reference-field-kind", kind = kind),
        },
        property: one.name,
        required: one.required,
        forced: one.required && body_required,
        choices: one.choices,
        accept: accepted(&one.types),
        control: one.control,
        error: None,
        value,
        name,
    }
}

/// What a chooser of files offers first; anything where any file will do (HTML §4.10.5.1.17).
fn accepted(types: &[String]) -> String {
    let any = ["*/*", "application/octet-stream"];
    if types.iter().any(|one| any.contains(&one.as_str())) {
        return String::new();
    }
    types.join(",")
}
