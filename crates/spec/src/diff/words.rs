//! Names and values of the author's inside a sentence: bounded, on one line, in backticks that
//! nothing inside can close, so that a report may be shown as text and as Markdown.

use serde_json::Value;

const CHARACTERS_MAX: usize = 80;

/// Text of the author's, in backticks.
pub fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(CHARACTERS_MAX) + 2);
    out.push('`');
    for c in text.chars().take(CHARACTERS_MAX) {
        out.push(match c {
            '`' => '\'',
            c if c.is_control() || is_direction(c) => ' ',
            c => c,
        });
    }
    if text.chars().nth(CHARACTERS_MAX).is_some() {
        out.push('…');
    }
    out.push('`');
    out
}

/// Turns the line around where it is shown, so that a report would read as something else.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A JSON value, in backticks; text without its quotes.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::String(text) => code(text),
        // Larger ones say nothing in a sentence, and spelling them out would cost their size.
        Value::Array(elements) if elements.len() > 10 => "a list".to_owned(),
        Value::Object(members) if members.len() > 10 => "an object".to_owned(),
        other => code(&other.to_string()),
    }
}

/// A value that may be missing.
pub(super) fn or_nothing(found: Option<&Value>) -> String {
    found.map_or_else(|| "nothing".to_owned(), value)
}

/// `a`, `b` and `c`.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names: Vec<String> = names.into_iter().map(code).collect();
    match names.pop() {
        None => "nothing".to_owned(),
        Some(last) if names.is_empty() => last,
        Some(last) => format!("{} and {last}", names.join(", ")),
    }
}

/// The first letter as a capital: sentences are made of parts.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
