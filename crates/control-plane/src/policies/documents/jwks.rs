//! Public keys of an issuer (RFC 7517, RFC 7518 §6, RFC 8037 §2). A key that could sign is refused wherever it stands, and
//! nothing of it is repeated or kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatehouse_domain::pointer::join;
use gatehouse_language::t;
use gatehouse_snapshot::check::{POLICY_TEXT_BYTES_MAX, RSA_BITS};
use gatehouse_snapshot::object::{JwtKey, JwtKeyMaterial};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Told;
use crate::words::one_of;

/// Public keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JwksDocument {
    /// At least one.
    pub keys: Vec<JwkDocument>,
}

/// A public key, with those of its members that verify.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JwkDocument {
    /// `RSA`, `EC` or `OKP`.
    pub kty: String,
    /// What tokens name it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// `P-256`, `P-384` or `Ed25519`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// Modulus of `RSA`, base64url without padding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// Exponent of `RSA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e: Option<String>,
    /// First coordinate of `EC`; the key of `OKP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// Second coordinate of `EC`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
}

/// Members of keys that can sign (RFC 7518 §6.2.2, §6.3.2, §6.4.1).
pub(super) const SECRET: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// What private keys are wrapped in as texts (RFC 7468 §10, §11), which some paste in a set's place.
pub(super) const PEM: &str = "PRIVATE KEY-----";

/// Refuses every key in a document that has a private or shared part. Whatever stands in a set of keys is taken for one, and
/// elsewhere what says its type.
pub(super) fn refuse_secrets(value: &Value, pointer: &str, told: &mut Told) {
    refuse_in(value, pointer, false, told);
}

fn refuse_in(value: &Value, pointer: &str, in_set: bool, told: &mut Told) {
    let detail = || t!("refused-policies-this-key-can-sign-it-is");
    match value {
        Value::Object(members) => {
            let is_key = in_set || members.contains_key("kty");
            for (name, member) in members {
                let pointer = join(pointer, name);
                if is_key && SECRET.contains(&name.as_str()) {
                    told.fault(pointer, "private_key", detail());
                } else {
                    let in_set = in_set || ["jwks", "keys"].contains(&name.as_str());
                    refuse_in(member, &pointer, in_set, told);
                }
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                refuse_in(item, &format!("{pointer}/{place}"), in_set, told);
            }
        }
        Value::String(text) if text.contains(PEM) => told.fault(pointer, "private_key", detail()),
        _ => {}
    }
}

/// Reads a set of keys and answers what is kept of it. Members it does not know are passed over (RFC 7517 §4, §5), keys for
/// something else than signatures are left out with a word.
pub(super) fn read(value: &Value, told: &mut Told) -> Option<Value> {
    let at = "/document/jwks";
    let Some(keys) = value.get("keys").and_then(Value::as_array) else {
        told.fault(
            at,
            "format",
            t!("refused-policies-expected-a-set-of-keys-an"),
        );
        return None;
    };
    if !told.lengths(&[(&format!("{at}/keys"), keys.len())]) {
        return None;
    }
    let mut kept = Vec::new();
    let before = told.faults.len();
    for (place, key) in keys.iter().enumerate() {
        let pointer = format!("{at}/keys/{place}");
        let Some(key) = key.as_object() else {
            told.fault(pointer, "format", t!("refused-policies-a-key-is-an-object"));
            continue;
        };
        if let Some(what) = other_use(key) {
            told.warnings.push(left_out(place, key, &what));
            continue;
        }
        kept.extend(one(key, &pointer, told));
    }
    if told.faults.len() > before {
        return None;
    }
    if kept.is_empty() {
        told.fault(
            format!("{at}/keys"),
            "required",
            t!("refused-policies-name-at-least-one-key-that"),
        );
        return None;
    }
    serde_json::to_value(JwksDocument { keys: kept }).ok()
}

/// That a key was left out, for people: counted from 1, by its name where that can be shown.
fn left_out(place: usize, key: &Map<String, Value>, why: &str) -> String {
    let kid = key.get("kid").and_then(Value::as_str);
    let named = match kid.filter(|kid| may_be_named(kid)) {
        Some(kid) => format!(" ({kid})"),
        None => String::new(),
    };
    t!(
        "refused-policies-key-was-left-out",
        place = place + 1,
        named = &named,
        why = why
    )
}

/// Why a key is not for verifying signatures (RFC 7517 §4.2, §4.3).
fn other_use(key: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    let operations = key.get("key_ops").and_then(Value::as_array);
    if text("use").is_some_and(|used| used != "sig") {
        Some(t!("refused-policies-it-is-not-for-signatures"))
    } else if operations.is_some_and(|all| !all.iter().any(|one| one == "verify")) {
        Some(t!("refused-policies-it-does-not-verify-signatures"))
    } else {
        None
    }
}

/// What tokens name a key by.
fn may_be_named(kid: &str) -> bool {
    (1..=POLICY_TEXT_BYTES_MAX).contains(&kid.len()) && !kid.chars().any(char::is_control)
}

fn one(key: &Map<String, Value>, pointer: &str, told: &mut Told) -> Option<JwkDocument> {
    let before = told.faults.len();
    let mut reading = Reading { key, pointer, told };
    let kid = reading.kid();
    let mut jwk = JwkDocument {
        kty: String::new(),
        kid,
        crv: None,
        n: None,
        e: None,
        x: None,
        y: None,
    };
    match reading.text("kty") {
        Some("RSA") => {
            jwk.kty = "RSA".to_owned();
            (jwk.n, jwk.e) = (reading.modulus(), reading.exponent());
        }
        Some("EC") => {
            jwk.kty = "EC".to_owned();
            if let Some((curve, size)) = reading.curve(&[("P-256", 32), ("P-384", 48)]) {
                jwk.crv = Some(curve.to_owned());
                (jwk.x, jwk.y) = (reading.coordinate("x", size), reading.coordinate("y", size));
                reading.require_point(&jwk);
            }
        }
        Some("OKP") => {
            jwk.kty = "OKP".to_owned();
            if let Some((curve, size)) = reading.curve(&[("Ed25519", 32)]) {
                jwk.crv = Some(curve.to_owned());
                jwk.x = reading.coordinate("x", size);
            }
        }
        Some("oct") => reading.fault(
            "kty",
            "private_key",
            t!("refused-policies-a-shared-secret-is-no-public"),
        ),
        _ => reading.fault("kty", "kty", t!("refused-policies-use-a-key-of-the-type")),
    }
    (told.faults.len() == before).then_some(jwk)
}

/// One key while it is read.
struct Reading<'a> {
    key: &'a Map<String, Value>,
    pointer: &'a str,
    told: &'a mut Told,
}

impl<'a> Reading<'a> {
    fn text(&self, member: &str) -> Option<&'a str> {
        self.key.get(member).and_then(Value::as_str)
    }

    fn fault(&mut self, member: &str, code: &'static str, detail: String) {
        let pointer = format!("{}/{member}", self.pointer);
        self.told.fault(pointer, code, detail);
    }

    fn kid(&mut self) -> Option<String> {
        let kid = self.key.get("kid").filter(|kid| !kid.is_null())?;
        let text = kid.as_str().filter(|kid| may_be_named(kid));
        if text.is_none() {
            self.fault("kid", "format", t!("refused-policies-use-1-to-1-024-bytes"));
        }
        text.map(ToOwned::to_owned)
    }

    fn curve(&mut self, known: &[(&'static str, usize)]) -> Option<(&'static str, usize)> {
        let named = self.text("crv");
        let found = known.iter().find(|(curve, _)| Some(*curve) == named);
        if found.is_none() {
            let names: Vec<&str> = known.iter().map(|(curve, _)| *curve).collect();
            let detail = t!("refused-policies-use-a-key-on", join = &one_of(&names));
            self.fault("crv", "crv", detail);
        }
        found.copied()
    }

    fn bytes(&mut self, member: &str) -> Option<Vec<u8>> {
        let text = self.text(member);
        let bytes = text.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        if bytes.is_none() {
            self.fault(
                member,
                "base64url",
                t!("refused-policies-expected-base64url-without-padding-rfc-7515"),
            );
        }
        bytes
    }

    /// A number without zeros before it, which some write.
    fn number(&mut self, member: &str) -> Option<Vec<u8>> {
        let bytes = self.bytes(member)?;
        Some(bytes.into_iter().skip_while(|byte| *byte == 0).collect())
    }

    fn modulus(&mut self) -> Option<String> {
        let number = self.number("n")?;
        let bits = number.len() * 8
            - number
                .first()
                .map_or(0, |first| first.leading_zeros() as usize);
        if !RSA_BITS.contains(&bits) {
            let (least, most) = (RSA_BITS.start(), RSA_BITS.end());
            let detail = t!(
                "refused-policies-use-a-key-of-to-bits",
                least = &least,
                most = &most,
                bits = &bits
            );
            self.fault("n", "key_size", detail);
            return None;
        }
        Some(URL_SAFE_NO_PAD.encode(number))
    }

    /// Odd, at least 3 and below 2³³, which is what libraries take.
    fn exponent(&mut self) -> Option<String> {
        let number = self.number("e")?;
        let value = number.iter().try_fold(0_u64, |value, byte| {
            Some(value.checked_mul(256)? + u64::from(*byte))
        });
        if !value.is_some_and(|value| (3..1 << 33).contains(&value) && value % 2 == 1) {
            self.fault(
                "e",
                "exponent",
                t!("refused-policies-use-an-odd-exponent-from-3"),
            );
            return None;
        }
        Some(URL_SAFE_NO_PAD.encode(number))
    }

    fn coordinate(&mut self, member: &str, size: usize) -> Option<String> {
        let bytes = self.bytes(member)?;
        if bytes.len() != size {
            let detail = t!("refused-policies-expected-bytes", size = &size);
            self.fault(member, "key_size", detail);
            return None;
        }
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// A point beside the curve verifies nothing.
    fn require_point(&mut self, jwk: &JwkDocument) {
        use aws_lc_rs::signature::{
            ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ParsedPublicKey,
        };
        let Some(key) = jwk.compiled() else { return };
        let (algorithm, x, y) = match &key.key {
            JwtKeyMaterial::P256(x, y) => (&ECDSA_P256_SHA256_FIXED, x, y),
            JwtKeyMaterial::P384(x, y) => (&ECDSA_P384_SHA384_FIXED, x, y),
            JwtKeyMaterial::Rsa(..) | JwtKeyMaterial::Ed25519(_) => return,
        };
        let point = [&[4], x.as_slice(), y.as_slice()].concat();
        if ParsedPublicKey::new(algorithm, point).is_err() {
            self.fault("x", "point", t!("refused-policies-this-is-no-point-of-the"));
        }
    }
}

impl JwkDocument {
    /// As gateways hold it; `None` only of what was not read by [`read`].
    pub(super) fn compiled(&self) -> Option<JwtKey> {
        let bytes = |member: &Option<String>| URL_SAFE_NO_PAD.decode(member.as_deref()?).ok();
        let key = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => JwtKeyMaterial::Rsa(bytes(&self.n)?, bytes(&self.e)?),
            (_, Some("P-256")) => JwtKeyMaterial::P256(bytes(&self.x)?, bytes(&self.y)?),
            (_, Some("P-384")) => JwtKeyMaterial::P384(bytes(&self.x)?, bytes(&self.y)?),
            (_, Some("Ed25519")) => JwtKeyMaterial::Ed25519(bytes(&self.x)?),
            _ => return None,
        };
        Some(JwtKey {
            kid: self.kid.clone(),
            key,
        })
    }
}
