//! From bytes to a JSON value, with the places of keys on demand.

mod json;
mod locate;
mod scalar;
mod yaml;

use serde_json::Value;

use crate::finding::{Finding, FindingCode, Location, SpecErrors};
use crate::limits::Limits;

pub(crate) use locate::{Places, locate};

/// The notation a source is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    Json,
    Yaml,
}

/// A source that was read.
pub(crate) struct Source<'a> {
    pub(crate) text: &'a str,
    pub(crate) syntax: Syntax,
    pub(crate) value: Value,
    /// Pointers of keys that appear twice in one object, each with the place of the later one. The
    /// later value is the one kept.
    pub(crate) duplicates: Vec<(String, Location)>,
}

pub(crate) fn read<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Source<'a>, SpecErrors> {
    if bytes.len() > limits.bytes {
        return Err(SpecErrors::one(Finding::new(
            FindingCode::TooLarge,
            "",
            format!(
                "the description is {} bytes; at most {} are read",
                bytes.len(),
                limits.bytes
            ),
        )));
    }
    let text = decode(bytes)?;
    let mut source = read_text(text, limits)?;
    // Escapes can spell a NUL, which no database column, header or shell argument can hold.
    if ["\\u0000", "\\0", "\\x00", "\\U00000000"]
        .iter()
        .any(|nul| text.contains(nul))
    {
        replace_nul(&mut source.value);
    }
    Ok(source)
}

/// Where pointers stand in a source that was read before.
pub(crate) fn places<'p>(bytes: &[u8], pointers: impl Iterator<Item = &'p str>) -> Places {
    let Ok(text) = decode(bytes) else {
        return Places::default();
    };
    let syntax = if is_json(text) {
        Syntax::Json
    } else {
        Syntax::Yaml
    };
    locate::places(text, syntax, pointers)
}

fn read_text<'a>(text: &'a str, limits: &Limits) -> Result<Source<'a>, SpecErrors> {
    let source = if is_json(text) {
        json::read(text, limits)
    } else {
        yaml::read(text, limits)
    };
    source.map_err(SpecErrors::one)
}

/// A brace with a quoted key is JSON and must be all of it; with a bare key or a comment it is
/// YAML's flow notation.
fn is_json(text: &str) -> bool {
    match text.trim_start().strip_prefix('{') {
        Some(rest) => rest.trim_start().starts_with(['"', '}']),
        None => text.trim_start().starts_with('['),
    }
}

fn replace_nul(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', "\u{FFFD}"),
        Value::Array(elements) => elements.iter_mut().for_each(replace_nul),
        Value::Object(members) => {
            if members.keys().any(|key| key.contains('\0')) {
                *members = std::mem::take(members)
                    .into_iter()
                    .map(|(key, value)| (key.replace('\0', "\u{FFFD}"), value))
                    .collect();
            }
            members.values_mut().for_each(replace_nul);
        }
        _ => {}
    }
}

/// UTF-8 with or without a byte order mark; nothing else.
fn decode(bytes: &[u8]) -> Result<&str, SpecErrors> {
    let encoding = |message: &str| Finding::new(FindingCode::Encoding, "", message);
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(SpecErrors::one(
            encoding("the file is UTF-16; save it as UTF-8").at(Location { line: 1, column: 1 }),
        ));
    }
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        SpecErrors::one(encoding("the file is not valid UTF-8 here").at(place(&valid, valid.len())))
    })?;
    if text.trim().is_empty() {
        return Err(SpecErrors::one(Finding::new(
            FindingCode::NotADescription,
            "",
            "the file is empty",
        )));
    }
    Ok(text)
}

/// The place of a byte offset.
fn place(text: &str, offset: usize) -> Location {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Location {
        line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}
