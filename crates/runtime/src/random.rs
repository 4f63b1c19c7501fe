//! Randomness for keys, ids and jitter: the only place that draws it.

use std::time::Duration;

use time::OffsetDateTime;
use uuid::Uuid;

/// Fills `bytes` with unpredictable bytes from a generator seeded by the operating system.
///
/// # Panics
/// When the operating system has no randomness to give: nothing secure can be done then.
pub fn fill(bytes: &mut [u8]) {
    aws_lc_rs::rand::fill(bytes).expect("the operating system has no randomness to give");
}

/// `N` unpredictable bytes.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// Characters of a [`token`].
pub const TOKEN_LENGTH: usize = 32;

/// 128 unpredictable bits in hexadecimal: names something so that nobody can guess it.
#[must_use]
pub fn token() -> String {
    format!("{:032x}", u128::from_le_bytes(bytes()))
}

/// A number below `limit`, every one as likely; 0 for a limit of 0.
#[must_use]
pub fn below(limit: u64) -> u64 {
    if limit == 0 {
        return 0;
    }
    // Draws from the incomplete last span are thrown away: keeping them would favour small numbers.
    let fair_max = u64::MAX - (u64::MAX % limit + 1) % limit;
    loop {
        let drawn = u64::from_le_bytes(bytes());
        if drawn <= fair_max {
            return drawn % limit;
        }
    }
}

/// A duration between half of `around` and one and a half, so that many waiters do not wake together.
#[must_use]
pub fn jitter(around: Duration) -> Duration {
    let micros = u64::try_from(around.as_micros())
        .unwrap_or(u64::MAX / 2)
        .min(u64::MAX / 2);
    Duration::from_micros(micros / 2 + below(micros.saturating_add(1)))
}

/// A UUIDv7 (RFC 9562 5.7) of this instant: sorts by time, 74 bits are random.
#[must_use]
pub fn uuid_v7(now: OffsetDateTime) -> Uuid {
    let millis = u64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes()).into_uuid()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn numbers_below_a_limit_reach_every_value_and_never_the_limit() {
        let mut seen = [0_u32; 5];
        for _ in 0..5_000 {
            seen[usize::try_from(below(5)).expect("small")] += 1;
        }
        assert!(
            seen.iter().all(|count| (700..1_300).contains(count)),
            "{seen:?}"
        );
        assert_eq!(below(0), 0);
        assert_eq!(below(1), 0);
    }

    #[test]
    fn tokens_have_their_length_and_differ() {
        let (one, other) = (token(), token());
        assert!(one.len() == TOKEN_LENGTH && one.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_ne!(one, other);
    }

    #[test]
    fn jitter_stays_within_half_of_the_wanted_wait() {
        for _ in 0..1_000 {
            let drawn = jitter(Duration::from_millis(100));
            assert!((50..=151).contains(&drawn.as_millis()), "{drawn:?}");
        }
        assert_eq!(jitter(Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn uuids_carry_their_time_and_differ_within_one_millisecond() {
        let now = datetime!(2026-11-20 12:00:00.123 UTC);
        let (one, other) = (uuid_v7(now), uuid_v7(now));
        assert_ne!(one, other);
        assert_eq!(one.get_version_num(), 7);
        let (seconds, nanos) = one.get_timestamp().expect("v7 has a time").to_unix();
        assert_eq!(
            (seconds.cast_signed(), nanos),
            (now.unix_timestamp(), 123_000_000)
        );
    }
}
