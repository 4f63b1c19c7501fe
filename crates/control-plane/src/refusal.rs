//! What a verb answers instead of doing what was asked.
//!
//! Every verb refuses in one of these ways, so the edges translate them once. The particulars are words for the person
//! who asked; nothing of SQL or of another tenant is ever in them.

use gatehouse_domain::Permission;
use gatehouse_domain::pointer::push;
use gatehouse_language::t;

use crate::words::Said;

/// A fault in one field of what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// JSON pointer (RFC 6901) into the verb's input, such as `/name`.
    pub pointer: String,
    /// Which rule, as a stable word.
    pub code: &'static str,
    /// The rule and the value.
    pub detail: String,
    /// Line and column in an uploaded document, from 1.
    pub place: Option<(usize, usize)>,
}

impl FieldFault {
    /// A fault at `pointer`.
    pub fn new(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            code,
            detail: detail.into(),
            place: None,
        }
    }
}

/// Why a verb changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The actor lacks a permission.
    #[error("this needs the permission {0}")]
    Forbidden(Permission),
    /// The actor may do this in general, but not here: the rule, in words.
    #[error("{0}")]
    NotYours(String),
    /// The thing asked about does not exist in the actor's tenant.
    #[error("not found")]
    NotFound,
    /// A thing referred to in the input does not exist in the actor's tenant.
    #[error("{pointer} refers to nothing that exists")]
    UnknownReference {
        /// Where in the input.
        pointer: String,
    },
    /// The thing is not in a state that allows this; the words say what it is and who was faster.
    #[error("{0}")]
    Conflict(String),
    /// The caller acted on an older version than the current one.
    #[error("version {current} is current")]
    Stale {
        /// The current row version.
        current: i32,
    },
    /// Some of the input is not acceptable; every fault at once.
    #[error("{}", in_words(.0))]
    Invalid(Vec<FieldFault>),
    /// Too many attempts; come back after that many seconds.
    #[error("too many attempts; wait {0} s")]
    TooMany(u64),
    /// The database failed or is away.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
    /// A fault of the program's own.
    #[error("internal fault")]
    Internal(#[source] anyhow::Error),
}

/// Every fault with its place, for command lines and logs.
fn in_words(faults: &[FieldFault]) -> String {
    let words = faults
        .iter()
        .map(|fault| format!("{}: {}", fault.pointer, fault.detail));
    words.collect::<Vec<_>>().join(" ")
}

impl Refusal {
    /// One fault in one field.
    pub fn field(
        pointer: impl Into<String>,
        code: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self::Invalid(vec![FieldFault::new(pointer, code, detail)])
    }

    /// A reference at `pointer` that leads nowhere.
    pub fn unknown(pointer: impl Into<String>) -> Self {
        Self::UnknownReference {
            pointer: pointer.into(),
        }
    }

    /// Whether the same request may well succeed a little later: the database is away, full or busy.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(fault)) => {
                // Connection trouble, shutdown, resources, cancelled, locks, serialisation, deadlock, read-only standby.
                let code = fault.code().unwrap_or_default();
                ["08", "53", "57"].contains(&code.get(..2).unwrap_or_default())
                    || ["55P03", "40001", "40P01", "25006"].contains(&&*code)
            }
            Self::Database(fault) => matches!(
                fault,
                sqlx::Error::Io(_)
                    | sqlx::Error::Tls(_)
                    | sqlx::Error::PoolTimedOut
                    | sqlx::Error::PoolClosed
                    | sqlx::Error::WorkerCrashed
            ),
            _ => false,
        }
    }
}

/// Whether Postgres refused a text (22021) or a JSON text (22P05) for the one character it cannot store. Lookups that nobody judges
/// before may hold it like anything else that is sent.
fn holds_nul(code: Option<&str>) -> bool {
    matches!(code, Some("22021" | "22P05"))
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::Database(fault) if holds_nul(fault.code().as_deref()) => Self::field(
                "",
                "control_character",
                t!("refused-people-a-text-holds-the-character-u"),
            ),
            other => Self::Database(other),
        }
    }
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

/// Translates the violation of a named constraint: the database is the only judge of uniqueness.
pub trait OnConstraint<T> {
    /// Answers `refusal()` when `constraint` was violated.
    fn on_constraint(
        self,
        constraint: &str,
        refusal: impl FnOnce() -> Refusal,
    ) -> Result<T, Refusal>;
}

impl<T, E: Into<Refusal>> OnConstraint<T> for Result<T, E> {
    fn on_constraint(
        self,
        constraint: &str,
        refusal: impl FnOnce() -> Refusal,
    ) -> Result<T, Refusal> {
        self.map_err(|error| match error.into() {
            Refusal::Database(sqlx::Error::Database(fault))
                if fault.constraint() == Some(constraint) =>
            {
                refusal()
            }
            other => other,
        })
    }
}

/// Where a value could not be read, as a pointer below `start`.
pub(crate) fn pointer_to(start: &str, path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = start.to_owned();
    for segment in path {
        match segment {
            Segment::Seq { index } => push(&mut pointer, &index.to_string()),
            Segment::Map { key } => push(&mut pointer, key),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// Collects faults so that a person sees all of them at once.
#[derive(Debug, Default)]
pub struct Faults(Vec<FieldFault>);

impl Faults {
    /// Adds a fault unless `holds`.
    pub fn require(
        &mut self,
        holds: bool,
        pointer: &str,
        code: &'static str,
        detail: impl Into<String>,
    ) {
        if !holds {
            self.0.push(FieldFault::new(pointer, code, detail));
        }
    }

    /// A trimmed text of 1 to `max` characters without control characters.
    pub fn text(&mut self, pointer: &str, value: &str, max: usize) -> String {
        let trimmed = value.trim();
        let length = trimmed.chars().count();
        self.require(
            length > 0,
            pointer,
            "required",
            t!("refused-policies-fill-this-in"),
        );
        self.optional_text(pointer, trimmed, max)
    }

    /// A trimmed text of at most `max` characters; line breaks are allowed, other control characters are not.
    pub fn optional_text(&mut self, pointer: &str, value: &str, max: usize) -> String {
        let trimmed = value.trim();
        let length = trimmed.chars().count();
        self.require(
            length <= max,
            pointer,
            "too_long",
            t!(
                "refused-people-use-at-most-characters-this-has-2",
                max = &max,
                length = &length
            ),
        );
        let plain = !trimmed
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
        self.require(
            plain,
            pointer,
            "control_character",
            t!("refused-policies-remove-the-control-characters"),
        );
        trimmed.to_owned()
    }

    /// Reads a value whose parser explains itself.
    pub(crate) fn parse<T, E: Said>(
        &mut self,
        pointer: &str,
        code: &'static str,
        read: Result<T, E>,
    ) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(error) => {
                self.0
                    .push(FieldFault::new(pointer, code, error.sentence()));
                None
            }
        }
    }

    /// All faults, or the go-ahead.
    pub fn finish(self) -> Result<(), Refusal> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Invalid(self.0))
        }
    }
}
