//! The id every response carries and every log line about it repeats.

use std::fmt;
use std::str::FromStr;

use http::HeaderValue;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::random;

/// Crockford's base32 alphabet, lower case: no i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const PREFIX: &str = "req_";
/// 128 bits in groups of 5, the first group holding 3.
const DIGITS: usize = 26;
const LENGTH: usize = PREFIX.len() + DIGITS;

/// `req_` and 26 characters of Crockford base32 over a UUIDv7: unique, sorts by time, safe anywhere.
///
/// Made by us for every request; one sent by a client is never taken over, so it cannot forge log lines.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId([u8; LENGTH]);

impl RequestId {
    /// A new id for a request that arrived at this instant.
    #[must_use]
    pub fn new(now: OffsetDateTime) -> Self {
        Self::from_uuid(random::uuid_v7(now))
    }

    fn from_uuid(uuid: Uuid) -> Self {
        let bits = uuid.as_u128();
        let mut text = [0; LENGTH];
        text[..PREFIX.len()].copy_from_slice(PREFIX.as_bytes());
        for (position, digit) in text[PREFIX.len()..].iter_mut().enumerate() {
            let shift = (DIGITS - 1 - position) * 5;
            *digit = ALPHABET[(bits >> shift) as usize & 31];
        }
        Self(text)
    }

    /// The 30 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("made of the alphabet, which is ASCII")
    }

    /// The id as a header value.
    #[must_use]
    pub fn header_value(&self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).expect("made of the alphabet, which any header may hold")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl serde::Serialize for RequestId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The text is not a request id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a request id: req_ and 26 characters of Crockford base32")]
pub struct NotARequestId;

impl FromStr for RequestId {
    type Err = NotARequestId;

    /// Accepts exactly what [`RequestId::as_str`] gives; used where people paste ids.
    fn from_str(text: &str) -> Result<Self, NotARequestId> {
        let digits = text.strip_prefix(PREFIX).ok_or(NotARequestId)?.as_bytes();
        let fits = digits.len() == DIGITS
            && digits.iter().all(|digit| ALPHABET.contains(digit))
            && digits[0] <= b'7';
        if !fits {
            return Err(NotARequestId);
        }
        text.as_bytes()
            .try_into()
            .map(Self)
            .map_err(|_| NotARequestId)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn the_ends_of_the_range_are_written_in_crockford_base32() {
        let zero = RequestId::from_uuid(Uuid::nil());
        assert_eq!(zero.as_str(), "req_00000000000000000000000000");
        let full = RequestId::from_uuid(Uuid::max());
        assert_eq!(full.as_str(), "req_7zzzzzzzzzzzzzzzzzzzzzzzzz");
        assert_eq!(full.header_value().as_bytes().len(), 30);
    }

    #[test]
    fn ids_sort_by_time_and_read_back() {
        let early = RequestId::new(datetime!(2026-11-20 12:00 UTC));
        let late = RequestId::new(datetime!(2026-11-20 12:00:00.001 UTC));
        assert!(early.as_str() < late.as_str());
        assert_eq!(early.as_str().parse(), Ok(early));
    }

    #[test]
    fn texts_that_only_look_like_ids_are_refused() {
        for text in [
            "",
            "req_",
            "req_0000000000000000000000000",
            "req_000000000000000000000000000",
            "req_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "req_0000000000000000000000000i",
            "REQ_00000000000000000000000000",
            "req_0000000000000000000000000\n",
        ] {
            assert_eq!(text.parse::<RequestId>(), Err(NotARequestId), "{text}");
        }
    }
}
