//! Fields that are set and removed. Not a place for secrets, since whoever may read an API reads them: a value that a backend is shown
//! names a backend secret instead.

use gatehouse_domain::backend_secret::{
    BadReference, Piece, bytes_at_most, may_hold_backend_secret, names_backend_secret, pieces,
};
use gatehouse_domain::policy::{FIELD_VALUE_BYTES_MAX, is_field_value, may_change};
use gatehouse_language::t;
use gatehouse_snapshot::check::HEADER_CHANGES_BYTES_MAX;
use gatehouse_snapshot::object::HeaderChanges;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Told, closed, once};
use crate::words::Said;

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
    /// At most 4,096 bytes of visible ASCII and single spaces inside. In requests `${vault:NAME}` stands for a backend secret of the
    /// API and counts as 2,048 bytes.
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
        t!("refused-policies-set-or-remove-at-least-one"),
    );
    Some(headers)
}

fn changes(changes: &mut ChangesDocument, pointer: &str, told: &mut Told) {
    let not_ours = || t!("refused-policies-this-field-is-not-for-policies");
    let credential = || t!("refused-policies-what-a-backend-is-shown-in");
    for (place, name) in changes.remove.iter_mut().enumerate() {
        name.make_ascii_lowercase();
        let pointer = format!("{pointer}/remove/{place}");
        told.require(may_change(name), pointer, "field_name", not_ours());
    }
    once(&mut changes.remove);
    for (place, field) in changes.set.iter_mut().enumerate() {
        field.name.make_ascii_lowercase();
        let pointer = format!("{pointer}/set/{place}");
        let may_be_set = match names_backend_secret(&field.value) {
            true => may_hold_backend_secret(&field.name),
            false => may_change(&field.name),
        };
        told.require(
            may_be_set,
            format!("{pointer}/name"),
            "field_name",
            match may_hold_backend_secret(&field.name) {
                true => credential(),
                false => not_ours(),
            },
        );
        value(&field.value, format!("{pointer}/value"), told);
    }
    for (place, field) in changes.set.iter().enumerate() {
        let twice = changes.set[..place]
            .iter()
            .any(|other| other.name == field.name);
        told.require(
            !twice,
            format!("{pointer}/set/{place}/name"),
            "duplicate",
            t!("refused-policies-this-field-is-set-already"),
        );
    }
    let bytes = changes.bytes();
    told.require(
        bytes <= HEADER_CHANGES_BYTES_MAX,
        pointer,
        "too_long",
        t!(
            "refused-policies-names-and-values-come-to-bytes",
            bytes = &bytes,
            header_changes_bytes_max = &HEADER_CHANGES_BYTES_MAX
        ),
    );
}

/// The value of a field that is set.
fn value(value: &str, pointer: String, told: &mut Told) {
    let pieces = match pieces(value) {
        Ok(pieces) => pieces,
        Err(fault @ BadReference) => {
            return told.fault(pointer, "secret_reference", fault.said());
        }
    };
    told.require(
        is_field_value(value),
        pointer.clone(),
        "field_value",
        t!("refused-policies-use-at-most-4-096-bytes"),
    );
    let bytes = bytes_at_most(&pieces);
    told.require(
        value.len() > FIELD_VALUE_BYTES_MAX || bytes <= FIELD_VALUE_BYTES_MAX,
        pointer,
        "too_long",
        t!(
            "refused-policies-with-what-it-names-the-value",
            bytes = &bytes,
            field_value_bytes_max = &FIELD_VALUE_BYTES_MAX
        ),
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
            ..HeaderChanges::default()
        }
    }

    /// The same without the fields whose values name backend secrets.
    pub(crate) fn compiled_without_secrets(&self) -> HeaderChanges {
        let mut compiled = self.compiled();
        compiled
            .set
            .retain(|(_, value)| !names_backend_secret(value));
        compiled
    }

    /// The fields whose values name backend secrets, in pieces.
    pub(crate) fn naming_secrets(&self) -> impl Iterator<Item = (&str, Vec<Piece<'_>>)> {
        let set = self.set.iter();
        let naming = set.filter(|field| names_backend_secret(&field.value));
        // What is kept was read, and names what can be named.
        naming.filter_map(|field| Some((field.name.as_str(), pieces(&field.value).ok()?)))
    }

    /// The backend secrets that are named, with the place of the field that does.
    pub(crate) fn secrets(&self) -> Vec<(usize, &str)> {
        let set = self.set.iter().enumerate();
        set.flat_map(|(place, field)| {
            let pieces = pieces(&field.value).unwrap_or_default().into_iter();
            pieces.filter_map(move |piece| match piece {
                Piece::Secret(name) => Some((place, name)),
                Piece::Text(_) => None,
            })
        })
        .collect()
    }

    /// Names and values, whatever the backend secrets are that these name.
    fn bytes(&self) -> usize {
        let removed = self.remove.iter().map(String::len);
        let set = self.set.iter().map(|field| {
            let pieces = pieces(&field.value);
            field.name.len() + pieces.map_or(field.value.len(), |pieces| bytes_at_most(&pieces))
        });
        removed.chain(set).sum()
    }
}
