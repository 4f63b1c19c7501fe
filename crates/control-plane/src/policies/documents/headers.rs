//! Fields that are set and removed. Not a place for secrets: whoever may read an API reads them.

use gatehouse_domain::policy::{is_field_value, may_change};
use gatehouse_snapshot::check::{HEADER_CHANGES_BYTES_MAX, header_bytes};
use gatehouse_snapshot::object::HeaderChanges;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Told, closed, once};

/// Fields that are set and removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadersDocument {
    /// Of what is sent to the backend.
    #[serde(default)]
    pub request: ChangesDocument,
    /// Of what the backend answers.
    #[serde(default)]
    pub response: ChangesDocument,
}

/// Changes of a message: first fields are removed, then set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangesDocument {
    /// Names, lower case.
    #[serde(default)]
    pub remove: Vec<String>,
    /// In place of whatever was there.
    #[serde(default)]
    pub set: Vec<FieldDocument>,
}

/// A field and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldDocument {
    /// Its name, lower case.
    pub name: String,
    /// At most 4,096 bytes of visible ASCII and single spaces inside.
    pub value: String,
}

pub(super) fn read(value: Value, told: &mut Told) -> Option<HeadersDocument> {
    let mut headers: HeadersDocument = closed(value, told)?;
    let lengths = [
        ("/document/request/remove", headers.request.remove.len()),
        ("/document/request/set", headers.request.set.len()),
        ("/document/response/remove", headers.response.remove.len()),
        ("/document/response/set", headers.response.set.len()),
    ];
    if !told.lengths(&lengths) {
        return None;
    }
    changes(&mut headers.request, "/document/request", told);
    changes(&mut headers.response, "/document/response", told);
    let nothing = ChangesDocument::default();
    told.require(
        headers.request != nothing || headers.response != nothing,
        "/document",
        "empty",
        "Set or remove at least one field.",
    );
    Some(headers)
}

fn changes(changes: &mut ChangesDocument, pointer: &str, told: &mut Told) {
    const NOT_OURS: &str = "This field is not for policies to change: it frames the message, names who calls, or is the gateway's own. Use another one, without underscores.";
    for (place, name) in changes.remove.iter_mut().enumerate() {
        name.make_ascii_lowercase();
        let pointer = format!("{pointer}/remove/{place}");
        told.require(may_change(name), pointer, "field_name", NOT_OURS);
    }
    once(&mut changes.remove);
    for (place, field) in changes.set.iter_mut().enumerate() {
        field.name.make_ascii_lowercase();
        let pointer = format!("{pointer}/set/{place}");
        told.require(
            may_change(&field.name),
            format!("{pointer}/name"),
            "field_name",
            NOT_OURS,
        );
        told.require(
            is_field_value(&field.value),
            format!("{pointer}/value"),
            "field_value",
            "Use at most 4,096 bytes of visible ASCII, with spaces only inside.",
        );
    }
    for (place, field) in changes.set.iter().enumerate() {
        let twice = changes.set[..place]
            .iter()
            .any(|other| other.name == field.name);
        told.require(
            !twice,
            format!("{pointer}/set/{place}/name"),
            "duplicate",
            "This field is set already.",
        );
    }
    let bytes = header_bytes(&changes.compiled());
    told.require(
        bytes <= HEADER_CHANGES_BYTES_MAX,
        pointer,
        "too_long",
        format!("Names and values come to {bytes} bytes; use at most {HEADER_CHANGES_BYTES_MAX}."),
    );
}

impl ChangesDocument {
    /// As gateways hold it.
    pub(crate) fn compiled(&self) -> HeaderChanges {
        let set = self.set.iter();
        HeaderChanges {
            remove: self.remove.clone(),
            set: set
                .map(|field| (field.name.clone(), field.value.clone()))
                .collect(),
        }
    }
}
