//! Tokens that must come with a call beside its key: signed claims of a user (RFC 7519), judged as RFC 8725 advises.
//!
//! The algorithm is one of the policy's list and fits the key by its type; nothing a token says about keys is believed but
//! `kid`, which only narrows. Signatures, encodings and JSON are `jsonwebtoken`'s business: it gets keys in its own form, made when the
//! configuration is loaded, and reads their numbers at each verification. What it has no say in or lets pass is judged here. A token
//! is never quoted, in no problem and no log.
//! Reading one allocates, on operations with such a policy only: its parts come encoded.

mod keys;
mod token;

use std::cmp::Ordering;

use gatehouse_problem::{Problem, ProblemKind};
use gatehouse_snapshot::check::JWT_TRIES_MAX;
use gatehouse_snapshot::object::Jwt;
use http::HeaderValue;
use http::header::WWW_AUTHENTICATE;
use serde_json::{Map, Value};

use crate::call::Now;
use crate::refusal::Refusal;
use crate::request::{Fields, visible};
use keys::Key;
use token::Token;

/// The field in which a key may come, too.
pub(crate) const AUTHORIZATION: &str = "authorization";

/// A policy in the form the request path needs.
#[derive(Debug)]
pub(crate) struct CompiledJwt {
    /// Tried only.
    pub(crate) shadow: bool,
    header: Box<str>,
    types: Box<[Box<str>]>,
    issuer: Box<str>,
    audiences: Box<[Box<str>]>,
    keys: Box<[Key]>,
    leeway_s: f64,
    claims: Box<[WantedClaim]>,
    scopes: Box<[Box<str>]>,
}

/// A claim that must be there.
#[derive(Debug)]
struct WantedClaim {
    name: Box<str>,
    /// One of these must be it, or in it; any value where there are none.
    values: Box<[Box<str>]>,
}

/// Why a call has no good token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault<'a> {
    /// None was sent.
    Missing,
    /// It is not good; which check it fails, in words.
    Invalid(&'static str),
    /// It is good and lacks a scope of the policy.
    Scope(&'a str),
    /// It is good and lacks a claim of the policy, or has another value there.
    Claim(&'a str),
}

/// What `typ` names, as a policy writes it (RFC 7515 §4.1.9).
fn media_type(typ: &str) -> String {
    let typ = typ.to_ascii_lowercase();
    match typ.strip_prefix("application/") {
        Some(rest) if !rest.contains('/') => rest.to_owned(),
        _ => typ,
    }
}

fn texts(list: &[String]) -> Box<[Box<str>]> {
    list.iter().map(|text| text.as_str().into()).collect()
}

impl CompiledJwt {
    pub(crate) fn new(jwt: &Jwt) -> Self {
        let claims = jwt.claims.iter();
        Self {
            shadow: jwt.shadow,
            header: jwt.header.as_str().into(),
            types: texts(&jwt.types),
            issuer: jwt.issuer.as_str().into(),
            audiences: texts(&jwt.audiences),
            keys: keys::compile(jwt),
            leeway_s: f64::from(jwt.leeway_s),
            claims: claims
                .map(|(name, values)| WantedClaim {
                    name: name.as_str().into(),
                    values: texts(values),
                })
                .collect(),
            scopes: texts(&jwt.scopes),
        }
    }

    /// Whether the token takes the place that a key may otherwise come in.
    pub(crate) fn is_in_authorization(&self) -> bool {
        &*self.header == AUTHORIZATION
    }

    /// Judges the one token of a call by the gateway's clock.
    pub(crate) fn judge(&self, fields: Fields<'_>, now: Now) -> Result<(), Fault<'_>> {
        let token = Token::split(self.presented(fields)?)?;
        let header = token.header()?;
        // RFC 8725 §3.11: what was signed for another purpose is not taken for this one.
        let is_of_type = |named: &str| self.types.iter().any(|one| **one == *named);
        if !self.types.is_empty()
            && !header
                .typ
                .as_deref()
                .map(media_type)
                .is_some_and(|named| is_of_type(&named))
        {
            return Err(Fault::Invalid("It is of another type."));
        }
        // RFC 8725 §3.1: the algorithm is one of the policy's, with a key of its type, before anything is verified.
        let keys = self
            .keys
            .iter()
            .filter(|key| key.is_of(header.alg))
            .filter(|key| header.kid.is_none() || key.kid() == header.kid.as_deref());
        match keys.clone().take(JWT_TRIES_MAX + 1).count() {
            0 => {
                return Err(Fault::Invalid(
                    "No key of this API has its algorithm and key id.",
                ));
            }
            1..=JWT_TRIES_MAX => {}
            // Of keys with one name there are no more (`snapshot::check`).
            _ => return Err(Fault::Invalid("It must name its key (kid).")),
        }
        for key in keys {
            if let Some(claims) = key.claims(token.text())? {
                return self.judge_claims(&claims, now);
            }
        }
        Err(Fault::Invalid("Its signature is not that of a known key."))
    }

    fn presented<'f>(&self, fields: Fields<'f>) -> Result<&'f str, Fault<'static>> {
        let mut lines = fields.get_all(&self.header);
        let line = lines.next().ok_or(Fault::Missing)?;
        if lines.next().is_some() {
            return Err(Fault::Invalid("It was sent more than once."));
        }
        let text = visible(line).ok_or(token::NOT_ONE)?;
        if !self.is_in_authorization() {
            return Ok(text);
        }
        // RFC 9110 §11.1: the scheme is case-insensitive; RFC 6750 §2.1: one space, then the token.
        match text.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                // Alone, this is the key in its other place.
                let is_key = fields.get_all("x-api-key").next().is_none();
                if is_key {
                    Err(Fault::Missing)
                } else {
                    Ok(token)
                }
            }
            _ => Err(Fault::Missing),
        }
    }

    /// What the issuer signed, against what the policy wants: first whether the token is for here and now, then whether it is
    /// enough.
    fn judge_claims(&self, claims: &Map<String, Value>, now: Now) -> Result<(), Fault<'_>> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if text("iss") != Some(&self.issuer) {
            return Err(Fault::Invalid("It is of another issuer."));
        }
        let for_here = |one: &str| self.audiences.iter().any(|own| **own == *one);
        if !claims
            .get("aud")
            .is_some_and(|aud| words(aud).any(for_here))
        {
            return Err(Fault::Invalid("It is for another audience."));
        }
        // Whole milliseconds of this century are exact in a double.
        let now_s = now.wall_ms as f64 / 1_000.0;
        let is_after =
            |date: f64, moment: f64| date.partial_cmp(&moment) == Some(Ordering::Greater);
        match claims.get("exp").map(Value::as_f64) {
            None => return Err(Fault::Invalid("It does not say when it ends.")),
            Some(Some(exp)) if is_after(exp + self.leeway_s, now_s) => {}
            Some(Some(_)) => return Err(Fault::Invalid("It has expired.")),
            Some(None) => return Err(Fault::Invalid("Its dates are not numbers.")),
        }
        match claims.get("nbf").map(Value::as_f64) {
            None => {}
            Some(Some(nbf)) if !is_after(nbf, now_s + self.leeway_s) => {}
            Some(Some(_)) => return Err(Fault::Invalid("It is not valid yet.")),
            Some(None) => return Err(Fault::Invalid("Its dates are not numbers.")),
        }
        for WantedClaim { name, values } in &self.claims {
            let claim = claims.get(&**name).filter(|claim| !claim.is_null());
            let fits =
                |claim: &Value| values.is_empty() || values.iter().any(|one| has(claim, one));
            if !claim.is_some_and(fits) {
                return Err(Fault::Claim(name));
            }
        }
        let granted = |scope: &str| {
            let lists = ["scope", "scp"]
                .into_iter()
                .filter_map(|name| claims.get(name));
            lists.into_iter().any(|list| {
                words(list).any(|words| words.split(' ').any(|granted| granted == scope))
            })
        };
        match self.scopes.iter().find(|scope| !granted(scope)) {
            Some(scope) => Err(Fault::Scope(scope)),
            None => Ok(()),
        }
    }

    /// What the client is told (RFC 6750 §3).
    pub(crate) fn refusal(&self, fault: &Fault<'_>) -> Refusal {
        match fault {
            Fault::Missing if self.is_in_authorization() => Problem::new(ProblemKind::TokenMissing)
                .detail(
                    "Send the token as Authorization: Bearer <token>, and the key in X-API-Key.",
                )
                .into(),
            Fault::Missing => Problem::new(ProblemKind::TokenMissing)
                .detail(format!("Send the token in {}.", self.header))
                .into(),
            Fault::Invalid(why) => {
                let problem = Problem::new(ProblemKind::TokenInvalid).detail(*why);
                let challenge = "Bearer realm=\"gatehouse\", error=\"invalid_token\"";
                Refusal::from(problem).header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
            }
            Fault::Scope(scope) => {
                insufficient(format!("The token lacks the scope '{scope}'."), Some(scope))
            }
            Fault::Claim(claim) => {
                let detail =
                    format!("The token lacks a claim '{claim}' with a value that opens this.");
                insufficient(detail, None)
            }
        }
    }
}

fn insufficient(detail: String, scope: Option<&str>) -> Refusal {
    let mut challenge = "Bearer realm=\"gatehouse\", error=\"insufficient_scope\"".to_owned();
    // RFC 6749 §3.3: what a scope is made of; anything else would end the quotes.
    let is_plain = |byte: u8| (0x21..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
    if let Some(scope) = scope.filter(|scope| scope.bytes().all(is_plain)) {
        challenge.push_str(", scope=\"");
        challenge.push_str(scope);
        challenge.push('"');
    }
    let refusal = Refusal::from(Problem::new(ProblemKind::TokenInsufficient).detail(detail));
    match HeaderValue::from_str(&challenge) {
        Ok(challenge) => refusal.header(WWW_AUTHENTICATE, challenge),
        Err(_) => refusal,
    }
}

/// A text, or the texts of a list.
fn words(value: &Value) -> impl Iterator<Item = &str> {
    let one = value.as_str();
    let list = value.as_array().into_iter().flatten();
    one.into_iter().chain(list.filter_map(Value::as_str))
}

/// Whether a claim is this value, or a list with it. Numbers and truth values are compared as JSON writes them.
fn has(claim: &Value, wanted: &str) -> bool {
    match claim {
        Value::String(text) => text == wanted,
        Value::Bool(truth) => wanted == if *truth { "true" } else { "false" },
        Value::Number(number) => number.to_string() == wanted,
        Value::Array(list) => list.iter().any(|one| !one.is_array() && has(one, wanted)),
        Value::Null | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests;
