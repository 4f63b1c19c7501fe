//! A token in its compact form (RFC 7515 §3.1), taken apart strictly.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Header, decode_header};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::Fault;

/// Longest token that is looked at, bytes.
pub(super) const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// It is no token, or not one of three parts.
pub(super) const NOT_ONE: Fault<'static> =
    Fault::Invalid("It is not a signed token of three parts.");
/// What is between its dots is not what it should be.
pub(super) const NOT_READABLE: Fault<'static> = Fault::Invalid("A part of it cannot be read.");
/// What changes the meaning of the rest (RFC 7515 §4.1.11, RFC 7797 §3), or makes it something else than claims (RFC 7516
/// §4.1, RFC 7519 §5.2). No policy asks for any of it.
const REFUSED_MEMBERS: [&str; 4] = ["crit", "b64", "enc", "zip"];

/// A token that has three parts and is short enough.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    text: &'a str,
    header: &'a str,
}

impl<'a> Token<'a> {
    pub(super) fn split(text: &'a str) -> Result<Self, Fault<'static>> {
        if text.len() > TOKEN_BYTES_MAX {
            return Err(Fault::Invalid("It is longer than 8,192 bytes."));
        }
        let mut parts = text.split('.');
        let three = [parts.next(), parts.next(), parts.next()];
        match (three, parts.next()) {
            ([Some(header), Some(claims), Some(signature)], None)
                if ![header, claims, signature].contains(&"") =>
            {
                Ok(Self { text, header })
            }
            _ => Err(NOT_ONE),
        }
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// The header as the library reads it, once what the library lets pass is refused: it looks over `crit` and the like, and
    /// over names that stand twice.
    pub(super) fn header(&self) -> Result<Header, Fault<'static>> {
        let bytes = URL_SAFE_NO_PAD
            .decode(self.header)
            .map_err(|_| NOT_READABLE)?;
        let members: Members = serde_json::from_slice(&bytes).map_err(|_| NOT_READABLE)?;
        let refused = |name: &&str| members.0.contains_key(*name);
        if REFUSED_MEMBERS.iter().any(refused) {
            return Err(Fault::Invalid(
                "Its header asks for what is not understood.",
            ));
        }
        // RFC 7519 §5.2: the claims of a nested token are another token.
        let content = members.0.get("cty").map(Value::as_str);
        if content.is_some_and(|content| content.is_none_or(is_token)) {
            return Err(Fault::Invalid("It holds another token."));
        }
        // An algorithm that no policy can name, `none` before all, is none to the library.
        decode_header(self.text).map_err(|_| NOT_READABLE)
    }
}

fn is_token(content: &str) -> bool {
    let subtype = content.rsplit('/').next().unwrap_or_default();
    subtype.eq_ignore_ascii_case("jwt")
}

/// A JSON object in which no name stands twice (RFC 7515 §4, RFC 7519 §4): who reads the last one must not be told another
/// thing than who reads the first.
pub(super) struct Members(pub(super) Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Once;
        impl<'de> Visitor<'de> for Once {
            type Value = Members;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Map::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if members.insert(name, value).is_some() {
                        return Err(Error::custom("a name stands twice"));
                    }
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Once)
    }
}
