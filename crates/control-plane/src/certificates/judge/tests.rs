//! Every fault that is told, and the edges of every limit.

use gatehouse_runtime::Secret;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    PKCS_ECDSA_P384_SHA384, PKCS_ECDSA_P521_SHA512, PKCS_ED25519, SanType,
};
use time::Duration;

use super::*;
use crate::refusal::FieldFault;

const NOW: OffsetDateTime = time::macros::datetime!(2026-11-22 04:00 UTC);

type Signer = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Signer {
    CertifiedIssuer::self_signed(of_authority(name), KeyPair::generate().unwrap()).unwrap()
}

fn of_authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let common = rcgen::DnType::CommonName;
    params.distinguished_name.push(common, name);
    params
}

fn below(name: &str, parent: &Signer) -> Signer {
    CertifiedIssuer::signed_by(of_authority(name), KeyPair::generate().unwrap(), parent).unwrap()
}

fn params(hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    CertificateParams::new(hosts).unwrap()
}

/// A leaf and its key, both PEM.
fn leaf(params: &CertificateParams, parent: &Signer) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let made = params.signed_by(&key, parent).unwrap();
    (made.pem(), key.serialize_pem())
}

fn send(chain: impl Into<String>, key: impl Into<String>) -> Result<Read, Vec<FieldFault>> {
    let input = PutCertificate {
        chain: chain.into(),
        key: Secret::new(key.into()),
    };
    judge(&input, NOW).map_err(|refusal| match refusal {
        Refusal::Invalid(faults) => faults,
        other => panic!("{other}"),
    })
}

fn is_refused(sent: Result<Read, Vec<FieldFault>>, pointer: &str, code: &str) {
    let faults = match sent {
        Ok(_) => panic!("taken, instead of {code} at {pointer}"),
        Err(faults) => faults,
    };
    let found = faults
        .iter()
        .any(|fault| fault.pointer == pointer && fault.code == code);
    assert!(found, "{code} at {pointer}: {faults:?}");
}

#[test]
fn a_whole_chain_is_read_with_its_names_dates_and_fingerprint() {
    let root = authority("root");
    let middle = below("middle", &root);
    let mut params = params(&["API.example.com", "*.shop.example.com", "api.example.com"]);
    params
        .subject_alt_names
        .push(SanType::IpAddress([10, 0, 0, 1].into()));
    (params.not_before, params.not_after) = (NOW - Duration::DAY, NOW + Duration::days(90));
    let (leaf, key) = leaf(&params, &middle);
    let read = send(format!("{leaf}{}", middle.pem()), key).ok().unwrap();
    assert_eq!(read.hosts, ["api.example.com", "*.shop.example.com"]);
    assert_eq!(
        (read.not_before, read.not_after),
        (params.not_before, params.not_after)
    );
    assert_eq!(read.chain.len(), 2);
    assert_eq!(
        read.fingerprint,
        <[u8; 32]>::from(Sha256::digest(&read.chain[0]))
    );
}

#[test]
fn what_is_not_pem_or_too_long_is_told_with_its_place_and_nothing_of_a_key() {
    let root = authority("root");
    let (chain, key) = leaf(&params(&["a.example"]), &root);
    is_refused(send("", &*key), "/chain", "pem");
    is_refused(send("no certificate", &*key), "/chain", "pem");
    let broken = format!("{chain}-----BEGIN CERTIFICATE-----\n%%%%\n-----END CERTIFICATE-----\n");
    is_refused(send(broken, &*key), "/chain", "pem");
    let other = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    is_refused(send(other, &*key), "/chain", "certificate");
    is_refused(send(&*chain, ""), "/key", "pem");
    is_refused(send(&*chain, &*chain), "/key", "pem");
    let encrypted = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    is_refused(send(&*chain, encrypted), "/key", "encrypted");
    let pad = |text: &str, to: usize| format!("{text}{}", "\n".repeat(to - text.len()));
    assert!(send(pad(&chain, CHAIN_BYTES_MAX), pad(&key, KEY_BYTES_MAX)).is_ok());
    is_refused(
        send(pad(&chain, CHAIN_BYTES_MAX + 1), &*key),
        "/chain",
        "too_long",
    );
    is_refused(
        send(&*chain, pad(&key, KEY_BYTES_MAX + 1)),
        "/key",
        "too_long",
    );
    let cut = key.replacen("M", "%", 3);
    for fault in send(&*chain, cut).err().unwrap() {
        let line = key.lines().nth(1).unwrap();
        assert!(!fault.detail.contains(&line[4..12]), "{fault:?}");
    }
}

#[test]
fn the_leaf_comes_first_and_each_is_signed_by_the_next() {
    let root = authority("root");
    let middle = below("middle", &root);
    let (leaf, key) = leaf(&params(&["a.example"]), &middle);
    let (middle, root) = (middle.pem(), root.pem());
    assert!(send(format!("{leaf}{middle}{root}"), &*key).is_ok());
    is_refused(
        send(format!("{middle}{leaf}"), &*key),
        "/chain",
        "leaf_first",
    );
    is_refused(send(format!("{leaf}{root}"), &*key), "/chain", "order");
    is_refused(
        send(format!("{leaf}{root}{middle}"), &*key),
        "/chain",
        "order",
    );
    // The name alone proves nothing.
    let namesake = below("middle", &authority("root")).pem();
    is_refused(send(format!("{leaf}{namesake}"), &*key), "/chain", "order");
}

#[test]
fn a_chain_of_ten_is_taken_and_one_of_eleven_is_not() {
    let mut signers = vec![authority("0")];
    for number in 1..=10 {
        let next = below(&number.to_string(), signers.last().unwrap());
        signers.push(next);
    }
    let chain = |above: usize| {
        let (leaf, key) = leaf(&params(&["a.example"]), &signers[above - 1]);
        let above = signers[..above].iter().rev().map(|signer| signer.pem());
        let chain: String = std::iter::once(leaf).chain(above).collect();
        (chain, key)
    };
    let (chain_of_ten, key) = chain(CHAIN_MAX - 1);
    assert_eq!(send(chain_of_ten, key).ok().unwrap().chain.len(), CHAIN_MAX);
    let (longer, key) = chain(CHAIN_MAX);
    is_refused(send(longer, key), "/chain", "too_many");
}

#[test]
fn validity_is_held_to_the_second() {
    let root = authority("root");
    let at = |from: Duration, to: Duration| {
        let mut params = params(&["a.example"]);
        (params.not_before, params.not_after) = (NOW + from, NOW + to);
        let (chain, key) = leaf(&params, &root);
        send(chain, key)
    };
    assert!(at(Duration::ZERO, Duration::ZERO).is_ok());
    is_refused(at(-Duration::DAY, -Duration::SECOND), "/chain", "expired");
    is_refused(
        at(Duration::SECOND, Duration::DAY),
        "/chain",
        "not_yet_valid",
    );
}

#[test]
fn a_leaf_without_a_host_or_with_too_many_is_refused() {
    let root = authority("root");
    let of = |hosts: &[&str]| {
        let (chain, key) = leaf(&params(hosts), &root);
        send(chain, key)
    };
    is_refused(of(&[]), "/chain", "no_host");
    is_refused(of(&["10.0.0.1", "*.com"]), "/chain", "no_host");
    let names: Vec<String> = (0..=HOSTS_MAX).map(|n| format!("a{n}.example")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert!(of(&names[..HOSTS_MAX]).is_ok());
    is_refused(of(&names), "/chain", "too_many_hosts");
}

#[test]
fn a_leaf_is_for_servers() {
    let root = authority("root");
    let of = |purpose| {
        let mut params = params(&["a.example"]);
        params.extended_key_usages = vec![purpose];
        let (chain, key) = leaf(&params, &root);
        send(chain, key)
    };
    assert!(of(ExtendedKeyUsagePurpose::ServerAuth).is_ok());
    is_refused(of(ExtendedKeyUsagePurpose::ClientAuth), "/chain", "purpose");
}

#[test]
fn the_key_is_of_the_leaf_and_of_a_kind_that_tls_speaks() {
    let root = authority("root");
    let (chain, key) = leaf(&params(&["a.example"]), &root);
    let (_, other) = leaf(&params(&["a.example"]), &root);
    assert!(send(&*chain, key).is_ok());
    is_refused(send(&*chain, other), "/key", "other_certificate");
    // Of an authority whose signatures are verified by clients alone.
    let large = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap();
    let large = CertifiedIssuer::self_signed(of_authority("large"), large).unwrap();
    let (chain, key) = leaf(&params(&["a.example"]), &large);
    assert!(send(format!("{chain}{}", large.pem()), key).is_ok());
    for algorithm in [&PKCS_ECDSA_P384_SHA384, &PKCS_ED25519] {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let made = params(&["a.example"]).signed_by(&key, &root).unwrap();
        assert!(send(made.pem(), key.serialize_pem()).is_ok());
    }
}

/// Made with OpenSSL, because no library here makes anything so weak: RSA of 1024 bits, and RSA of 2048 signed over SHA-1.
#[test]
fn what_no_client_takes_any_more_is_refused() {
    let key = KeyPair::generate().unwrap().serialize_pem();
    let short = include_str!("tests/rsa-1024.pem");
    is_refused(send(short, &*key), "/chain", "weak_key");
    let sha_1 = include_str!("tests/sha-1.pem");
    is_refused(send(sha_1, &*key), "/chain", "weak_signature");
}

#[test]
fn what_was_sent_prints_no_key() {
    let input = PutCertificate {
        chain: "chain".to_owned(),
        key: Secret::new("a private key".to_owned()),
    };
    assert!(!format!("{input:?}").contains("a private key"));
}
