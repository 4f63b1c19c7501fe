//! The id every response carries and every log line about it repeats.

use std::cell::Cell;
use std::fmt;
use std::str::FromStr;

use gatehouse_domain::id;
use http::HeaderValue;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::random;

const PREFIX: &str = "req_";
const LENGTH: usize = PREFIX.len() + id::TEXT_LENGTH;

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

    /// The id that says this number.
    #[must_use]
    pub fn from_uuid(uuid: Uuid) -> Self {
        let mut text = [0; LENGTH];
        text[..PREFIX.len()].copy_from_slice(PREFIX.as_bytes());
        text[PREFIX.len()..].copy_from_slice(&id::digits(uuid.as_u128()));
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

/// Numbers of request ids for one thread, without a draw from the system for each: UUIDv7, whose random part is SplitMix64 over a counter that
/// begins where the system says. Two sources meet as seldom as two draws of 74 bits do; one source never repeats itself. They name
/// requests and protect nothing.
#[derive(Debug)]
pub struct RequestIds {
    drawn: Cell<u64>,
    salt: u64,
}

impl Default for RequestIds {
    fn default() -> Self {
        Self {
            drawn: Cell::new(u64::from_le_bytes(random::bytes())),
            salt: u64::from_le_bytes(random::bytes()),
        }
    }
}

impl RequestIds {
    /// The number of a new request that arrived at this instant.
    pub fn next(&self, now: OffsetDateTime) -> Uuid {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let drawn = self.drawn.get();
        self.drawn.set(drawn.wrapping_add(STEP));
        let mix = |seed: u64| {
            let seed = (seed ^ seed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let seed = (seed ^ seed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            seed ^ seed >> 31
        };
        let mut bits = [0; 10];
        bits[..2].copy_from_slice(&mix(drawn ^ self.salt).to_le_bytes()[..2]);
        bits[2..].copy_from_slice(&mix(drawn).to_le_bytes());
        let millis = now.unix_timestamp() * 1_000 + i64::from(now.millisecond());
        let millis = u64::try_from(millis).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &bits).into_uuid()
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
        let digits = text.strip_prefix(PREFIX).and_then(id::decode);
        let number = digits.ok_or(NotARequestId)?;
        Ok(Self::from_uuid(Uuid::from_u128(number)))
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
    fn drawn_numbers_carry_their_time_and_never_repeat() {
        let now = datetime!(2026-11-20 12:00:00.123 UTC);
        let (one, other) = (RequestIds::default(), RequestIds::default());
        let drawn: std::collections::HashSet<_> = (0..50_000)
            .flat_map(|_| [one.next(now), other.next(now)])
            .collect();
        assert_eq!(drawn.len(), 100_000);
        for id in drawn.iter().take(100) {
            let (seconds, nanos) = id.get_timestamp().expect("v7 has a time").to_unix();
            assert_eq!(
                (seconds.cast_signed(), nanos, id.get_version_num()),
                (now.unix_timestamp(), 123_000_000, 7)
            );
        }
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
