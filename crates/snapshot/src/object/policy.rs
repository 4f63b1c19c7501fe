//! A route's policies, worked out: what a gateway does at each of its operations, with nothing left to inherit.

use gatehouse_domain::id::PolicyId;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::group_seal::{GroupSeal, NotOpened, SealedFor};

/// What policies come to on a route. Empty, and without a byte on the wire, where none is attached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutePolicies {
    /// Sets that differ from each other, in the order their first operations have. One that does nothing may be among them.
    pub sets: Vec<PolicySet>,
    /// For each operation of [`super::Route::operations`] the place of its set in `sets`.
    pub of_operations: Vec<u32>,
    /// What requests are given besides, each for one set. It came after the two above and follows behind them.
    #[serde(skip)]
    pub sealed: Vec<SealedField>,
}

/// A field of requests whose value holds a secret, as it comes to a group of gateways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedField {
    /// The place of its set in [`RoutePolicies::sets`].
    pub set: u32,
    /// Lower case.
    pub name: String,
    /// Sealed for the group and the route; see [`crate::group_seal`]. What is inside is set as [`HeaderChanges::set`] is.
    pub value: Vec<u8>,
}

impl RoutePolicies {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }

    /// Opens what is sealed, each for its set. From then on this holds secrets.
    pub fn open(&mut self, seal: &GroupSeal, place: SealedFor) -> Result<(), NotOpened> {
        for field in std::mem::take(&mut self.sealed) {
            let value = seal.open(place, &field.value)?;
            let value = std::str::from_utf8(&value).map_err(|_| NotOpened)?;
            let value = Zeroizing::new(value.to_owned());
            let set = self.sets.get_mut(field.set as usize).ok_or(NotOpened)?;
            set.request_headers.opened.push((field.name, value));
        }
        Ok(())
    }
}

/// What happens at an operation, in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicySet {
    /// Asked before anybody is identified: browsers send preflights without credentials.
    pub cors: Option<Cors>,
    /// Asked when the subscription is known.
    pub jwt: Option<Jwt>,
    /// Asked before the limits of the plan, the outermost first.
    pub rates: Vec<SharedRate>,
    /// Of what is sent to the backend.
    pub request_headers: HeaderChanges,
    /// Of what the client is answered, by the backend or by the gateway.
    pub response_headers: HeaderChanges,
}

impl PolicySet {
    /// As it is on the wire: equal sets have equal bytes.
    pub fn encode(&self) -> Vec<u8> {
        // Structs of texts, numbers and lists have no way to fail.
        postcard::to_stdvec(self).unwrap_or_default()
    }
}

/// Which pages of other origins may call, and read what (Fetch standard, "CORS protocol").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cors {
    /// Serialised origins (RFC 6454 §6.2), compared byte by byte; none with `any_origin`.
    pub origins: Vec<String>,
    /// `*`: pages of every origin. Never together with `credentials`.
    pub any_origin: bool,
    /// Request fields beyond the safelisted ones, lower case. A key goes in one of them.
    pub headers: Vec<String>,
    /// Response fields that scripts may read, lower case.
    pub expose: Vec<String>,
    /// Whether browsers may send cookies and the like.
    pub credentials: bool,
    /// For how long a preflight's answer may be kept, seconds.
    pub max_age_s: u32,
}

/// A token that must come with the call (RFC 7519), besides the application's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwt {
    /// Tried only: refusals are counted and nothing is refused.
    pub shadow: bool,
    /// The field it comes in, lower case. In `authorization` behind `Bearer `, and the key then comes in `x-api-key`; in any
    /// other it stands alone.
    pub header: String,
    /// What `typ` may be, in lower case and without `application/` (RFC 7515 §4.1.9); none: it is not looked at.
    pub types: Vec<String>,
    /// `iss` must be this.
    pub issuer: String,
    /// `aud` must hold one of these, at least one.
    pub audiences: Vec<String>,
    /// What `alg` may be, at least one; each only with a key of its type.
    pub algorithms: Vec<JwtAlgorithm>,
    /// At least one. A token with `kid` is tried with the keys of that `kid` only, one without with each, where they are few.
    pub keys: Vec<JwtKey>,
    /// For how long after `exp` and before `nbf` clocks are forgiven, seconds.
    pub leeway_s: u32,
    /// Claims that must be there; with values, one of them must be the claim, or be in it where the claim is a list.
    pub claims: Vec<(String, Vec<String>)>,
    /// Every one must be in `scope` (RFC 8693 §4.2), or in `scp` or `scope` as a list.
    pub scopes: Vec<String>,
}

/// Signatures that are understood: none with a shared secret, and not `none` (RFC 7518 §3.1, RFC 8037).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum JwtAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// The same with SHA-384.
    Rs384,
    /// The same with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// The same with SHA-384.
    Ps384,
    /// The same with SHA-512.
    Ps512,
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// ECDSA over P-384 with SHA-384.
    Es384,
    /// Ed25519.
    EdDsa,
}

/// A public key (RFC 7517).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JwtKey {
    /// What tokens name it by.
    pub kid: Option<String>,
    /// The key.
    pub key: JwtKeyMaterial,
}

/// The numbers of a public key, big-endian, without the base64url they came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum JwtKeyMaterial {
    /// Modulus and exponent; 2048 to 4096 bits.
    Rsa(Vec<u8>, Vec<u8>),
    /// A point of P-256, 32 bytes a coordinate.
    P256(Vec<u8>, Vec<u8>),
    /// A point of P-384, 48 bytes a coordinate.
    P384(Vec<u8>, Vec<u8>),
    /// 32 bytes.
    Ed25519(Vec<u8>),
}

/// A rate that all calls share which pass it, whoever makes them: a token bucket that holds `burst` and refills `amount` every
/// `window_s`. Within the bounds of [`gatehouse_domain::plan::LimitRule::Rate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedRate {
    /// The policy: routes and operations that name the same one share a bucket, per environment.
    pub policy: PolicyId,
    /// Tried only.
    pub shadow: bool,
    /// Requests per window.
    pub amount: u32,
    /// Seconds.
    pub window_s: u32,
    /// Requests that may come at once after a pause.
    pub burst: u32,
}

/// Changes of a message's fields: removed ones first, then those that are set. Names in lower case, and none that frames a
/// message, names a connection, or is the gateway's own word; see `gatehouse_domain::policy`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderChanges {
    /// Taken out wherever they are.
    pub remove: Vec<String>,
    /// In place of whatever was there.
    pub set: Vec<(String, String)>,
    /// The same, with secrets: what a gateway opened, never on the wire; see [`RoutePolicies::open`].
    #[serde(skip)]
    pub opened: Vec<(String, Zeroizing<String>)>,
}

impl HeaderChanges {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.remove.is_empty() && self.set.is_empty() && self.opened.is_empty()
    }
}

/// Of what was opened names only.
impl std::fmt::Debug for HeaderChanges {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let opened = self.opened.iter().map(|(name, _)| name.as_str());
        formatter
            .debug_struct("HeaderChanges")
            .field("remove", &self.remove)
            .field("set", &self.set)
            .field("opened", &opened.collect::<Vec<_>>())
            .finish()
    }
}
