//! What proves a credential of each kind: a secret that is made here and told once, or the public half of what its owner keeps.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::credential::CredentialKind;
use gatehouse_domain::id::CredentialId;
use gatehouse_domain::key::Key;
use gatehouse_language::t;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, ThumbprintHash};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::Value;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;
use uuid::Uuid;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::refusal::{Faults, Refusal};
use crate::sealed::{self, Owner, Place, Purpose, Sealed};
use crate::work::Work;

/// Members of a JSON Web Key that are private (RFC 7518 §6.2.2, §6.3.2, §6.4.1).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
/// Longest public half, bytes.
pub const PUBLIC_MAX: usize = 16 * 1024;

/// What is asked for. Whichever part a kind does not take is absent.
#[derive(Debug, Clone, Default)]
pub struct Material {
    /// A public key as JSON Web Key (RFC 7517); for [`CredentialKind::JwtKey`].
    pub public_key: Option<Value>,
    /// A certificate (PEM); for [`CredentialKind::MtlsCert`].
    pub certificate: Option<String>,
}

/// What a row keeps of a credential, and the secret that is told once.
pub(super) struct Proof {
    pub(super) hash: [u8; 32],
    /// The end of what people see of it.
    pub(super) last4: String,
    pub(super) public: Option<String>,
    /// When what proves it ends by itself, as certificates do.
    pub(super) ends: Option<OffsetDateTime>,
    /// Whether the secret is kept sealed, because it has to be read again.
    pub(super) is_sealed: bool,
    pub(super) secret: Option<Key>,
    pub(super) key_id: u64,
}

/// Checks what is asked for and makes what is made here.
pub(super) fn prove(
    kind: CredentialKind,
    environment: EnvironmentKind,
    material: &Material,
    now: OffsetDateTime,
) -> Result<Proof, Refusal> {
    let public = public_half(kind, material, now)?;
    let key = super::generate(environment);
    let key_id = key.id().as_u64();
    Ok(match public {
        Some(half) => Proof {
            hash: half.hash,
            last4: half.hash[30..]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            public: Some(half.text),
            ends: half.ends,
            is_sealed: false,
            secret: None,
            key_id,
        },
        None => Proof {
            hash: key.secret_hash().0,
            last4: key.last4().to_owned(),
            public: None,
            ends: None,
            is_sealed: kind == CredentialKind::Hmac,
            secret: Some(key),
            key_id,
        },
    })
}

struct PublicHalf {
    text: String,
    hash: [u8; 32],
    ends: Option<OffsetDateTime>,
}

/// What certificates say that have no end (RFC 5280 §4.1.2.5).
const NO_END: OffsetDateTime = datetime!(9999-12-31 23:59:59 UTC);

/// Where the public half of a kind stands in what is sent; none for kinds whose secret is made here.
fn pointer(kind: CredentialKind) -> Option<&'static str> {
    match kind {
        CredentialKind::JwtKey => Some("/public_key"),
        CredentialKind::MtlsCert => Some("/certificate"),
        CredentialKind::ApiKey
        | CredentialKind::Basic
        | CredentialKind::Hmac
        | CredentialKind::OauthClient => None,
    }
}

fn public_half(
    kind: CredentialKind,
    material: &Material,
    now: OffsetDateTime,
) -> Result<Option<PublicHalf>, Refusal> {
    let mut faults = Faults::default();
    for (given, of) in [
        (material.public_key.is_some(), CredentialKind::JwtKey),
        (material.certificate.is_some(), CredentialKind::MtlsCert),
    ] {
        let says = if kind == of {
            t!(
                "refused-access-a-credential-of-the-kind-needs",
                kind = &kind
            )
        } else {
            t!(
                "refused-access-leave-this-out-it-is-for",
                of = &of,
                kind = &kind
            )
        };
        let pointer = pointer(of).unwrap_or_default();
        faults.require(given == (kind == of), pointer, "kind", says);
    }
    faults.finish()?;
    if let Some(key) = &material.public_key {
        return public_key(key).map(Some);
    }
    let certificate = material.certificate.as_deref();
    certificate
        .map(|pem| certificate_half(pem, now))
        .transpose()
}

/// Why a public half is not taken that proves, or proved, another credential.
pub(super) fn in_use(kind: CredentialKind) -> Refusal {
    let says = t!("refused-access-another-credential-of-this-environment-is");
    Refusal::field(pointer(kind).unwrap_or_default(), "in_use", says)
}

/// A public half proves one credential at a time, and none of its application any more once it was revoked. Of another application
/// it may be revoked: whoever saw a public half could have had it revoked there.
pub(super) async fn require_new(
    conn: &mut PgConnection,
    application: Uuid,
    environment: Uuid,
    kind: CredentialKind,
    proof: &Proof,
) -> Result<(), Refusal> {
    if proof.public.is_none() {
        return Ok(());
    }
    let state = sqlx::query_scalar!(
        "select state from credential
         where environment_id = $1 and secret_hash = $2 and public_material is not null
           and (state in ('active', 'retiring') or state = 'revoked' and application_id = $3)
         order by state = 'revoked' limit 1",
        environment,
        proof.hash.as_slice(),
        application,
    )
    .fetch_optional(conn)
    .await?;
    match state.as_deref() {
        None => Ok(()),
        Some("revoked") => Err(Refusal::field(
            pointer(kind).unwrap_or_default(),
            "revoked",
            t!("refused-access-a-credential-that-this-proved-was"),
        )),
        Some(_) => Err(in_use(kind)),
    }
}

/// An asymmetric public key, without anything that is private (RFC 7517 §9.2).
fn public_key(key: &Value) -> Result<PublicHalf, Refusal> {
    let fault = |detail: String| Refusal::field("/public_key", "not_public_key", detail);
    let text = key.to_string();
    if text.len() > PUBLIC_MAX {
        return Err(fault(t!("refused-access-use-at-most-16-kib")));
    }
    if text.contains("PRIVATE KEY") || PRIVATE.iter().any(|member| key.get(member).is_some()) {
        return Err(fault(t!("refused-access-this-holds-a-private-key-treat")));
    }
    // What a parser says quotes what it was given, which may be what nobody should see.
    let parsed: Jwk = serde_json::from_value(key.clone())
        .map_err(|_| fault(t!("refused-access-send-a-json-web-key-rfc")))?;
    let is_pair = matches!(
        parsed.algorithm,
        AlgorithmParameters::RSA(_)
            | AlgorithmParameters::EllipticCurve(_)
            | AlgorithmParameters::OctetKeyPair(_)
    );
    if !is_pair {
        return Err(fault(t!("refused-access-send-an-rsa-ec-or-okp")));
    }
    let hash = thumbprint(&parsed)
        .ok_or_else(|| fault(t!("refused-access-its-members-are-not-the-numbers")))?;
    Ok(PublicHalf {
        text,
        hash,
        ends: None,
    })
}

/// RFC 7638: the same for every way to write the same key.
fn thumbprint(key: &Jwk) -> Option<[u8; 32]> {
    DecodingKey::from_jwk(key).ok()?;
    let text = key.thumbprint(ThumbprintHash::SHA256).ok()?;
    let hash = URL_SAFE_NO_PAD.decode(text).ok()?;
    hash.try_into().ok()
}

/// One certificate that is valid now, named by the SHA-256 of its DER form as TLS libraries name it.
fn certificate_half(pem: &str, now: OffsetDateTime) -> Result<PublicHalf, Refusal> {
    let fault = |detail: String| Refusal::field("/certificate", "not_certificate", detail);
    if pem.len() > PUBLIC_MAX {
        return Err(fault(t!("refused-access-use-at-most-16-kib")));
    }
    if pem.contains("PRIVATE KEY") {
        return Err(fault(t!("refused-access-this-holds-a-private-key-treat-2")));
    }
    let mut found = CertificateDer::pem_slice_iter(pem.as_bytes());
    let (Some(Ok(der)), None) = (found.next(), found.next()) else {
        return Err(fault(t!("refused-access-send-one-certificate-in-pem-form")));
    };
    let Ok(([], parsed)) = X509Certificate::from_der(&der) else {
        return Err(fault(t!("refused-access-this-is-no-x-509-certificate")));
    };
    Ok(PublicHalf {
        ends: valid_until(&parsed, now)?,
        text: pem.to_owned(),
        hash: sha256(&der),
    })
}

/// The end of a certificate, `None` of one that says it has none.
fn valid_until(
    certificate: &X509Certificate<'_>,
    now: OffsetDateTime,
) -> Result<Option<OffsetDateTime>, Refusal> {
    let validity = certificate.validity();
    let [begins, ends] = [&validity.not_before, &validity.not_after].map(|at| at.to_datetime());
    let written = |at: OffsetDateTime| at.format(&Rfc3339).unwrap_or_default();
    let fault = |code, says| Err(Refusal::field("/certificate", code, says));
    if ends <= now {
        let says = t!(
            "refused-access-it-ended-at-send-one-that",
            written = &written(ends)
        );
        return fault("expired", says);
    }
    if now < begins {
        let says = t!(
            "refused-access-it-begins-at-send-it-then",
            written = &written(begins)
        );
        return fault("not_yet_valid", says);
    }
    Ok(Some(ends).filter(|ends| *ends < NO_END))
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    hash
}

/// Seals the secret of a credential that signs with it: whoever verifies needs it again.
pub(super) async fn seal(
    work: &mut Work<'_>,
    id: CredentialId,
    proof: &Proof,
) -> Result<Option<Sealed>, Refusal> {
    let Some(key) = proof.secret.as_ref().filter(|_| proof.is_sealed) else {
        return Ok(None);
    };
    let place = Place {
        owner: Owner::Tenant(work.actor().tenant()),
        purpose: Purpose::Credential,
        column: "credential.secret_enc",
        row: id.uuid(),
    };
    let (db, text) = (work.db(), key.reveal());
    let sealed = sealed::seal(work.conn(), db, &place, text.as_bytes()).await?;
    Ok(Some(sealed))
}
