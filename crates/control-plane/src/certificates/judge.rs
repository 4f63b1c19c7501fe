//! Whether a certificate and a key can be served: everything a client would stumble over is said before anything is stored.

use std::sync::Arc;

use gatehouse_domain::host::is_host_pattern;
use gatehouse_language::t;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use x509_parser::error::X509Error;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;
use zeroize::Zeroizing;

use super::PutCertificate;
use crate::refusal::{Faults, Refusal};

/// Longest chain, bytes of PEM.
pub const CHAIN_BYTES_MAX: usize = 64 * 1024;
/// Most certificates of a chain.
pub const CHAIN_MAX: usize = 10;
/// Longest private key, bytes of PEM.
pub const KEY_BYTES_MAX: usize = 16 * 1024;
/// Most host names of one certificate.
pub const HOSTS_MAX: usize = 100;
/// Shortest RSA key, bits (CA/Browser Forum Baseline Requirements §6.1.5).
const RSA_BITS_MIN: usize = 2048;
/// RSA over MD5 and SHA-1 (RFC 8017 appendix C), ECDSA over SHA-1 (RFC 5758 §3.2).
const WEAK_SIGNATURES: [&str; 4] = [
    "1.3.14.3.2.29",
    "1.2.840.113549.1.1.4",
    "1.2.840.113549.1.1.5",
    "1.2.840.10045.4.1",
];

/// A certificate that can be served. Prints nothing, because of its key.
pub(super) struct Read {
    pub(super) hosts: Vec<String>,
    pub(super) not_before: OffsetDateTime,
    pub(super) not_after: OffsetDateTime,
    pub(super) fingerprint: [u8; 32],
    pub(super) chain: Vec<Vec<u8>>,
    pub(super) key: Zeroizing<Vec<u8>>,
}

/// Reads and judges what was sent, at a moment.
pub(super) fn judge(input: &PutCertificate, now: OffsetDateTime) -> Result<Read, Refusal> {
    let chain = read_chain(&input.chain)?;
    let key = read_key(input.key.expose())?;
    let mut parsed = Vec::with_capacity(chain.len());
    for (place, der) in chain.iter().enumerate() {
        match X509Certificate::from_der(der) {
            Ok((&[], certificate)) => parsed.push(certificate),
            _ => {
                let says = t!(
                    "refused-policies-certificate-cannot-be-read-as-x",
                    place = &place + 1
                );
                return Err(Refusal::field("/chain", "certificate", says));
            }
        }
    }
    let mut faults = Faults::default();
    order(&parsed, &mut faults);
    strength(&parsed, &mut faults);
    let (not_before, not_after) = dates(&parsed, now, &mut faults);
    let hosts = hosts(&parsed[0], &mut faults);
    faults.finish()?;
    belongs(&chain, &key)?;
    Ok(Read {
        hosts,
        not_before,
        not_after,
        fingerprint: Sha256::digest(&chain[0]).into(),
        chain: chain.iter().map(|der| der.to_vec()).collect(),
        key: Zeroizing::new(key.secret_der().to_vec()),
    })
}

fn read_chain(pem: &str) -> Result<Vec<CertificateDer<'static>>, Refusal> {
    let refuse = |code, says: String| Err(Refusal::field("/chain", code, says));
    if pem.len() > CHAIN_BYTES_MAX {
        let says = t!(
            "refused-policies-send-at-most-bytes-this-has",
            chain_bytes_max = &CHAIN_BYTES_MAX,
            pem = &pem.len()
        );
        return refuse("too_long", says);
    }
    let mut chain = Vec::new();
    for found in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        match found {
            Ok(certificate) => chain.push(certificate),
            Err(_) => {
                let says = t!(
                    "refused-policies-what-follows-certificate-is-not-pem",
                    chain = &chain.len()
                );
                return refuse("pem", says);
            }
        }
    }
    match chain.len() {
        0 => refuse(
            "pem",
            t!("refused-policies-send-pem-begin-certificate-base-64"),
        ),
        1..=CHAIN_MAX => Ok(chain),
        many => refuse(
            "too_many",
            t!(
                "refused-policies-send-at-most-certificates-the-leaf",
                chain_max = &CHAIN_MAX,
                many = &many
            ),
        ),
    }
}

/// What went wrong is never said in the parser's words: nothing of a key is repeated.
fn read_key(pem: &str) -> Result<PrivateKeyDer<'static>, Refusal> {
    let refuse = |code, says: String| Err(Refusal::field("/key", code, says));
    if pem.len() > KEY_BYTES_MAX {
        let says = t!(
            "refused-policies-send-at-most-bytes-this-has-2",
            key_bytes_max = &KEY_BYTES_MAX,
            pem = &pem.len()
        );
        return refuse("too_long", says);
    }
    if pem.contains("ENCRYPTED") {
        return refuse(
            "encrypted",
            t!("refused-policies-the-key-is-encrypted-decrypt-it"),
        );
    }
    match PrivateKeyDer::from_pem_slice(pem.as_bytes()) {
        Ok(key) => Ok(key),
        Err(_) => refuse("pem", t!("refused-policies-send-one-private-key-as-pem")),
    }
}

/// The leaf comes first, and each certificate is signed by the one after it (RFC 8446 §4.4.2).
fn order(chain: &[X509Certificate<'_>], faults: &mut Faults) {
    if chain.len() > 1 && chain[0].is_ca() {
        faults.require(
            false,
            "/chain",
            "leaf_first",
            t!("refused-policies-certificate-1-is-of-an-authority"),
        );
        return;
    }
    for (place, pair) in chain.windows(2).enumerate() {
        let (child, parent) = (&pair[0], &pair[1]);
        let verified = child.verify_signature(Some(parent.public_key()));
        // An algorithm that is not known here (P-521, SHA-512 over ECDSA) is for clients to judge.
        let is_signed = child.issuer().as_raw() == parent.subject().as_raw()
            && matches!(
                verified,
                Ok(()) | Err(X509Error::SignatureUnsupportedAlgorithm)
            );
        faults.require(
            is_signed,
            "/chain",
            "order",
            t!(
                "refused-policies-certificate-did-not-sign-certificate-send",
                place = &place + 2,
                place2 = &place + 1
            ),
        );
    }
}

fn strength(chain: &[X509Certificate<'_>], faults: &mut Faults) {
    for (place, certificate) in chain.iter().enumerate() {
        let number = place + 1;
        let key = certificate.public_key().parsed();
        if let Ok(PublicKey::RSA(rsa)) = key {
            faults.require(
                rsa.key_size() >= RSA_BITS_MIN,
                "/chain",
                "weak_key",
                t!(
                    "refused-policies-certificate-has-an-rsa-key-of",
                    number = &number,
                    key_size = &rsa.key_size(),
                    rsa_bits_min = &RSA_BITS_MIN
                ),
            );
        }
        // Nobody verifies what a root says of itself.
        let is_root = place > 0 && certificate.issuer().as_raw() == certificate.subject().as_raw();
        let algorithm = certificate.signature_algorithm.algorithm.to_id_string();
        let is_weak = WEAK_SIGNATURES.contains(&algorithm.as_str());
        faults.require(
            is_root || !is_weak,
            "/chain",
            "weak_signature",
            t!(
                "refused-policies-certificate-is-signed-over-sha-1",
                number = &number
            ),
        );
    }
    let usage = chain[0].extended_key_usage();
    let serves = match usage {
        Ok(None) => true,
        Ok(Some(usage)) => usage.value.any || usage.value.server_auth,
        Err(_) => false,
    };
    faults.require(
        serves,
        "/chain",
        "purpose",
        t!("refused-policies-the-leaf-is-not-for-servers"),
    );
}

/// The validity of the leaf; every certificate of the chain has to be valid now.
fn dates(
    chain: &[X509Certificate<'_>],
    now: OffsetDateTime,
    faults: &mut Faults,
) -> (OffsetDateTime, OffsetDateTime) {
    let written = |at: OffsetDateTime| at.format(&Rfc3339).unwrap_or_default();
    for (place, certificate) in chain.iter().enumerate() {
        let number = place + 1;
        let validity = certificate.validity();
        let (from, to) = (
            validity.not_before.to_datetime(),
            validity.not_after.to_datetime(),
        );
        faults.require(
            now <= to,
            "/chain",
            "expired",
            t!(
                "refused-policies-certificate-ended-at",
                number = &number,
                written = &written(to)
            ),
        );
        faults.require(
            from <= now,
            "/chain",
            "not_yet_valid",
            t!(
                "refused-policies-certificate-begins-at-put-it-then",
                number = &number,
                written = &written(from)
            ),
        );
    }
    let leaf = chain[0].validity();
    (leaf.not_before.to_datetime(), leaf.not_after.to_datetime())
}

/// The host names of the leaf. The common name is none (RFC 9525 §2), addresses and other kinds of names are left out.
fn hosts(leaf: &X509Certificate<'_>, faults: &mut Faults) -> Vec<String> {
    let mut hosts = Vec::new();
    if let Ok(Some(names)) = leaf.subject_alternative_name() {
        for name in &names.value.general_names {
            if let GeneralName::DNSName(name) = name {
                let name = name.to_ascii_lowercase();
                if is_host_pattern(&name) && !hosts.contains(&name) {
                    hosts.push(name);
                }
            }
        }
    }
    faults.require(
        !hosts.is_empty(),
        "/chain",
        "no_host",
        t!("refused-policies-the-leaf-names-no-host-in"),
    );
    faults.require(
        hosts.len() <= HOSTS_MAX,
        "/chain",
        "too_many_hosts",
        t!(
            "refused-policies-the-leaf-names-hosts-at-most",
            hosts = &hosts.len(),
            hosts_max = &HOSTS_MAX
        ),
    );
    hosts
}

/// Whether a gateway could serve with both: it loads them with the same function.
fn belongs(chain: &[CertificateDer<'static>], key: &PrivateKeyDer<'static>) -> Result<(), Refusal> {
    let provider: Arc<CryptoProvider> = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    match CertifiedKey::from_der(chain.to_vec(), key.clone_key(), &provider) {
        Ok(_) => Ok(()),
        Err(rustls::Error::InconsistentKeys(_)) => Err(Refusal::field(
            "/key",
            "other_certificate",
            t!("refused-policies-this-key-is-of-another-certificate"),
        )),
        Err(_) => Err(Refusal::field(
            "/key",
            "unusable",
            t!("refused-policies-no-tls-is-spoken-with-this"),
        )),
    }
}

#[cfg(test)]
mod tests;
