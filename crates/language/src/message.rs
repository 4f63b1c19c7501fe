//! A text to be said: its key and what stands in its places.

use crate::numbers::{BEGIN, END};
use crate::{catalogue, spoken};
use fluent_bundle::{FluentArgs, FluentValue};
use gatehouse_domain::credential::CredentialKind;
use gatehouse_domain::policy::PolicyKind;
use gatehouse_domain::{Email, Language, OperationKey, Permission, Role, Slug};
use std::borrow::Cow;

/// What stands in a place: words are shown as they are, a whole number also chooses the plural.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Shown as it is.
    Text(String),
    /// Written as the language writes numbers.
    Number(i64),
}

/// What can stand in a place.
pub trait Fills {
    /// As a value.
    fn value(&self) -> Value;
}

macro_rules! texts {
    ($($text:ty),*) => {$(
        impl Fills for $text {
            fn value(&self) -> Value {
                Value::Text(self.to_string())
            }
        }
    )*};
}
// Names and codes are the same in every language.
texts!(
    str,
    String,
    Cow<'_, str>,
    Slug,
    Email,
    Permission,
    Role,
    OperationKey,
    PolicyKind,
    CredentialKind
);

macro_rules! short_numbers {
    ($($number:ty),*) => {$(
        impl Fills for $number {
            fn value(&self) -> Value {
                Value::Number(i64::from(*self))
            }
        }
    )*};
}
short_numbers!(u16, u32, i32);

macro_rules! long_numbers {
    ($($number:ty),*) => {$(
        impl Fills for $number {
            fn value(&self) -> Value {
                Value::Number(i64::try_from(*self).unwrap_or(i64::MAX))
            }
        }
    )*};
}
long_numbers!(u64, usize);

impl Fills for i64 {
    fn value(&self) -> Value {
        Value::Number(*self)
    }
}

impl<T: Fills + ?Sized> Fills for &T {
    fn value(&self) -> Value {
        (**self).value()
    }
}

/// A text to be said.
#[derive(Debug, Clone)]
pub struct Message {
    key: &'static str,
    places: Vec<(&'static str, Value)>,
}

impl Message {
    /// The text of a key. Write [`crate::t!`] instead, where plain words are wanted.
    pub fn new(key: &'static str) -> Self {
        Self {
            key,
            places: Vec::new(),
        }
    }

    /// Fills one place.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Fills) -> Self {
        self.places.push((name, value.value()));
        self
    }

    /// Plain words, without the marks of [`pieces`].
    pub fn text(&self) -> String {
        let marked = self.marked();
        let words = pieces(&marked).into_iter().filter_map(|piece| match piece {
            Piece::Text(text) | Piece::Value(text) => Some(text),
            Piece::Open(_) | Piece::Close(_) => None,
        });
        words.collect()
    }

    /// The text as [`pieces`] reads it.
    pub fn marked(&self) -> String {
        let mut places = FluentArgs::with_capacity(self.places.len());
        for (name, value) in &self.places {
            match value {
                Value::Text(text) => places.set(*name, FluentValue::from(text.as_str())),
                Value::Number(number) => places.set(*name, FluentValue::from(*number)),
            }
        }
        let language = spoken();
        let Some(text) = catalogue::written(self.key, &places, language) else {
            tracing::error!(key = self.key, "no catalogue has this text");
            return self.key.to_owned();
        };
        match language {
            Language::Pseudo => format!("[{text}]"),
            Language::English | Language::German => text,
        }
    }
}

/// A part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Of the catalogue.
    Text(&'a str),
    /// What fills a place: anybody's, and never a mark, whatever it holds.
    Value(&'a str),
    /// `<name>` in the catalogue: what follows is a link, a command, or stands out.
    Open(&'a str),
    /// `</name>`.
    Close(&'a str),
}

/// Takes [`Message::marked`] apart.
pub fn pieces(marked: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = marked;
    while let Some(at) = rest.find([BEGIN, '<']) {
        let (text, from) = rest.split_at(at);
        push_text(&mut found, text);
        rest = match from.strip_prefix(BEGIN) {
            Some(value) => {
                let (value, after) = value.split_once(END).unwrap_or((value, ""));
                found.push(Piece::Value(value));
                after
            }
            None => {
                let length = mark_length(from);
                let (mark, after) = from.split_at(length.unwrap_or(1));
                match (length, mark.trim_matches(['<', '>']).strip_prefix('/')) {
                    (None, _) => push_text(&mut found, mark),
                    (Some(_), Some(name)) => found.push(Piece::Close(name)),
                    (Some(_), None) => found.push(Piece::Open(mark.trim_matches(['<', '>']))),
                }
                after
            }
        };
    }
    push_text(&mut found, rest);
    found
}

fn push_text<'a>(pieces: &mut Vec<Piece<'a>>, text: &'a str) {
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
}

/// The length in bytes of `<name>` or `</name>` at the beginning of a text; `None` for a plain `<`.
pub(crate) fn mark_length(text: &str) -> Option<usize> {
    let end = text.find('>')?;
    let inner = text.get(1..end)?;
    let name = inner.strip_prefix('/').unwrap_or(inner);
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
    (!name.is_empty() && name.bytes().all(plain)).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::{Piece, pieces};

    #[test]
    fn what_fills_a_place_is_never_a_mark() {
        let marked = "Go to \u{e000}<b>\u{e001} or <link>stay</link> < 3.";
        assert_eq!(
            pieces(marked),
            [
                Piece::Text("Go to "),
                Piece::Value("<b>"),
                Piece::Text(" or "),
                Piece::Open("link"),
                Piece::Text("stay"),
                Piece::Close("link"),
                Piece::Text(" "),
                Piece::Text("<"),
                Piece::Text(" 3."),
            ]
        );
    }
}
