//! Public keys of tokens, in the form the library verifies with.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatehouse_snapshot::check::fits;
use gatehouse_snapshot::object::{Jwt, JwtAlgorithm, JwtKeyMaterial};
use jsonwebtoken::crypto::aws_lc;
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Map, Value};

use super::Fault;
use super::token::{Members, NOT_READABLE};

/// A key for one algorithm. One that is allowed with several stands here several times.
pub(super) struct Key {
    kid: Option<Box<str>>,
    algorithm: Algorithm,
    public: DecodingKey,
    validation: Validation,
}

/// The keys of a policy. Numbers that are no key, such as a point beside its curve, sign nothing: no token is good by them.
pub(super) fn compile(jwt: &Jwt) -> Box<[Key]> {
    // Said, so that nothing hangs on which other features the library was built with. Said again it changes nothing.
    let _ = aws_lc::DEFAULT_PROVIDER.install_default();
    let mut keys = Vec::new();
    for key in &jwt.keys {
        let Ok(public) = decoding_key(&key.key) else {
            continue;
        };
        let algorithms = jwt.algorithms.iter().copied();
        for algorithm in algorithms.filter(|algorithm| fits(*algorithm, &key.key)) {
            let algorithm = known(algorithm);
            keys.push(Key {
                kid: key.kid.as_deref().map(Into::into),
                algorithm,
                public: public.clone(),
                validation: validation(algorithm),
            });
        }
    }
    keys.into()
}

impl Key {
    pub(super) fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    pub(super) fn is_of(&self, algorithm: Algorithm) -> bool {
        self.algorithm == algorithm
    }

    /// The claims of a token that this key has signed; nothing of one that it has not.
    pub(super) fn claims(
        &self,
        token: &str,
    ) -> std::result::Result<Option<Map<String, Value>>, Fault<'static>> {
        match decode::<Members>(token, &self.public, &self.validation) {
            Ok(data) => Ok(Some(data.claims.0)),
            Err(error) if *error.kind() == ErrorKind::InvalidSignature => Ok(None),
            Err(_) => Err(NOT_READABLE),
        }
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Key({:?}, {:?})", self.kid, self.algorithm)
    }
}

/// Nothing but the signature and its algorithm: the library takes its time from the system and not from the gateway's clock,
/// and lets tokens pass that say nothing of their issuer or audience.
fn validation(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

const fn known(algorithm: JwtAlgorithm) -> Algorithm {
    match algorithm {
        JwtAlgorithm::Rs256 => Algorithm::RS256,
        JwtAlgorithm::Rs384 => Algorithm::RS384,
        JwtAlgorithm::Rs512 => Algorithm::RS512,
        JwtAlgorithm::Ps256 => Algorithm::PS256,
        JwtAlgorithm::Ps384 => Algorithm::PS384,
        JwtAlgorithm::Ps512 => Algorithm::PS512,
        JwtAlgorithm::Es256 => Algorithm::ES256,
        JwtAlgorithm::Es384 => Algorithm::ES384,
        JwtAlgorithm::EdDsa => Algorithm::EdDSA,
    }
}

fn decoding_key(key: &JwtKeyMaterial) -> Result<DecodingKey> {
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    // RFC 7518 §6.3.1.1: without leading zeros, which the library does not take.
    let number = |bytes: &[u8]| {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        text(&bytes[zeros..])
    };
    match key {
        JwtKeyMaterial::Rsa(modulus, exponent) => {
            DecodingKey::from_rsa_components(&number(modulus), &number(exponent))
        }
        JwtKeyMaterial::P256(x, y) | JwtKeyMaterial::P384(x, y) => {
            DecodingKey::from_ec_components(&text(x), &text(y))
        }
        JwtKeyMaterial::Ed25519(x) => DecodingKey::from_ed_components(&text(x)),
    }
}
