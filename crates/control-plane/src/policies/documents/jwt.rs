//! The token that must come with a call (RFC 7519), besides the application's key.

use std::collections::HashMap;

use gatehouse_domain::policy::may_hold_token;
use gatehouse_language::t;
use gatehouse_snapshot::check::{JWT_LEEWAY_S_MAX, JWT_TRIES_MAX, fits};
use gatehouse_snapshot::object::{Jwt, JwtAlgorithm, JwtKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::jwks::{self, JwksDocument};
use super::{Told, closed, once};

/// The token that must come with a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JwtDocument {
    /// The field it comes in, lower case. In `authorization` it stands behind `Bearer `, and the key then comes in `X-API-Key`.
    #[serde(default = "authorization")]
    pub header: String,
    /// What `typ` must be one of, such as `at+jwt` (RFC 9068 §2.1), without `application/` and in any case of letters; without
    /// any it is not looked at.
    #[serde(default)]
    pub types: Vec<String>,
    /// What `iss` must be.
    pub issuer: String,
    /// One of these must be in `aud`; at least one.
    pub audiences: Vec<String>,
    /// What `alg` may be (RFC 7518 §3.1, RFC 8037); at least one, none with a shared secret.
    pub algorithms: Vec<AlgorithmName>,
    /// Public keys of the issuer (RFC 7517).
    pub jwks: JwksDocument,
    /// For how long after `exp` and before `nbf` clocks are forgiven, seconds; at most 300.
    #[serde(default)]
    pub leeway_s: u32,
    /// Claims that must be there.
    #[serde(default)]
    pub claims: Vec<ClaimDocument>,
    /// Every one must be in `scope` or `scp`.
    #[serde(default)]
    pub scopes: Vec<String>,
}

/// A claim that must be there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimDocument {
    /// Its name.
    pub name: String,
    /// One of these must be its value, or in it where it is a list; without any, it must only be there.
    #[serde(default)]
    pub values: Vec<String>,
}

/// A signature, as tokens name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "RFC 7518 §3.1 and RFC 8037 name them")]
pub enum AlgorithmName {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl AlgorithmName {
    const fn compiled(self) -> JwtAlgorithm {
        match self {
            Self::Rs256 => JwtAlgorithm::Rs256,
            Self::Rs384 => JwtAlgorithm::Rs384,
            Self::Rs512 => JwtAlgorithm::Rs512,
            Self::Ps256 => JwtAlgorithm::Ps256,
            Self::Ps384 => JwtAlgorithm::Ps384,
            Self::Ps512 => JwtAlgorithm::Ps512,
            Self::Es256 => JwtAlgorithm::Es256,
            Self::Es384 => JwtAlgorithm::Es384,
            Self::EdDsa => JwtAlgorithm::EdDsa,
        }
    }
}

fn authorization() -> String {
    "authorization".to_owned()
}

/// Keys are read by a reader of their own, which says more than a type could and repeats nothing.
pub(super) fn read(mut value: Value, told: &mut Told) -> Option<JwtDocument> {
    if let Some(keys) = value.get_mut("jwks") {
        *keys = jwks::read(keys, told)?;
    }
    let mut jwt: JwtDocument = closed(value, told)?;
    let lengths = [
        ("/document/types", jwt.types.len()),
        ("/document/audiences", jwt.audiences.len()),
        ("/document/algorithms", jwt.algorithms.len()),
        ("/document/claims", jwt.claims.len()),
        ("/document/scopes", jwt.scopes.len()),
    ];
    if !told.lengths(&lengths) {
        return None;
    }
    jwt.header.make_ascii_lowercase();
    told.require(
        may_hold_token(&jwt.header),
        "/document/header",
        "field_name",
        t!("refused-policies-use-authorization-or-a-header-field"),
    );
    told.text("/document/issuer", &jwt.issuer);
    for one in &mut jwt.types {
        one.make_ascii_lowercase();
        if let Some(rest) = one.strip_prefix("application/") {
            *one = rest.to_owned();
        }
    }
    for (name, list) in [
        ("types", &mut jwt.types),
        ("audiences", &mut jwt.audiences),
        ("scopes", &mut jwt.scopes),
    ] {
        for (place, text) in list.iter().enumerate() {
            told.text(&format!("/document/{name}/{place}"), text);
        }
        once(list);
    }
    for (place, scope) in jwt.scopes.iter().enumerate() {
        told.require(
            !scope.contains(' '),
            format!("/document/scopes/{place}"),
            "scope",
            t!("refused-policies-a-scope-has-no-spaces-rfc"),
        );
    }
    for (name, is_empty) in [
        ("audiences", jwt.audiences.is_empty()),
        ("algorithms", jwt.algorithms.is_empty()),
    ] {
        told.require(
            !is_empty,
            format!("/document/{name}"),
            "required",
            t!("refused-policies-name-at-least-one"),
        );
    }
    let mut algorithms = Vec::new();
    jwt.algorithms.retain(|one| {
        let is_new = !algorithms.contains(one);
        algorithms.push(*one);
        is_new
    });
    claims(&mut jwt.claims, told);
    told.require(
        jwt.leeway_s <= JWT_LEEWAY_S_MAX,
        "/document/leeway_s",
        "out_of_range",
        t!(
            "refused-policies-use-at-most-s-2",
            jwt_leeway_s_max = &JWT_LEEWAY_S_MAX
        ),
    );
    require_fit(&jwt, told);
    Some(jwt)
}

fn claims(claims: &mut [ClaimDocument], told: &mut Told) {
    for place in 0..claims.len() {
        let pointer = format!("/document/claims/{place}");
        let (before, from) = claims.split_at_mut(place);
        let Some(claim) = from.first_mut() else {
            continue;
        };
        told.text(&format!("{pointer}/name"), &claim.name);
        told.require(
            !before.iter().any(|other| other.name == claim.name),
            format!("{pointer}/name"),
            "duplicate",
            t!("refused-policies-this-claim-is-in-the-list"),
        );
        if !told.lengths(&[(&format!("{pointer}/values"), claim.values.len())]) {
            continue;
        }
        for (at, value) in claim.values.iter().enumerate() {
            told.text(&format!("{pointer}/values/{at}"), value);
        }
        once(&mut claim.values);
    }
}

/// A key that no algorithm takes is never used: one of the two lists is mistaken. And a token is tried with few keys, because each
/// costs the gateways a verification: those beyond must have a name of their own.
fn require_fit(jwt: &JwtDocument, told: &mut Told) {
    let keys = jwt.keys();
    let mut alike: HashMap<(AlgorithmName, Option<&str>), usize> = HashMap::new();
    for (place, key) in keys.iter().enumerate() {
        let taken = jwt
            .algorithms
            .iter()
            .any(|one| fits(one.compiled(), &key.key));
        told.require(
            taken,
            format!("/document/jwks/keys/{place}"),
            "no_algorithm",
            t!("refused-policies-none-of-the-algorithms-signs-with"),
        );
        let fitting = jwt.algorithms.iter();
        let fitting = fitting.filter(|one| fits(one.compiled(), &key.key));
        let most = fitting.map(|one| {
            let tries = alike.entry((*one, key.kid.as_deref())).or_default();
            *tries += 1;
            *tries
        });
        told.require(
            most.max().unwrap_or(0) <= JWT_TRIES_MAX,
            format!("/document/jwks/keys/{place}/kid"),
            "too_many_alike",
            t!(
                "refused-policies-more-than-keys-of-this-type",
                jwt_tries_max = &JWT_TRIES_MAX
            ),
        );
    }
}

impl JwtDocument {
    fn keys(&self) -> Vec<JwtKey> {
        let keys = self.jwks.keys.iter();
        keys.filter_map(jwks::JwkDocument::compiled).collect()
    }

    /// As gateways hold it.
    pub(crate) fn compiled(&self, shadow: bool) -> Jwt {
        let claims = self.claims.iter();
        Jwt {
            shadow,
            header: self.header.clone(),
            types: self.types.clone(),
            issuer: self.issuer.clone(),
            audiences: self.audiences.clone(),
            algorithms: self.algorithms.iter().map(|one| one.compiled()).collect(),
            keys: self.keys(),
            leeway_s: self.leeway_s,
            claims: claims
                .map(|claim| (claim.name.clone(), claim.values.clone()))
                .collect(),
            scopes: self.scopes.clone(),
        }
    }
}
