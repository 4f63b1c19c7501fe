//! Ed25519 signatures (RFC 8032) over what is published, and the keys a gateway trusts.

use aws_lc_rs::hmac;
use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Refused;

/// Names a signing key: the first eight bytes of the SHA-256 of its public half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SigningKeyId(pub [u8; 8]);

/// The public half of a signing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// The key's name.
    pub fn id(&self) -> SigningKeyId {
        let digest = Sha256::digest(self.0);
        let mut id = [0; 8];
        id.copy_from_slice(&digest[..8]);
        SigningKeyId(id)
    }

    /// Whether `signature` over `message` was made by this key's other half.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.0)
            .verify(message, signature)
            .is_ok()
    }
}

/// A key pair that signs. Prints its name only.
pub struct Signer {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl Signer {
    /// Makes the pair of a 32-byte seed; the same seed gives the same pair.
    pub fn from_seed(seed: &[u8; 32]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
        let public = PublicKey(pair.public_key().as_ref().try_into().ok()?);
        Some(Self { pair, public })
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        self.public
    }

    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let mut signature = [0; 64];
        signature.copy_from_slice(self.pair.sign(message).as_ref());
        signature
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Signer({:?})", self.public.id())
    }
}

/// A signed header: its bytes, who signed them, and the signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Postcard bytes of the header.
    pub header: Vec<u8>,
    /// Who signed.
    pub key: SigningKeyId,
    /// Over the context and the header.
    pub signature: Vec<u8>,
}

impl Sealed {
    /// Signs `header` for one use; `context` keeps a signature from being good for another.
    pub fn new(context: &str, header: Vec<u8>, signer: &Signer) -> Self {
        let signature = signer.sign(&message(context, &header)).to_vec();
        Self {
            header,
            key: signer.public().id(),
            signature,
        }
    }

    /// Checks the signature against the keys a gateway pinned when it joined.
    pub fn verify(
        &self,
        context: &str,
        what: &'static str,
        trusted: &[PublicKey],
    ) -> Result<&[u8], Refused> {
        let key = trusted
            .iter()
            .find(|key| key.id() == self.key)
            .ok_or(Refused::UnknownKey(what))?;
        if key.verifies(&message(context, &self.header), &self.signature) {
            Ok(&self.header)
        } else {
            Err(Refused::BadSignature(what))
        }
    }
}

fn message(context: &str, header: &[u8]) -> Vec<u8> {
    [context.as_bytes(), b"\n", header].concat()
}

/// The key of a group, ready to make digests with. Prints nothing of it, and is wiped from memory when dropped.
pub struct DigestKey(hmac::Key);

impl DigestKey {
    /// Prepares a group's key: half of the work of a digest.
    pub fn new(group_key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, group_key))
    }

    /// HMAC-SHA-256(group key, secret hash) (RFC 2104): what a gateway compares a presented key with. A table stolen from one
    /// group is useless in another.
    pub fn digest(&self, secret_hash: &[u8; 32]) -> [u8; 32] {
        let mut digest = [0; 32];
        digest.copy_from_slice(hmac::sign(&self.0, secret_hash).as_ref());
        digest
    }
}

impl std::fmt::Debug for DigestKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("DigestKey(..)")
    }
}

/// One digest, as [`DigestKey::digest`] makes it.
pub fn credential_digest(group_key: &[u8; 32], secret_hash: &[u8; 32]) -> [u8; 32] {
    DigestKey::new(group_key).digest(secret_hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flipped_byte_another_context_and_an_unknown_key_are_each_refused() {
        let signer = Signer::from_seed(&[1; 32]).unwrap();
        let stranger = Signer::from_seed(&[2; 32]).unwrap();
        let sealed = Sealed::new("delta", b"header".to_vec(), &signer);
        assert_eq!(
            sealed.verify("delta", "delta", &[signer.public()]).unwrap(),
            b"header"
        );
        assert_eq!(
            sealed.verify("snapshot", "delta", &[signer.public()]),
            Err(Refused::BadSignature("delta"))
        );
        assert_eq!(
            sealed.verify("delta", "delta", &[stranger.public()]),
            Err(Refused::UnknownKey("delta"))
        );
        let mut flipped = sealed;
        flipped.header[0] ^= 1;
        assert_eq!(
            flipped.verify("delta", "delta", &[signer.public()]),
            Err(Refused::BadSignature("delta"))
        );
    }

    #[test]
    fn digests_differ_between_groups() {
        assert_ne!(
            credential_digest(&[1; 32], &[9; 32]),
            credential_digest(&[2; 32], &[9; 32])
        );
    }
}
