//! An issuer of tokens: a pair of keys, and every way to sign with it, well or badly.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair as RsaPair, KeySize};
use aws_lc_rs::signature::{KeyPair, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use gatehouse_snapshot::object::{Jwt, JwtAlgorithm, JwtKey, JwtKeyMaterial, PolicySet};
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::NOON;

/// An RSA pair, its public numbers, and its public key as a file holds it.
pub(super) struct Issuer {
    pub(super) private: EncodingKey,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    pub(super) public_der: Vec<u8>,
}

/// What nobody trusts: another pair, of the same size.
pub(super) fn stranger() -> Issuer {
    make()
}

/// The issuer of these tests.
pub(super) fn issuer() -> &'static Issuer {
    static ISSUER: OnceLock<Issuer> = OnceLock::new();
    ISSUER.get_or_init(make)
}

fn make() -> Issuer {
    let pair = RsaPair::generate(KeySize::Rsa2048).expect("a pair");
    let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).expect("written");
    let signing = RsaKeyPair::from_pkcs8(pkcs8.as_ref()).expect("read");
    let public = signing.public_key();
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(pkcs8.as_ref())
    );
    Issuer {
        private: EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a key"),
        modulus: public.modulus().big_endian_without_leading_zero().to_vec(),
        exponent: public.exponent().big_endian_without_leading_zero().to_vec(),
        public_der: public.as_ref().to_vec(),
    }
}

impl Issuer {
    /// Its public key under this name, as policies hold it.
    pub(super) fn public(&self, kid: &str) -> JwtKey {
        JwtKey {
            kid: Some(kid.to_owned()),
            key: JwtKeyMaterial::Rsa(self.modulus.clone(), self.exponent.clone()),
        }
    }

    /// Its public key as tokens may carry it (RFC 7515 §4.1.3).
    pub(super) fn jwk(&self) -> Value {
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "kty": "RSA", "n": number(&self.modulus), "e": number(&self.exponent) })
    }

    /// A token with this header and these claims, signed well for RS256.
    pub(super) fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = message(header, claims);
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &self.private, Algorithm::RS256);
        format!("{message}.{}", signature.expect("signed"))
    }

    /// The usual good one.
    pub(super) fn token(&self) -> String {
        self.sign(&header(), &claims())
    }
}

/// The first two parts.
pub(super) fn message(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

pub(super) fn header() -> Value {
    json!({ "alg": "RS256", "typ": "JWT", "kid": "2026-11" })
}

pub(super) fn claims() -> Value {
    json!({
        "iss": "https://id.test", "sub": "ada", "aud": ["petstore"],
        "exp": NOON + 3_600, "nbf": NOON - 60, "scope": "pets:read",
    })
}

/// The same with one that is not as it should be.
pub(super) fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

/// A policy that wants tokens of the issuer in this field, with these scopes.
pub(super) fn policy(field: &str, scopes: &[&str]) -> Jwt {
    Jwt {
        shadow: false,
        header: field.to_owned(),
        types: Vec::new(),
        issuer: "https://id.test".to_owned(),
        audiences: vec!["petstore".to_owned()],
        algorithms: vec![JwtAlgorithm::Rs256],
        keys: vec![issuer().public("2026-11")],
        leeway_s: 0,
        claims: Vec::new(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
    }
}

pub(super) fn of(jwt: Jwt) -> PolicySet {
    PolicySet {
        jwt: Some(jwt),
        ..PolicySet::default()
    }
}
