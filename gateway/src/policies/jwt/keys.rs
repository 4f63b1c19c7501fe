//! Public keys of tokens, parsed once.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
    VerificationAlgorithm,
};
use gatehouse_snapshot::check::fits;
use gatehouse_snapshot::object::{Jwt, JwtAlgorithm, JwtKeyMaterial};

/// A key for one algorithm. One that is allowed with several stands here several times.
#[derive(Debug)]
pub(super) struct Key {
    kid: Option<Box<str>>,
    algorithm: JwtAlgorithm,
    public: ParsedPublicKey,
}

/// The keys of a policy. Numbers that are no key, such as a point beside its curve, sign nothing: no token is good by them.
pub(super) fn compile(jwt: &Jwt) -> Box<[Key]> {
    let mut keys = Vec::new();
    for key in &jwt.keys {
        let bytes = encoded(&key.key);
        let algorithms = jwt.algorithms.iter().copied();
        for algorithm in algorithms.filter(|algorithm| fits(*algorithm, &key.key)) {
            match ParsedPublicKey::new(verification(algorithm), &bytes) {
                Ok(public) => keys.push(Key {
                    kid: key.kid.as_deref().map(Into::into),
                    algorithm,
                    public,
                }),
                Err(error) => tracing::warn!(
                    policy = %jwt.policy,
                    kid = key.kid.as_deref().unwrap_or_default(),
                    %error,
                    "a key of tokens is none; no token is good by it"
                ),
            }
        }
    }
    keys.into()
}

impl Key {
    pub(super) fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Whether it is for the algorithm of this name (RFC 7518 §3.1, RFC 8037 §3.1). Names are case-sensitive.
    pub(super) fn is_of(&self, name: &str) -> bool {
        self::name(self.algorithm) == name
    }

    pub(super) fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        self.public.verify_sig(text, signature).is_ok()
    }
}

const fn name(algorithm: JwtAlgorithm) -> &'static str {
    match algorithm {
        JwtAlgorithm::Rs256 => "RS256",
        JwtAlgorithm::Rs384 => "RS384",
        JwtAlgorithm::Rs512 => "RS512",
        JwtAlgorithm::Ps256 => "PS256",
        JwtAlgorithm::Ps384 => "PS384",
        JwtAlgorithm::Ps512 => "PS512",
        JwtAlgorithm::Es256 => "ES256",
        JwtAlgorithm::Es384 => "ES384",
        JwtAlgorithm::EdDsa => "EdDSA",
    }
}

fn verification(algorithm: JwtAlgorithm) -> &'static dyn VerificationAlgorithm {
    match algorithm {
        JwtAlgorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        JwtAlgorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
        JwtAlgorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
        JwtAlgorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
        JwtAlgorithm::Ps384 => &RSA_PSS_2048_8192_SHA384,
        JwtAlgorithm::Ps512 => &RSA_PSS_2048_8192_SHA512,
        JwtAlgorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
        JwtAlgorithm::Es384 => &ECDSA_P384_SHA384_FIXED,
        JwtAlgorithm::EdDsa => &ED25519,
    }
}

/// The form in which the library reads a key: RSAPublicKey (RFC 8017 §A.1.1), an uncompressed point (SEC 1 §2.3.3), or the
/// bytes themselves (RFC 8032 §5.1.5).
fn encoded(key: &JwtKeyMaterial) -> Vec<u8> {
    match key {
        JwtKeyMaterial::Rsa(modulus, exponent) => {
            let numbers = [integer(modulus), integer(exponent)].concat();
            der(0x30, &numbers)
        }
        JwtKeyMaterial::P256(x, y) | JwtKeyMaterial::P384(x, y) => {
            [&[4][..], x.as_slice(), y.as_slice()].concat()
        }
        JwtKeyMaterial::Ed25519(bytes) => bytes.clone(),
    }
}

/// A positive INTEGER (X.690 §8.3): no leading zeros but one where the sign would be read otherwise.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = &bytes[zeros..];
    let sign: &[u8] = match digits.first() {
        Some(0..=0x7f) => &[],
        _ => &[0],
    };
    der(0x02, &[sign, digits].concat())
}

/// Tag, length and content (X.690 §8.1).
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let zeros = length.iter().take_while(|byte| **byte == 0).count();
    let mut out = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short @ 0..=0x7f) => out.push(short),
        _ => {
            let digits = &length[zeros..];
            // At most eight digits.
            out.push(0x80 | digits.len() as u8);
            out.extend_from_slice(digits);
        }
    }
    out.extend_from_slice(content);
    out
}
