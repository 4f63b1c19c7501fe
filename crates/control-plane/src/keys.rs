//! The keys of the installation: one root key, and the keys derived from it, one per purpose (HKDF-SHA-256, RFC 5869).
//!
//! The root key is random and lies in the database wrapped by the master key, which lies in a file of its own ([`MasterKey`]).
//! So the master key can be replaced without touching what is derived: gateways, sessions and signatures notice nothing.

mod master;

use anyhow::Context;
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use gatehouse_domain::id::GatewayGroupId;
use gatehouse_runtime::random;
use gatehouse_snapshot::sign::Signer;
use zeroize::Zeroizing;

pub(crate) use master::Kek;
pub use master::MasterKey;

/// What everything is derived from. Prints nothing.
pub struct Keys(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Keys(..)")
    }
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// 32 bytes for one purpose. Purposes are constants of this crate, so they never collide.
fn derive(from: &[u8; 32], purpose: &str) -> Zeroizing<[u8; 32]> {
    let mut bytes = Zeroizing::new([0; 32]);
    let secret = Salt::new(HKDF_SHA256, b"gatehouse/1").extract(from.as_slice());
    let info = [purpose.as_bytes()];
    let filled = secret
        .expand(&info, Length(32))
        .and_then(|okm| okm.fill(bytes.as_mut_slice()));
    // HKDF refuses only outputs above 8,160 bytes.
    debug_assert!(filled.is_ok());
    bytes
}

/// Seals with AES-256-GCM: nonce, ciphertext, tag. `place` is authenticated and not stored.
pub(crate) fn seal_with(key: &[u8; 32], place: &[u8], plain: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut bytes = plain.to_vec();
    let nonce = aead(key)?
        .seal_in_place_append_tag(Aad::from(place), &mut bytes)
        .context("sealing")?;
    Ok([nonce.as_ref().as_slice(), &bytes].concat())
}

/// Opens what [`seal_with`] sealed with the same key for the same place.
pub(crate) fn open_with(
    key: &[u8; 32],
    place: &[u8],
    sealed: &[u8],
) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let (nonce, bytes) = sealed
        .split_at_checked(NONCE_LEN)
        .context("opening: too short")?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).context("opening: bad nonce")?;
    let mut bytes = Zeroizing::new(bytes.to_vec());
    let length = aead(key)?
        .open_in_place(nonce, Aad::from(place), &mut bytes)
        .context("opening: not sealed for this place")?
        .len();
    bytes.truncate(length);
    Ok(bytes)
}

fn aead(key: &[u8; 32]) -> anyhow::Result<RandomizedNonceKey> {
    RandomizedNonceKey::new(&AES_256_GCM, key.as_slice()).context("making a sealing key")
}

impl Keys {
    /// Fresh ones, for a new installation.
    pub(crate) fn generate() -> Self {
        Self(Zeroizing::new(random::bytes::<32>()))
    }

    /// Those of a root key.
    pub fn from_root(root: [u8; 32]) -> Self {
        Self(Zeroizing::new(root))
    }

    /// The root key, to be wrapped.
    pub(crate) fn root(&self) -> &[u8; 32] {
        &self.0
    }

    fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        derive(&self.0, purpose)
    }

    /// What a database remembers of the keys it was first opened with.
    pub fn check_value(&self) -> [u8; 32] {
        *self.derive("check")
    }

    /// Signs configuration while `number` is the key in use.
    pub fn config_signer(&self, number: u32) -> anyhow::Result<Signer> {
        Signer::from_seed(&self.derive(&format!("config-signing/{number}")))
            .context("deriving the configuration signing key")
    }

    /// Signs checkpoints of audit logs.
    pub fn audit_signer(&self) -> anyhow::Result<Signer> {
        Signer::from_seed(&self.derive("audit-checkpoint/1"))
            .context("deriving the key for checkpoints of audit logs")
    }

    /// The key credential digests of one gateway group are made with.
    pub fn group_key(&self, group: GatewayGroupId, version: i32) -> Zeroizing<[u8; 32]> {
        self.derive(&format!("group-key/{group}/{version}"))
    }

    /// The key form tokens of the portal are made with.
    pub fn form_key(&self) -> Zeroizing<[u8; 32]> {
        self.derive("portal-forms/1")
    }

    /// Seals something short-lived to a place: opened elsewhere, with another `place`, it fails (AES-256-GCM). What is kept for
    /// longer is sealed with a data key of its tenant: [`crate::sealed`].
    pub fn seal(&self, purpose: &str, place: &str, plain: &[u8]) -> anyhow::Result<Vec<u8>> {
        seal_with(
            &self.derive(&format!("seal/{purpose}")),
            place.as_bytes(),
            plain,
        )
    }

    /// Opens what [`Keys::seal`] sealed for the same purpose and place.
    pub fn open(
        &self,
        purpose: &str,
        place: &str,
        sealed: &[u8],
    ) -> anyhow::Result<Zeroizing<Vec<u8>>> {
        open_with(
            &self.derive(&format!("seal/{purpose}")),
            place.as_bytes(),
            sealed,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> Keys {
        Keys::from_root([byte; 32])
    }

    #[test]
    fn a_sealed_secret_opens_only_at_its_own_place_purpose_and_key() {
        let sealed = key(1).seal("session", "row-1", b"secret").unwrap();
        assert_eq!(
            key(1).open("session", "row-1", &sealed).unwrap().as_slice(),
            b"secret"
        );
        assert!(key(1).open("session", "row-2", &sealed).is_err());
        assert!(key(1).open("mail", "row-1", &sealed).is_err());
        assert!(key(2).open("session", "row-1", &sealed).is_err());
        assert!(key(1).open("session", "row-1", &sealed[..5]).is_err());
    }

    #[test]
    fn purposes_do_not_share_keys() {
        let group = GatewayGroupId::from_uuid(uuid::Uuid::nil());
        assert_ne!(*key(1).group_key(group, 1), *key(1).group_key(group, 2));
        assert_ne!(*key(1).group_key(group, 1), key(1).check_value());
    }
}
