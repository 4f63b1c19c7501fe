//! The names a type knows, and the nearest one to a typo.

use std::fmt;

use serde::de::value::Error as Probed;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::forward_to_deserialize_any;

/// The field names of a struct. Empty for anything else, and for structs with flattened parts.
pub(super) fn names_of<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // The probe always fails: it only listens to what the type asks for.
    let _ = T::deserialize(Probe { names: &mut names });
    names
}

struct Probe<'a> {
    names: &'a mut &'static [&'static str],
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Probed;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Probed> {
        *self.names = fields;
        Err(Probed::custom("probed"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Probed> {
        Err(Probed::custom("not a struct"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The name nearest to a typo, when one is near.
pub(super) fn nearest<'a>(typo: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(typo, name), name))
        .filter(|(score, _)| *score > 0.75)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

/// The field that serde says is missing.
pub(super) fn missing(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.strip_suffix('`')
}

/// Words serde's list of expected fields as a question.
pub(super) fn nearest_in(message: &str, typo: &str) -> String {
    // The names stand in back ticks; the first is the unknown one.
    let known = message.split('`').skip(1).step_by(2).skip(1);
    match nearest(typo, known) {
        Some(name) => format!("There is no such field. Did you mean {name}?"),
        None => "There is no such field.".to_owned(),
    }
}

/// A message of serde as a sentence.
pub(super) fn sentence(message: &impl fmt::Display) -> String {
    let text = message.to_string().replace('`', "");
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => format!(
            "{}{}.",
            first.to_uppercase(),
            letters.as_str().trim_end_matches('.')
        ),
        None => String::new(),
    }
}
