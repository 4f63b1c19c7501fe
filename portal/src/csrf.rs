//! The second wall against forged forms: a token bound to the session, or to a visit before sign-in.
//!
//! The first wall is the Origin and Sec-Fetch-Site check of the router. The token is an HMAC of the binding, masked anew
//! for every page, so that compression of a page that also reflects input tells an attacker nothing (BREACH).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatehouse_runtime::random;
use sha2::{Digest, Sha256};
use std::fmt;

const LEN: usize = 32;

/// The key tokens are made with; derived from the master key, the same on every replica.
#[derive(Clone)]
pub(crate) struct CsrfKey([u8; LEN]);

impl fmt::Debug for CsrfKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CsrfKey")
    }
}

/// What a token is bound to: the session's id, or the visit cookie of somebody not signed in.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Binding(pub(crate) String);

impl fmt::Debug for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Binding")
    }
}

impl CsrfKey {
    pub(crate) fn new(key: [u8; LEN]) -> Self {
        Self(key)
    }

    /// A token for the forms of one page.
    pub(crate) fn token(&self, binding: &Binding) -> String {
        let mask: [u8; LEN] = random::bytes();
        let mac = self.mac(binding);
        let mut token = Vec::with_capacity(2 * LEN);
        token.extend_from_slice(&mask);
        token.extend(mask.iter().zip(mac).map(|(mask, mac)| mask ^ mac));
        URL_SAFE_NO_PAD.encode(token)
    }

    /// Whether `token` was made for `binding`. Takes the same time whatever is wrong with a well-formed one.
    pub(crate) fn accepts(&self, binding: &Binding, token: &str) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(token) else {
            return false;
        };
        if bytes.len() != 2 * LEN {
            return false;
        }
        let (mask, masked) = bytes.split_at(LEN);
        let mac = self.mac(binding);
        let difference = mask
            .iter()
            .zip(masked)
            .zip(mac)
            .fold(0, |all, ((mask, masked), mac)| all | (mask ^ masked ^ mac));
        difference == 0
    }

    /// HMAC-SHA-256 (RFC 2104) with a key of at most one block.
    fn mac(&self, binding: &Binding) -> [u8; LEN] {
        let pad = |byte: u8| -> [u8; 64] {
            let mut block = [byte; 64];
            for (slot, key) in block.iter_mut().zip(self.0) {
                *slot ^= key;
            }
            block
        };
        let inner = Sha256::new()
            .chain_update(pad(0x36))
            .chain_update(binding.0.as_bytes())
            .finalize();
        Sha256::new()
            .chain_update(pad(0x5c))
            .chain_update(inner)
            .finalize()
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::{Binding, CsrfKey};

    fn binding(text: &str) -> Binding {
        Binding(text.to_owned())
    }

    #[test]
    fn a_token_works_for_its_own_session_and_no_other() {
        let key = CsrfKey::new([7; 32]);
        let token = key.token(&binding("a"));
        assert!(key.accepts(&binding("a"), &token));
        assert!(!key.accepts(&binding("b"), &token));
        assert!(!CsrfKey::new([8; 32]).accepts(&binding("a"), &token));
    }

    #[test]
    fn two_pages_of_one_session_never_carry_the_same_text() {
        let key = CsrfKey::new([7; 32]);
        assert_ne!(key.token(&binding("a")), key.token(&binding("a")));
    }

    #[test]
    fn broken_tokens_are_refused() {
        let key = CsrfKey::new([7; 32]);
        let token = key.token(&binding("a"));
        for broken in [
            "",
            "x",
            "====",
            &token[1..],
            &format!("{token}A"),
            &"A".repeat(86),
        ] {
            assert!(!key.accepts(&binding("a"), broken), "{broken}");
        }
    }

    #[test]
    fn the_mac_is_hmac_sha_256() {
        // RFC 4231 test case 1 has a 20-byte key; padded with zeros to 32 it is the same key.
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let mac = CsrfKey::new(key).mac(&binding("Hi There"));
        let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            hex,
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
    }
}
