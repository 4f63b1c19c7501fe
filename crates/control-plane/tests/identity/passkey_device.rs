//! A device with passkeys, made of software: it signs what it is asked to, honestly or not.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(crate) const ORIGIN: &str = "https://portal.example";

/// User present; user verified; attested data follows (WebAuthn §6.1).
const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// One key on one device. What it would say wrongly is set by the test.
pub(crate) struct Device {
    key: EcdsaKeyPair,
    pub(crate) id: Vec<u8>,
    /// Of the account, as it was told when it was registered.
    pub(crate) owner: String,
    pub(crate) counter: u32,
    pub(crate) verifies: bool,
    /// The site its browser is on.
    pub(crate) origin: String,
    pub(crate) party: String,
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Device {
    pub(crate) fn new() -> Self {
        Self {
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(),
            id: gatehouse_runtime::random::bytes::<16>().to_vec(),
            owner: String::new(),
            counter: 0,
            verifies: true,
            origin: ORIGIN.to_owned(),
            party: "portal.example".to_owned(),
        }
    }

    fn client_data(&self, kind: &str, asked: &Value) -> Vec<u8> {
        let challenge = &asked["publicKey"]["challenge"];
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn head(&mut self, flags: u8) -> Vec<u8> {
        self.counter += 1;
        let verified = if self.verifies { VERIFIED } else { 0 };
        let mut data = Sha256::digest(&self.party).to_vec();
        data.push(flags | PRESENT | verified);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// Makes the key known: what the browser sends back.
    pub(crate) fn register(&mut self, asked: &Value) -> String {
        self.owner = asked["publicKey"]["user"]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let point = self.key.public_key().as_ref().to_vec();
        let mut data = self.head(ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        // COSE (RFC 9052): an EC2 key on P-256 for ES256, its x and y.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..]);
        // {"fmt": "none", "attStmt": {}, "authData": ...}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        let client = self.client_data("webauthn.create", asked);
        let answer = json!({
            "id": base64(&self.id), "rawId": base64(&self.id), "type": "public-key", "clientExtensionResults": {},
            "response": { "attestationObject": base64(object), "clientDataJSON": base64(client), "transports": ["internal"] },
        });
        json!({ "token": asked["token"], "answer": answer }).to_string()
    }

    /// Signs a challenge: what the browser sends back.
    pub(crate) fn show(&mut self, asked: &Value) -> String {
        let data = self.head(0);
        let client = self.client_data("webauthn.get", asked);
        let mut signed = data.clone();
        signed.extend(Sha256::digest(&client));
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        let answer = json!({
            "id": base64(&self.id), "rawId": base64(&self.id), "type": "public-key", "clientExtensionResults": {},
            "response": {
                "authenticatorData": base64(data), "clientDataJSON": base64(client), "signature": base64(signature),
                "userHandle": self.owner,
            },
        });
        json!({ "token": asked["token"], "answer": answer }).to_string()
    }
}
