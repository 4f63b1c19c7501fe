//! What a policy says, one closed type per kind. What is kept is whole: every member is there, in one notation, so that a file
//! equals its own result and gateways have nothing left to guess.

mod cors;
mod headers;
mod jwks;
mod jwt;
mod private;
mod rate_limit;

use gatehouse_domain::backend_secret::names_backend_secret;
use gatehouse_domain::pointer::join;
use gatehouse_domain::policy::PolicyKind;
use gatehouse_language::t;
use gatehouse_snapshot::check::{POLICY_ENTRIES_MAX, POLICY_TEXT_BYTES_MAX};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::refusal::{FieldFault, Refusal, pointer_to};

pub use cors::CorsDocument;
pub use headers::{ChangesDocument, FieldDocument, HeadersDocument};
pub use jwks::{JwkDocument, JwksDocument};
pub use jwt::{AlgorithmName, ClaimDocument, JwtDocument};
pub use private::{may_hold_private_parts, private_parts};
pub use rate_limit::RateLimitDocument;

/// Longest that a policy may say, bytes of JSON without spaces: 64 keys of 4,096 bits have room.
const DOCUMENT_BYTES_MAX: usize = 64 * 1024;
/// Most faults that are told of one document. Who has more of them mends these first.
const FAULTS_MAX: usize = 100;

/// What a policy says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum PolicyDocument {
    /// Which pages of other origins may call.
    Cors(CorsDocument),
    /// The token that must come with a call.
    Jwt(JwtDocument),
    /// A rate that all calls share.
    RateLimit(RateLimitDocument),
    /// Fields that are set and removed.
    Headers(HeadersDocument),
}

/// What was read, and what of it was left out.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    pub(crate) document: PolicyDocument,
    /// In words; nothing of it is kept.
    pub(crate) warnings: Vec<String>,
}

impl PolicyDocument {
    /// Reads what somebody sent. Every fault is told with its place below `/document`; of keys nothing is ever repeated.
    pub(crate) fn read(kind: PolicyKind, value: Value) -> Result<Read, Vec<FieldFault>> {
        let mut told = Told::default();
        if !value.is_object() {
            told.fault(
                "/document",
                "format",
                t!("refused-policies-what-a-policy-says-is-an"),
            );
            return Err(told.faults);
        }
        let bytes = serde_json::to_vec(&value).map_or(usize::MAX, |bytes| bytes.len());
        if bytes > DOCUMENT_BYTES_MAX {
            let detail = t!(
                "refused-policies-a-policy-says-at-most-bytes",
                document_bytes_max = &DOCUMENT_BYTES_MAX,
                bytes = &bytes
            );
            told.fault("/document", "too_long", detail);
            return Err(told.faults);
        }
        // Wherever it stands: what is refused here has not been looked at any further.
        jwks::refuse_secrets(&value, "/document", &mut told);
        refuse_references(kind, &value, "/document", &mut told);
        if !told.faults.is_empty() {
            return Err(told.faults);
        }
        let document = match kind {
            PolicyKind::Cors => cors::read(value, &mut told).map(Self::Cors),
            PolicyKind::Jwt => jwt::read(value, &mut told).map(Self::Jwt),
            PolicyKind::RateLimit => rate_limit::read(value, &mut told).map(Self::RateLimit),
            PolicyKind::Headers => headers::read(value, &mut told).map(Self::Headers),
        };
        match document {
            Some(document) if told.faults.is_empty() => Ok(Read {
                document,
                warnings: told.warnings,
            }),
            _ => Err(told.faults),
        }
    }

    /// The backend secrets it names, each with the pointer of the value that does.
    pub(crate) fn secrets(&self) -> Vec<(String, &str)> {
        let Self::Headers(headers) = self else {
            return Vec::new();
        };
        let named = headers.request.secrets().into_iter();
        named
            .map(|(place, name)| (format!("/document/request/set/{place}/value"), name))
            .collect()
    }

    /// Reads what was kept.
    pub(crate) fn stored(kind: PolicyKind, value: Value) -> Result<Self, Refusal> {
        let document = match kind {
            PolicyKind::Cors => serde_json::from_value(value).map(Self::Cors),
            PolicyKind::Jwt => serde_json::from_value(value).map(Self::Jwt),
            PolicyKind::RateLimit => serde_json::from_value(value).map(Self::RateLimit),
            PolicyKind::Headers => serde_json::from_value(value).map(Self::Headers),
        };
        document.map_err(|_| {
            Refusal::Internal(anyhow::anyhow!("a stored {kind} policy cannot be read"))
        })
    }

    /// As it is kept, shown and compared.
    pub(crate) fn value(&self) -> Value {
        // Structs of texts, numbers and lists have no way to fail.
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// Backend secrets are for backends: what names one anywhere else is refused, so that it is not taken for a value.
fn refuse_references(kind: PolicyKind, value: &Value, pointer: &str, told: &mut Told) {
    match value {
        Value::String(text) if names_backend_secret(text) => {
            let is_sent = kind == PolicyKind::Headers
                && pointer.starts_with("/document/request/set/")
                && pointer.ends_with("/value");
            told.require(
                is_sent,
                pointer,
                "secret_reference",
                t!("refused-policies-only-values-that-a-headers-policy"),
            );
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                refuse_references(kind, item, &format!("{pointer}/{place}"), told);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                refuse_references(kind, member, &join(pointer, name), told);
            }
        }
        _ => {}
    }
}

/// What was found while reading.
#[derive(Debug, Default)]
struct Told {
    faults: Vec<FieldFault>,
    warnings: Vec<String>,
}

impl Told {
    fn fault(&mut self, pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(FieldFault::new(pointer, code, detail));
        }
    }

    fn require(
        &mut self,
        holds: bool,
        pointer: impl Into<String>,
        code: &'static str,
        detail: impl Into<String>,
    ) {
        if !holds {
            self.fault(pointer, code, detail);
        }
    }

    /// Whether lists have at most so many entries as a policy may have. Asked before any entry is looked at.
    fn lengths(&mut self, lists: &[(&str, usize)]) -> bool {
        for (pointer, length) in lists {
            self.require(
                *length <= POLICY_ENTRIES_MAX,
                *pointer,
                "too_many",
                t!(
                    "refused-policies-use-at-most-entries-got",
                    policy_entries_max = &POLICY_ENTRIES_MAX,
                    length = &length
                ),
            );
        }
        lists
            .iter()
            .all(|(_, length)| *length <= POLICY_ENTRIES_MAX)
    }

    /// One line of 1 to 1,024 bytes.
    fn text(&mut self, pointer: &str, text: &str) {
        self.require(
            !text.is_empty(),
            pointer,
            "required",
            t!("refused-policies-fill-this-in"),
        );
        self.require(
            text.len() <= POLICY_TEXT_BYTES_MAX,
            pointer,
            "too_long",
            t!(
                "refused-policies-use-at-most-bytes",
                policy_text_bytes_max = &POLICY_TEXT_BYTES_MAX
            ),
        );
        self.require(
            !text.chars().any(char::is_control),
            pointer,
            "control_character",
            t!("refused-policies-remove-the-control-characters"),
        );
    }
}

/// Takes what is there twice once.
fn once(list: &mut Vec<String>) {
    let mut seen = std::collections::HashSet::new();
    list.retain(|entry| seen.insert(entry.clone()));
}

/// Reads a closed type. A fault says what is expected and where, and repeats nothing of what was sent but names of members.
fn closed<T: DeserializeOwned>(value: Value, told: &mut Told) -> Option<T> {
    match serde_path_to_error::deserialize(value) {
        Ok(read) => Some(read),
        Err(error) => {
            let pointer = pointer_to("/document", error.path());
            told.fault(pointer, "format", words_of(&error.inner().to_string()));
            None
        }
    }
}

/// `invalid type: string "…", expected a sequence` without what was sent.
fn words_of(error: &str) -> String {
    let expected = error.rfind("expected ");
    match expected {
        Some(at) if !error.starts_with("unknown field") => format!("E{}.", &error[at + 1..]),
        _ => {
            let mut words = error.to_owned();
            if let Some(first) = words.get(..1).map(str::to_uppercase) {
                words.replace_range(..1, &first);
            }
            format!("{words}.")
        }
    }
}

#[cfg(test)]
mod tests;
