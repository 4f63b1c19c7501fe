//! A deserializer over merged settings that knows where it is: errors name the key, and every key
//! that was read into a [`crate::Secret`] is remembered so that it is never shown.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::value::StringDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use toml::{Table, Value};

use crate::secret::SECRET_MARKER;

/// The keys that hold secrets, as far as reading has met them.
#[derive(Default)]
pub(crate) struct SecretPaths(RefCell<BTreeSet<String>>);

impl SecretPaths {
    pub(crate) fn into_paths(self) -> BTreeSet<String> {
        self.0.into_inner()
    }
}

/// Which key cannot be read, and why.
#[derive(Debug)]
pub(crate) struct Problem {
    /// Empty for the whole.
    pub(crate) path: String,
    pub(crate) message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for Problem {}

impl de::Error for Problem {
    fn custom<M: fmt::Display>(message: M) -> Self {
        Self {
            path: String::new(),
            message: message.to_string(),
        }
    }
}

/// Reads settings out of the merged values.
pub(crate) fn from_table<T: DeserializeOwned>(
    table: &Table,
    secrets: &SecretPaths,
) -> Result<T, Problem> {
    T::deserialize(TableAt {
        table,
        at: At {
            path: String::new(),
            secrets,
        },
    })
}

/// A place in the settings.
#[derive(Clone)]
struct At<'a> {
    path: String,
    secrets: &'a SecretPaths,
}

impl At<'_> {
    fn key(&self, name: &str) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        Self {
            path: format!("{}{dot}{name}", self.path),
            secrets: self.secrets,
        }
    }

    fn index(&self, index: usize) -> Self {
        Self {
            path: format!("{}[{index}]", self.path),
            secrets: self.secrets,
        }
    }

    /// Adds the place to a problem that does not have one yet: the innermost is the most telling.
    fn locate<T>(&self, outcome: Result<T, Problem>) -> Result<T, Problem> {
        outcome.map_err(|problem| match problem.path.is_empty() {
            true => Problem {
                path: self.path.clone(),
                ..problem
            },
            false => problem,
        })
    }
}

struct TableAt<'a> {
    table: &'a Table,
    at: At<'a>,
}

impl<'de> Deserializer<'de> for TableAt<'_> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let at = self.at.clone();
        at.locate(visitor.visit_map(Entries {
            rest: self.table.iter(),
            next: None,
            at: self.at,
        }))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct ValueAt<'a> {
    value: &'a Value,
    at: At<'a>,
}

impl<'de> Deserializer<'de> for ValueAt<'_> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let at = self.at.clone();
        at.locate(match self.value {
            Value::String(text) => visitor.visit_str(text),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Boolean(truth) => visitor.visit_bool(*truth),
            Value::Datetime(instant) => visitor.visit_string(instant.to_string()),
            Value::Array(items) => visitor.visit_seq(Items {
                rest: items.iter().enumerate(),
                at: self.at,
            }),
            Value::Table(table) => visitor.visit_map(Entries {
                rest: table.iter(),
                next: None,
                at: self.at,
            }),
        })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let at = self.at.clone();
        at.locate(visitor.visit_some(self))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let at = self.at.clone();
        if name == SECRET_MARKER {
            at.secrets.0.borrow_mut().insert(at.path.clone());
            // A wrong kind of value would be repeated in the message; a secret must not be.
            return visitor.visit_newtype_struct(self).map_err(|_| Problem {
                path: at.path.clone(),
                message: "is not a value this secret can hold".to_owned(),
            });
        }
        at.locate(visitor.visit_newtype_struct(self))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let at = self.at.clone();
        at.locate(visitor.visit_enum(self))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// Enums in settings are a word, or a table with the word as its one key.
impl<'de, 'a> EnumAccess<'de> for ValueAt<'a> {
    type Error = Problem;
    type Variant = VariantAt<'a>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), Problem> {
        let (word, content) = match self.value {
            Value::String(word) => (word, None),
            Value::Table(table) if table.len() == 1 => {
                let (word, value) = table.iter().next().ok_or_else(|| wrong_enum(&self.at))?;
                (
                    word,
                    Some(ValueAt {
                        value,
                        at: self.at.key(word),
                    }),
                )
            }
            _ => return Err(wrong_enum(&self.at)),
        };
        let variant = seed.deserialize(StringDeserializer::<Problem>::new(word.clone()))?;
        Ok((
            variant,
            VariantAt {
                content,
                at: self.at,
            },
        ))
    }
}

fn wrong_enum(at: &At<'_>) -> Problem {
    Problem {
        path: at.path.clone(),
        message: "expected a word or a table with one key".to_owned(),
    }
}

struct VariantAt<'a> {
    content: Option<ValueAt<'a>>,
    at: At<'a>,
}

impl<'a> VariantAt<'a> {
    fn content(self) -> Result<ValueAt<'a>, Problem> {
        self.content.ok_or_else(|| wrong_enum(&self.at))
    }
}

impl<'de> VariantAccess<'de> for VariantAt<'_> {
    type Error = Problem;

    fn unit_variant(self) -> Result<(), Problem> {
        if self.content.is_none() {
            Ok(())
        } else {
            Err(wrong_enum(&self.at))
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Problem> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, visitor: V) -> Result<V::Value, Problem> {
        self.content()?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        self.content()?.deserialize_any(visitor)
    }
}

struct Entries<'a, I> {
    rest: I,
    next: Option<(&'a String, &'a Value)>,
    at: At<'a>,
}

impl<'de, 'a, I: Iterator<Item = (&'a String, &'a Value)>> MapAccess<'de> for Entries<'a, I> {
    type Error = Problem;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Problem> {
        self.next = self.rest.next();
        let Some((name, _)) = self.next else {
            return Ok(None);
        };
        let key = seed.deserialize(StringDeserializer::<Problem>::new(name.clone()));
        self.at.key(name).locate(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Problem> {
        let Some((name, value)) = self.next.take() else {
            return Err(de::Error::custom("a value was asked for before its key"));
        };
        let at = self.at.key(name);
        at.locate(seed.deserialize(ValueAt {
            value,
            at: at.clone(),
        }))
    }
}

struct Items<'a> {
    rest: std::iter::Enumerate<std::slice::Iter<'a, Value>>,
    at: At<'a>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Problem;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Problem> {
        let Some((index, value)) = self.rest.next() else {
            return Ok(None);
        };
        let at = self.at.index(index);
        at.locate(seed.deserialize(ValueAt {
            value,
            at: at.clone(),
        }))
        .map(Some)
    }
}
