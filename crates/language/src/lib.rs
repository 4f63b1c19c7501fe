//! What pages and mails say, in the reader's language: texts by key, from one catalogue per language.
//!
//! A catalogue is a folder of `languages/` with one file per room, in the syntax of Fluent (<https://projectfluent.org>): plurals by
//! the rules of CLDR, named places, no HTML. [`t!`] says a text in the language of the task it runs in, which [`speaking`] sets once
//! per request or mail. What a catalogue lacks, misspells or never uses, the tests of this crate find.
//!
//! How a text is added, and a language: `docs/languages.md`.

mod accept;
mod catalogue;
mod message;
mod numbers;
mod pseudo;
mod spoken;
#[cfg(test)]
mod tests;

pub use accept::accepted;
pub use message::{Fills, Message, Piece, Value, pieces};
pub use numbers::grouped;
pub use spoken::{speaking, speaking_now, spoken};

/// Says a text as plain words, in the language of this task: `t!("sign-in-title")`, `t!("sign-in-to", tenant = &name)`. Numbers choose
/// the plural and are written as the language writes them. Where it ends up in a page, the template escapes it like any other value.
#[macro_export]
macro_rules! t {
    ($key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::Message::new($key)$(.with(stringify!($name), $value))*.text()
    };
}
