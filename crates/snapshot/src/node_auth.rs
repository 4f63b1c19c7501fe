//! How a gateway signs every request to the control plane, so that it works behind any TLS-terminating balancer.
//!
//! The signature covers method, path with query, body digest, time and nonce. The control plane accepts a time within
//! [`CLOCK_SKEW_MAX_S`] and each nonce once.

use gatehouse_domain::id::NodeId;
use http::HeaderMap;
use http::header::HeaderName;
use sha2::{Digest, Sha256};

use crate::sign::{PublicKey, Signer};

/// Header with the node's id.
pub const NODE: HeaderName = HeaderName::from_static("gatehouse-node");
/// Header with the time: seconds since 1970 UTC.
pub const TIME: HeaderName = HeaderName::from_static("gatehouse-time");
/// Header with 16 random bytes in hexadecimal.
pub const NONCE: HeaderName = HeaderName::from_static("gatehouse-nonce");
/// Header with the signature in hexadecimal.
pub const SIGNATURE: HeaderName = HeaderName::from_static("gatehouse-signature");

/// Largest accepted difference between the two clocks, seconds.
pub const CLOCK_SKEW_MAX_S: i64 = 60;

/// What the headers claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Who says it is calling.
    pub node: NodeId,
    /// When it says it signed, seconds since 1970 UTC.
    pub time_s: i64,
    /// Its nonce.
    pub nonce: [u8; 16],
    signature: Vec<u8>,
}

/// The headers to add to a request.
pub fn headers(
    signer: &Signer,
    node: NodeId,
    method: &str,
    path_and_query: &str,
    body: &[u8],
    time_s: i64,
    nonce: [u8; 16],
) -> [(HeaderName, String); 4] {
    let signature = signer.sign(&message(node, method, path_and_query, body, time_s, &nonce));
    [
        (NODE, node.to_string()),
        (TIME, time_s.to_string()),
        (NONCE, hex(&nonce)),
        (SIGNATURE, hex(&signature)),
    ]
}

impl Claim {
    /// Reads the headers; `None` when one is missing, doubled or malformed.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let one = |name: &HeaderName| {
            let mut values = headers.get_all(name).iter();
            let value = values.next()?.to_str().ok()?;
            values.next().is_none().then_some(value)
        };
        Some(Self {
            node: one(&NODE)?.parse().ok()?,
            time_s: one(&TIME)?.parse().ok()?,
            nonce: unhex(one(&NONCE)?)?.try_into().ok()?,
            signature: unhex(one(&SIGNATURE)?)?,
        })
    }

    /// Whether the node's key made the signature over this very request. Time and nonce are the caller's to judge.
    pub fn is_signed_by(
        &self,
        key: PublicKey,
        method: &str,
        path_and_query: &str,
        body: &[u8],
    ) -> bool {
        let message = message(
            self.node,
            method,
            path_and_query,
            body,
            self.time_s,
            &self.nonce,
        );
        key.verifies(&message, &self.signature)
    }
}

fn message(
    node: NodeId,
    method: &str,
    path_and_query: &str,
    body: &[u8],
    time_s: i64,
    nonce: &[u8; 16],
) -> Vec<u8> {
    let digest = hex(&Sha256::digest(body));
    format!(
        "gatehouse/node/1\n{node}\n{method}\n{path_and_query}\n{digest}\n{time_s}\n{}",
        hex(nonce)
    )
    .into_bytes()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads [`hex`]; `None` for an odd length or a foreign character.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|place| u8::from_str_radix(&text[place..place + 2], 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn the_signature_covers_method_path_query_body_time_and_nonce() {
        let signer = Signer::from_seed(&[5; 32]).unwrap();
        let node = NodeId::from_uuid(Uuid::from_u128(1));
        let mut map = HeaderMap::new();
        for (name, value) in headers(
            &signer,
            node,
            "POST",
            "/gateway/v1/usage?x=1",
            b"body",
            1000,
            [7; 16],
        ) {
            map.insert(name, value.parse().unwrap());
        }
        let claim = Claim::read(&map).unwrap();
        let key = signer.public();
        assert!(claim.is_signed_by(key, "POST", "/gateway/v1/usage?x=1", b"body"));
        assert!(!claim.is_signed_by(key, "PUT", "/gateway/v1/usage?x=1", b"body"));
        assert!(!claim.is_signed_by(key, "POST", "/gateway/v1/usage?x=2", b"body"));
        assert!(!claim.is_signed_by(key, "POST", "/gateway/v1/usage?x=1", b"Body"));
        for other in [
            Claim {
                time_s: 1001,
                ..claim.clone()
            },
            Claim {
                nonce: [8; 16],
                ..claim
            },
        ] {
            assert!(!other.is_signed_by(key, "POST", "/gateway/v1/usage?x=1", b"body"));
        }
        map.append(NONCE, "00".repeat(16).parse().unwrap());
        assert_eq!(Claim::read(&map), None, "a doubled header is no claim");
    }
}
