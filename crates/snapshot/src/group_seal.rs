//! Secrets on their way to the gateways of a group (private keys of certificates, what backends are shown): sealed under the
//! group key, so that neither the database's copy of the configuration nor a gateway's journal nor a snapshot shows one.
//!
//! AES-256-GCM (NIST SP 800-38D) under a key of the object's own, which HKDF-SHA-256 (RFC 5869) derives from the group key, what
//! kind of object it is, the tenant and its id; both ids are authenticated besides. The nonce is an HMAC of what is sealed: the
//! same secret sealed again is the same bytes, so that a configuration that did not change hashes as before, and two different
//! secrets of one object practically never meet under one nonce.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use aws_lc_rs::hmac;
use gatehouse_domain::id::{CertificateId, RouteId, TenantId};
use zeroize::Zeroizing;

/// Which key of the group and which construction: the first byte of everything sealed. There is one so far.
const VERSION: u8 = 1;

/// Seals and opens for one group. Prints nothing.
#[derive(Clone)]
pub struct GroupSeal(Prk);

impl std::fmt::Debug for GroupSeal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("GroupSeal(..)")
    }
}

/// What was sealed under another key, for another object or tenant, or was changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not sealed for this group and place")]
pub struct NotOpened;

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

/// What a secret is part of. It opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub enum SealedFor {
    /// A certificate of a tenant: its private key.
    Certificate(TenantId, CertificateId),
    /// A route of a tenant: values of fields that its backend is sent.
    Route(TenantId, RouteId),
}

impl SealedFor {
    /// What keys are derived for: to encrypt with, and to make nonces with.
    const fn purposes(self) -> (&'static [u8], &'static [u8]) {
        match self {
            Self::Certificate(..) => (b"certificate-key/1", b"certificate-nonce/1"),
            Self::Route(..) => (b"route-key/1", b"route-nonce/1"),
        }
    }

    /// Tenant and id: of its kind no other object has these 32 bytes.
    fn place(self) -> [u8; 32] {
        let (tenant, id) = match self {
            Self::Certificate(tenant, id) => (tenant, id.uuid()),
            Self::Route(tenant, id) => (tenant, id.uuid()),
        };
        let mut place = [0; 32];
        place[..16].copy_from_slice(tenant.uuid().as_bytes());
        place[16..].copy_from_slice(id.as_bytes());
        place
    }
}

impl GroupSeal {
    /// Prepares a group's key.
    pub fn new(group_key: &[u8; 32]) -> Self {
        Self(Salt::new(HKDF_SHA256, b"gatehouse/group/1").extract(group_key))
    }

    fn derive(&self, purpose: &[u8], place: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>, NotOpened> {
        let mut bytes = Zeroizing::new([0; 32]);
        let info = [purpose, place.as_slice()];
        let filled = self.0.expand(&info, Length);
        filled
            .and_then(|okm| okm.fill(bytes.as_mut_slice()))
            .map_err(|_| NotOpened)?;
        Ok(bytes)
    }

    fn key(&self, sealed_for: SealedFor) -> Result<LessSafeKey, NotOpened> {
        let bytes = self.derive(sealed_for.purposes().0, &sealed_for.place())?;
        let key = UnboundKey::new(&AES_256_GCM, bytes.as_slice()).map_err(|_| NotOpened)?;
        Ok(LessSafeKey::new(key))
    }

    /// Seals a secret: version, nonce, ciphertext, tag.
    ///
    /// Fails only where the cipher itself does.
    pub fn seal(&self, sealed_for: SealedFor, plain: &[u8]) -> Result<Vec<u8>, NotOpened> {
        let place = sealed_for.place();
        let nonce_key = self.derive(sealed_for.purposes().1, &place)?;
        let nonce_key = hmac::Key::new(hmac::HMAC_SHA256, nonce_key.as_slice());
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&hmac::sign(&nonce_key, plain).as_ref()[..NONCE_LEN]);
        // With room for the tag: grown, it would leave a copy behind.
        let mut bytes = Vec::with_capacity(plain.len() + AES_256_GCM.tag_len());
        bytes.extend_from_slice(plain);
        self.key(sealed_for)?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place),
                &mut bytes,
            )
            .map_err(|_| NotOpened)?;
        Ok([&[VERSION], nonce.as_slice(), &bytes].concat())
    }

    /// Opens what [`GroupSeal::seal`] sealed for the same group and object.
    pub fn open(
        &self,
        sealed_for: SealedFor,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
        let sealed = sealed.strip_prefix(&[VERSION]).ok_or(NotOpened)?;
        let (nonce, bytes) = sealed.split_at_checked(NONCE_LEN).ok_or(NotOpened)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NotOpened)?;
        let mut bytes = Zeroizing::new(bytes.to_vec());
        let length = self
            .key(sealed_for)?
            .open_in_place(nonce, Aad::from(sealed_for.place()), &mut bytes)
            .map_err(|_| NotOpened)?
            .len();
        bytes.truncate(length);
        Ok(bytes)
    }
}

/// Bytes that sealing adds: version, nonce and tag.
pub const SEAL_BYTES: usize = 1 + NONCE_LEN + 16;

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn certificate(tenant: u128, id: u128) -> SealedFor {
        SealedFor::Certificate(
            TenantId::from_uuid(Uuid::from_u128(tenant)),
            CertificateId::from_uuid(Uuid::from_u128(id)),
        )
    }

    fn route(tenant: u128, id: u128) -> SealedFor {
        SealedFor::Route(
            TenantId::from_uuid(Uuid::from_u128(tenant)),
            RouteId::from_uuid(Uuid::from_u128(id)),
        )
    }

    #[test]
    fn a_secret_opens_for_its_own_group_tenant_and_object_only_and_is_not_in_the_bytes() {
        let (one, other) = (GroupSeal::new(&[1; 32]), GroupSeal::new(&[2; 32]));
        let plain = b"a private key that nobody reads";
        let sealed = one.seal(certificate(1, 2), plain).unwrap();
        assert!(
            !sealed
                .windows(8)
                .any(|part| plain.windows(8).any(|of| of == part))
        );
        let opened = one.open(certificate(1, 2), &sealed).unwrap();
        assert_eq!(opened.as_slice(), plain);
        for wrong in [
            other.open(certificate(1, 2), &sealed),
            one.open(certificate(3, 2), &sealed),
            one.open(certificate(1, 3), &sealed),
            one.open(route(1, 2), &sealed),
            // The two ids are not only added up.
            one.open(certificate(2, 1), &sealed),
            one.open(certificate(1, 2), &sealed[..sealed.len() - 1]),
            one.open(certificate(1, 2), &sealed[..5]),
            one.open(certificate(1, 2), &[]),
        ] {
            assert_eq!(wrong.unwrap_err(), NotOpened);
        }
        for place in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[place] ^= 1;
            assert!(one.open(certificate(1, 2), &flipped).is_err());
        }
    }

    #[test]
    fn sealing_the_same_again_changes_no_hash_and_another_key_has_another_nonce() {
        let seal = GroupSeal::new(&[1; 32]);
        assert_eq!(
            seal.seal(route(1, 2), b"one").unwrap().len(),
            b"one".len() + SEAL_BYTES
        );
        let of = |plain: &[u8]| seal.seal(certificate(1, 2), plain).unwrap();
        assert_eq!(of(b"one"), of(b"one"));
        let nonce = |plain: &[u8]| of(plain)[1..=NONCE_LEN].to_vec();
        assert_ne!(nonce(b"one"), nonce(b"two"));
    }

    #[test]
    fn it_prints_nothing() {
        assert_eq!(format!("{:?}", GroupSeal::new(&[7; 32])), "GroupSeal(..)");
    }
}
