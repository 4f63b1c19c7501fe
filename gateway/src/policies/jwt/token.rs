//! A token in its compact form (RFC 7515 §3.1), taken apart strictly.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::Fault;

/// Longest token that is looked at, bytes.
pub(super) const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// It is no token, or not one of three parts.
pub(super) const NOT_ONE: Fault<'static> =
    Fault::Invalid("It is not a signed token of three parts.");
const NOT_READABLE: Fault<'static> = Fault::Invalid("A part of it cannot be read.");
/// What changes the meaning of the rest (RFC 7515 §4.1.11, RFC 7797 §3), or makes it something else than claims (RFC 7516
/// §4.1, RFC 7519 §5.2). No policy asks for any of it.
const REFUSED_MEMBERS: [&str; 4] = ["crit", "b64", "enc", "zip"];

/// A token that has three parts and is short enough.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token<'a> {
    signed: &'a str,
    header: &'a str,
    claims: &'a str,
    signature: &'a str,
}

/// What of a token's header decides anything.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) algorithm: String,
    pub(super) key: Option<String>,
}

impl<'a> Token<'a> {
    pub(super) fn split(text: &'a str) -> Result<Self, Fault<'static>> {
        if text.len() > TOKEN_BYTES_MAX {
            return Err(Fault::Invalid("It is longer than 8,192 bytes."));
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(NOT_ONE)?;
        let (header, claims) = signed.split_once('.').ok_or(NOT_ONE)?;
        if claims.contains('.') || [header, claims, signature].contains(&"") {
            return Err(NOT_ONE);
        }
        Ok(Self {
            signed,
            header,
            claims,
            signature,
        })
    }

    /// The bytes that were signed (RFC 7515 §5.1).
    pub(super) fn signed(&self) -> &'a [u8] {
        self.signed.as_bytes()
    }

    pub(super) fn header(&self) -> Result<Header, Fault<'static>> {
        let members = members(self.header)?;
        if REFUSED_MEMBERS
            .iter()
            .any(|name| members.contains_key(*name))
        {
            return Err(Fault::Invalid(
                "Its header asks for what is not understood.",
            ));
        }
        // RFC 7519 §5.2: the claims of a nested token are another token.
        let content = members.get("cty").map(Value::as_str);
        if content.is_some_and(|content| content.is_none_or(is_token)) {
            return Err(Fault::Invalid("It holds another token."));
        }
        let algorithm = members.get("alg").and_then(Value::as_str);
        let key = match members.get("kid") {
            None => None,
            Some(Value::String(key)) => Some(key.clone()),
            Some(_) => return Err(NOT_READABLE),
        };
        Ok(Header {
            algorithm: algorithm.ok_or(NOT_READABLE)?.to_owned(),
            key,
        })
    }

    pub(super) fn signature(&self) -> Result<Vec<u8>, Fault<'static>> {
        decoded(self.signature)
    }

    /// To be asked for once the signature is known to be good.
    pub(super) fn claims(&self) -> Result<Map<String, Value>, Fault<'static>> {
        members(self.claims)
    }
}

fn is_token(content: &str) -> bool {
    let subtype = content.rsplit('/').next().unwrap_or_default();
    subtype.eq_ignore_ascii_case("jwt")
}

/// Base64url without padding; an encoding that is not the only one of its bytes is none (RFC 4648 §3.5).
fn decoded(part: &str) -> Result<Vec<u8>, Fault<'static>> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| NOT_READABLE)
}

fn members(part: &str) -> Result<Map<String, Value>, Fault<'static>> {
    let read: Result<Members, _> = serde_json::from_slice(&decoded(part)?);
    read.map(|members| members.0).map_err(|_| NOT_READABLE)
}

/// A JSON object in which no name stands twice (RFC 7515 §4, RFC 7519 §4): who reads the last one must not be told another
/// thing than who reads the first.
struct Members(Map<String, Value>);

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
