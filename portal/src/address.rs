//! Reading addresses: path parameters and queries. Queries are lenient, because links are shared and decorated.

use crate::form;
use crate::page_error::PageError;
use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// The parameters of the route, in its order. What cannot be read is what does not exist.
pub(crate) struct Path<const N: usize>(pub(crate) [String; N]);

impl<S: Send + Sync, const N: usize> FromRequestParts<S> for Path<N> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageError> {
        let raw = parameters(parts, state).await?;
        let words: Vec<String> = raw.iter().map(|(_, value)| value.to_owned()).collect();
        words
            .try_into()
            .map(Self)
            .map_err(|_| PageError::not_found())
    }
}

/// The parameters of the route by name, for pages that stand at more than one address.
pub(crate) async fn named(
    parts: &mut Parts,
    state: &(impl Send + Sync),
) -> Result<BTreeMap<String, String>, PageError> {
    let raw = parameters(parts, state).await?;
    let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Ok(raw.iter().map(pair).collect())
}

async fn parameters(
    parts: &mut Parts,
    state: &(impl Send + Sync),
) -> Result<RawPathParams, PageError> {
    let raw = RawPathParams::from_request_parts(parts, state).await;
    raw.map_err(|_| PageError::not_found())
}

/// The query, read like a form. A value that cannot be read is an unknown page; an unknown name is ignored.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let fields = form::parse(parts.uri.query().unwrap_or_default().as_bytes());
        form::read(fields)
            .map(Self)
            .map_err(|_| PageError::not_found())
    }
}

/// Reads a typed id or answers as for one that does not exist.
pub(crate) fn id<T: std::str::FromStr>(text: &str) -> Result<T, PageError> {
    text.parse().map_err(|_| PageError::not_found())
}

/// A path with a query made of the pairs that have a value.
pub(crate) fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut link = path.to_owned();
    let mut mark = '?';
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        link.push(mark);
        link.push_str(name);
        link.push('=');
        link.push_str(&encode(value));
        mark = '&';
    }
    link
}

/// Percent-encodes all but unreserved characters (RFC 3986 §2.3).
pub(crate) fn encode(text: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'~');
    percent_encoding::utf8_percent_encode(text, KEPT).to_string()
}

/// A path inside this portal that a visitor may be sent to, or `/`. Anything with a host, a scheme, a backslash or a
/// control character would let a link lead elsewhere after sign-in.
pub(crate) fn safe_next(next: &str) -> &str {
    let inside = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(['\\', '\n', '\r', '\t'])
        && !next.chars().any(char::is_control)
        && next.len() <= 1000;
    if inside { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::{safe_next, with_query};

    #[test]
    fn nobody_is_sent_out_of_the_portal() {
        for bad in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "",
            "evil",
            "/a\nb",
            "javascript:x",
        ] {
            assert_eq!(safe_next(bad), "/", "{bad:?}");
        }
        assert_eq!(
            safe_next("/apis/orders/request?plan=gold"),
            "/apis/orders/request?plan=gold"
        );
    }

    #[test]
    fn queries_are_encoded_and_empty_values_left_out() {
        assert_eq!(
            with_query("/apis", &[("q", "a b&c"), ("tag", "")]),
            "/apis?q=a%20b%26c"
        );
        assert_eq!(with_query("/apis", &[]), "/apis");
    }
}
