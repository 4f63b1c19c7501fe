//! The text of keys and tokens: typed prefix, key id, secret, checksum.
//!
//! ```text
//! gth_live_ K K K K K K K K K K  S × 32  C C C C C C
//!           key id (10)          secret  CRC-32 of everything before it (6)
//! ```
//!
//! All of it is base 62, so a double click selects the whole key and secret scanners can recognise it. The checksum
//! refuses a mistyped key before any lookup. The key id is public and is one `u64`; the secret is 32 characters,
//! 190 bits, which needs neither pepper nor a slow hash.

use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::environment::EnvironmentKind;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const KEY_ID_LENGTH: usize = 10;
const SECRET_LENGTH: usize = 32;
const CHECKSUM_LENGTH: usize = 6;

/// What a key opens; fixed by its first characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// `gth_live_` or `gth_test_`: an application's API key.
    ApiKey(EnvironmentKind),
    /// `gta_`: a CI access token for the admin API.
    AccessToken,
    /// `gte_`: enrols one or more gateways.
    JoinToken,
}

impl KeyKind {
    const ALL: [Self; 4] = [
        Self::ApiKey(EnvironmentKind::Production),
        Self::ApiKey(EnvironmentKind::Sandbox),
        Self::AccessToken,
        Self::JoinToken,
    ];

    /// The typed prefix, underscore included.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::ApiKey(EnvironmentKind::Production) => "gth_live_",
            Self::ApiKey(EnvironmentKind::Sandbox) => "gth_test_",
            Self::AccessToken => "gta_",
            Self::JoinToken => "gte_",
        }
    }
}

/// The public part of a key: it finds the row, it proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(u64);

impl KeyId {
    /// The number of distinct key ids: 62 to the power of 10.
    pub const COUNT: u64 = 839_299_365_868_340_224;

    /// Wraps a number below [`KeyId::COUNT`]; a larger one is folded into range.
    pub const fn from_u64(number: u64) -> Self {
        Self(number % Self::COUNT)
    }

    /// The number a gateway looks up.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// Reads the ten characters of a key id, as lists of keys show them.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == KEY_ID_LENGTH)
            .then(|| number_of(text.as_bytes()))
            .flatten()
            .map(Self)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&digits_of::<KEY_ID_LENGTH>(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// SHA-256("gth1" || secret): what the database holds in place of a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SecretHash(pub [u8; 32]);

impl fmt::Debug for SecretHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretHash(..)")
    }
}

/// A whole key. Prints as its prefix and key id only; the secret leaves through [`Key::reveal`] alone.
#[derive(Clone)]
pub struct Key {
    kind: KeyKind,
    id: KeyId,
    secret: Zeroizing<[u8; SECRET_LENGTH]>,
}

/// The text is not a key: wrong prefix, length, alphabet or checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the key is malformed: copy it again, whole, from where it was shown")]
pub struct MalformedKey;

impl Key {
    /// Random bytes that [`Key::generate`] consumes.
    pub const ENTROPY: usize = 64;

    /// Makes a key from fresh random bytes.
    ///
    /// Characters are drawn by rejection (bytes below 248 = 4 × 62), so each is uniform. 56 bytes give the 32 secret
    /// characters with a shortfall of about one in 10^15; then `None` asks for new bytes.
    pub fn generate(kind: KeyKind, entropy: &[u8; Self::ENTROPY]) -> Option<Self> {
        let (id_bytes, secret_bytes) = entropy.split_at(8);
        let mut number = [0; 8];
        number.copy_from_slice(id_bytes);
        let mut uniform = secret_bytes
            .iter()
            .filter(|byte| **byte < 248)
            .map(|byte| BASE62[usize::from(byte % 62)]);
        let mut secret = Zeroizing::new([0; SECRET_LENGTH]);
        for place in secret.iter_mut() {
            *place = uniform.next()?;
        }
        Some(Self {
            kind,
            id: KeyId::from_u64(u64::from_le_bytes(number)),
            secret,
        })
    }

    /// Reads a key as a client sent it. One pass, no lookup, no hash but the checksum.
    pub fn parse(text: &str) -> Result<Self, MalformedKey> {
        let kind = KeyKind::ALL
            .into_iter()
            .find(|kind| text.starts_with(kind.prefix()))
            .ok_or(MalformedKey)?;
        let (body, rest) = text.as_bytes().split_at(kind.prefix().len());
        if rest.len() != KEY_ID_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH {
            return Err(MalformedKey);
        }
        let (signed, checksum) = rest.split_at(KEY_ID_LENGTH + SECRET_LENGTH);
        if number_of(checksum) != Some(u64::from(checksum_of(body, signed))) {
            return Err(MalformedKey);
        }
        let (id, secret_text) = signed.split_at(KEY_ID_LENGTH);
        if !secret_text.iter().all(u8::is_ascii_alphanumeric) {
            return Err(MalformedKey);
        }
        let mut secret = Zeroizing::new([0; SECRET_LENGTH]);
        secret.copy_from_slice(secret_text);
        Ok(Self {
            kind,
            id: KeyId(number_of(id).ok_or(MalformedKey)?),
            secret,
        })
    }

    /// What the key opens.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The public key id.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// What may be stored in place of the secret.
    pub fn secret_hash(&self) -> SecretHash {
        SecretHash(
            Sha256::new()
                .chain_update(b"gth1")
                .chain_update(self.secret.as_slice())
                .finalize()
                .into(),
        )
    }

    /// The last four characters of the text, for lists.
    pub fn last4(&self) -> String {
        let text = self.reveal();
        text[text.len() - 4..].to_owned()
    }

    /// The whole text, to be shown once to its owner and never logged.
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(64));
        text.push_str(self.kind.prefix());
        text.push_str(&digits_of::<KEY_ID_LENGTH>(self.id.0));
        text.extend(self.secret.iter().map(|byte| char::from(*byte)));
        let (prefix, signed) = text.as_bytes().split_at(self.kind.prefix().len());
        let checksum = checksum_of(prefix, signed);
        text.push_str(&digits_of::<CHECKSUM_LENGTH>(u64::from(checksum)));
        text
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}…", self.kind.prefix(), self.id)
    }
}

fn checksum_of(prefix: &[u8], signed: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(prefix);
    hasher.update(signed);
    hasher.finalize()
}

fn digits_of<const LENGTH: usize>(mut number: u64) -> String {
    let mut digits = [b'0'; LENGTH];
    for place in digits.iter_mut().rev() {
        *place = BASE62[(number % 62) as usize];
        number /= 62;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

fn number_of(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0u64, |number, digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'A'..=b'Z' => digit - b'A' + 10,
            b'a'..=b'z' => digit - b'a' + 36,
            _ => return None,
        };
        number.checked_mul(62)?.checked_add(u64::from(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entropy(seed: u8) -> [u8; Key::ENTROPY] {
        std::array::from_fn(|place| (place as u8).wrapping_mul(37).wrapping_add(seed) % 248)
    }

    #[test]
    fn fuzz_key_text_is_a_key_as_it_stands_or_none() {
        let keys: Vec<Vec<u8>> = KeyKind::ALL
            .iter()
            .zip(1..)
            .map(|(kind, seed)| Key::generate(*kind, &entropy(seed)).unwrap())
            .map(|key| key.reveal().as_bytes().to_vec())
            .collect();
        let seeds: Vec<&[u8]> = keys.iter().map(Vec::as_slice).collect();
        let tokens: [&[u8]; 6] = [
            b"gth_live_",
            b"gte_",
            b" ",
            b"\0",
            b"_",
            "\u{e9}".as_bytes(),
        ];
        let mut read = 0;
        gatehouse_hostile::fuzz::fuzz("key", 50_000, |random| {
            let input = random.mutate(&seeds, &tokens);
            let text = String::from_utf8_lossy(&input);
            if let Ok(key) = Key::parse(&text) {
                assert_eq!(key.reveal().as_str(), text);
                assert!(
                    keys.contains(&input),
                    "a changed key passes its checksum: {text}"
                );
                read += 1;
            }
        });
        assert!(read > 0, "changes that change nothing are read");
    }

    #[test]
    fn a_key_reads_back_and_has_the_published_shape() {
        let key = Key::generate(KeyKind::ApiKey(EnvironmentKind::Production), &entropy(1)).unwrap();
        let text = key.reveal();
        assert_eq!(text.len(), "gth_live_".len() + 48);
        let read = Key::parse(&text).unwrap();
        assert_eq!(read.id(), key.id());
        assert_eq!(read.secret_hash(), key.secret_hash());
        assert_eq!(KeyId::parse(&key.id().to_string()), Some(key.id()));
    }

    #[test]
    fn printing_a_key_shows_no_secret() {
        let key = Key::generate(KeyKind::AccessToken, &entropy(2)).unwrap();
        let shown = format!("{key:?} {:?}", key.secret_hash());
        assert!(!shown.contains(&key.reveal()[15..30]), "{shown}");
    }

    #[test]
    fn every_single_character_typo_is_refused() {
        let key = Key::generate(KeyKind::ApiKey(EnvironmentKind::Sandbox), &entropy(3)).unwrap();
        let text = key.reveal().clone();
        for place in 0..text.len() {
            for replacement in b"09AZaz_-" {
                let mut typo = text.as_bytes().to_vec();
                if typo[place] == *replacement {
                    continue;
                }
                typo[place] = *replacement;
                assert!(
                    Key::parse(&String::from_utf8(typo).unwrap()).is_err(),
                    "place {place}"
                );
            }
        }
    }

    #[test]
    fn too_little_usable_entropy_asks_for_more() {
        assert!(Key::generate(KeyKind::JoinToken, &[255; Key::ENTROPY]).is_none());
    }

    proptest! {
        #[test]
        fn hostile_text_never_panics(text in ".{0,80}", tail in "gth_live_[ -~]{48}") {
            prop_assert!(Key::parse(&text).is_err());
            let _ = Key::parse(&tail);
        }

        #[test]
        fn secrets_are_base62_for_any_entropy(bytes: [u8; 32], more: [u8; 32]) {
            let mut entropy = [0; 64];
            entropy[..32].copy_from_slice(&bytes);
            entropy[32..].copy_from_slice(&more);
            if let Some(key) = Key::generate(KeyKind::AccessToken, &entropy) {
                prop_assert!(Key::parse(&key.reveal()).is_ok());
            }
        }
    }
}
