//! Reading forms: the token is checked before a handler sees a field, unknown fields are refused.

use crate::page_error::PageError;
use crate::visitor::Visitor;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use gatehouse_language::t;
use gatehouse_problem::{Problem, ProblemKind};
use http::{HeaderMap, header};
use serde::de::value::{Error as ValueError, MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor as SerdeVisitor};
use std::collections::BTreeMap;
use time::macros::format_description;
use time::{Date, OffsetDateTime, Time};

/// More than the longest form needs: a guide of 200 KiB, every byte of it percent-encoded.
pub(crate) const FORM_BYTES_MAX: usize = 640 * 1024;

/// A form whose token was right.
pub(crate) struct Form<T>(pub(crate) T);

impl<S, T> FromRequest<S> for Form<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = PageError;

    async fn from_request(request: Request, _: &S) -> Result<Self, PageError> {
        let visitor = request
            .extensions()
            .get::<Visitor>()
            .cloned()
            .ok_or_else(|| PageError::of(ProblemKind::Internal))?;
        if !is_form(request.headers()) {
            return Err(PageError::of(ProblemKind::UnsupportedMediaType));
        }
        let body: Bytes = axum::body::to_bytes(request.into_body(), FORM_BYTES_MAX)
            .await
            .map_err(|_| {
                Problem::new(ProblemKind::BodyTooLarge).detail(t!("shared-a-form-may-have-640-kib"))
            })?;
        let mut fields = parse(&body);
        let token = fields
            .remove("csrf")
            .and_then(|values| values.into_iter().next())
            .unwrap_or_default();
        if !visitor.accepts_token(&token) {
            return Err(PageError::of(ProblemKind::CsrfFailed));
        }
        read(fields)
            .map(Form)
            .map_err(|words| Problem::new(ProblemKind::BadRequest).detail(words).into())
    }
}

/// Whether a body is a form without files.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// What is said of text that is no date.
pub(crate) fn no_date() -> String {
    t!("shared-use-a-date-such-as-2027")
}

/// The first moment of a day, UTC, from what a date control sends.
pub(crate) fn day_start(text: &str) -> Option<OffsetDateTime> {
    let day = Date::parse(text.trim(), format_description!("[year]-[month]-[day]")).ok()?;
    Some(day.with_time(Time::MIDNIGHT).assume_utc())
}

/// A form that carries nothing but its token.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// Decodes `application/x-www-form-urlencoded`; repeated names keep their order.
pub(crate) fn parse(body: &[u8]) -> BTreeMap<String, Vec<String>> {
    let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in body
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
    {
        let at = pair
            .iter()
            .position(|byte| *byte == b'=')
            .unwrap_or(pair.len());
        let value = pair.get(at + 1..).unwrap_or_default();
        fields
            .entry(decode(&pair[..at]))
            .or_default()
            .push(decode(value));
    }
    fields
}

fn decode(text: &[u8]) -> String {
    let spaced: Vec<u8> = text
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    let decoded = percent_encoding::percent_decode(&spaced)
        .decode_utf8_lossy()
        .into_owned();
    // Browsers send line ends as CR LF; texts are stored with LF. NUL is not text.
    decoded.replace("\r\n", "\n").replace('\0', "")
}

/// Reads fields into a type: lists take all values of a name, everything else the one value.
pub(crate) fn read<T: DeserializeOwned>(
    fields: BTreeMap<String, Vec<String>>,
) -> Result<T, String> {
    let entries = fields
        .into_iter()
        .map(|(name, values)| (name, Values(values)));
    T::deserialize(MapDeserializer::new(entries)).map_err(|error: ValueError| error.to_string())
}

struct Values(Vec<String>);

impl Values {
    fn one(self) -> Result<String, ValueError> {
        match <[String; 1]>::try_from(self.0) {
            Ok([value]) => Ok(value),
            Err(_) => Err(serde::de::Error::custom("a field was sent twice")),
        }
    }
}

impl<'de> IntoDeserializer<'de> for Values {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! numbers {
    ($($method:ident: $visit:ident $type:ty,)*) => {$(
        fn $method<V: SerdeVisitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
            let text = self.one()?;
            let number: $type = text
                .trim()
                .parse()
                .map_err(|_| <ValueError as serde::de::Error>::custom("a field that takes a number has other text"))?;
            visitor.$visit(number)
        }
    )*};
}

impl<'de> Deserializer<'de> for Values {
    type Error = ValueError;

    fn deserialize_any<V: SerdeVisitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_string(self.one()?)
    }

    fn deserialize_seq<V: SerdeVisitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_seq(SeqDeserializer::new(self.0.into_iter()))
    }

    /// An empty control means that nothing was given.
    fn deserialize_option<V: SerdeVisitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        if self.0.iter().all(|value| value.trim().is_empty()) {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_bool<V: SerdeVisitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        let value = self.one()?;
        visitor.visit_bool(matches!(value.as_str(), "on" | "true" | "1"))
    }

    fn deserialize_newtype_struct<V: SerdeVisitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: SerdeVisitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_enum(self.one()?.into_deserializer())
    }

    numbers! {
        deserialize_u8: visit_u8 u8,
        deserialize_u16: visit_u16 u16,
        deserialize_u32: visit_u32 u32,
        deserialize_u64: visit_u64 u64,
        deserialize_i32: visit_i32 i32,
        deserialize_i64: visit_i64 i64,
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier
        ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, read};

    #[derive(Debug, serde::Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Input {
        name: String,
        #[serde(default)]
        request: Vec<String>,
        days: Option<u32>,
        #[serde(default)]
        on: bool,
    }

    #[test]
    fn repeated_fields_make_a_list_and_empty_ones_nothing() {
        let input: Input = read(parse(b"name=a+b%26c&request=1&request=2&days=&on=on")).unwrap();
        assert_eq!(
            input,
            Input {
                name: "a b&c".into(),
                request: vec!["1".into(), "2".into()],
                days: None,
                on: true
            }
        );
    }

    #[test]
    fn unknown_repeated_and_mistyped_fields_are_refused() {
        assert!(read::<Input>(parse(b"name=a&admin=1")).is_err());
        assert!(read::<Input>(parse(b"name=a&name=b")).is_err());
        assert!(read::<Input>(parse(b"name=a&days=soon")).is_err());
        assert!(read::<Input>(parse(b"")).is_err());
    }

    #[test]
    fn line_ends_are_normalised_and_bad_bytes_survive_as_marks() {
        assert_eq!(parse(b"t=a%0D%0Ab%00")["t"], ["a\nb"]);
        assert_eq!(parse(b"t=%ff")["t"], ["\u{fffd}"]);
    }
}
