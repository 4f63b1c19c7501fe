//! Durations and sizes as people write them: `10s`, `1h30m`, `64MiB`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

/// The text is no duration or size; says how to write one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {wanted}")]
pub struct BadUnit {
    text: String,
    wanted: &'static str,
}

const DURATION: &str = "a duration such as 250ms, 10s, 5m, 1h30m or 7d";
const SIZE: &str = "a size such as 512B, 64KiB, 10MiB or 2GiB";

/// For `#[serde(deserialize_with = "gatehouse_runtime::settings::duration")]`.
pub fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_duration(&text).map_err(de::Error::custom)
}

/// As [`duration`], for a field that may be unset; an empty text is unset as well. Add `#[serde(default)]`.
pub fn optional_duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty());
    text.map(|text| parse_duration(&text))
        .transpose()
        .map_err(de::Error::custom)
}

/// For `#[serde(deserialize_with = "gatehouse_runtime::settings::byte_size")]`.
pub fn byte_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_byte_size(&text).map_err(de::Error::custom)
}

/// One or more numbers with a unit of ms, s, m, h or d, the larger units first.
pub fn parse_duration(text: &str) -> Result<Duration, BadUnit> {
    let bad = || BadUnit {
        text: text.to_owned(),
        wanted: DURATION,
    };
    let mut total = Duration::ZERO;
    let mut unit_before = u64::MAX;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, unit, after) = number_and_unit(rest).ok_or_else(bad)?;
        let millis: u64 = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err(bad()),
        };
        if millis >= unit_before {
            return Err(bad());
        }
        let part = number
            .checked_mul(millis)
            .map(Duration::from_millis)
            .ok_or_else(bad)?;
        total = total.checked_add(part).ok_or_else(bad)?;
        unit_before = millis;
        rest = after;
    }
    if unit_before == u64::MAX {
        Err(bad())
    } else {
        Ok(total)
    }
}

/// A number with a unit of B, KiB, MiB or GiB, in bytes.
pub fn parse_byte_size(text: &str) -> Result<u64, BadUnit> {
    let bad = || BadUnit {
        text: text.to_owned(),
        wanted: SIZE,
    };
    let (number, unit, after) = number_and_unit(text).ok_or_else(bad)?;
    let bytes: u64 = match unit {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(bad()),
    };
    if !after.is_empty() {
        return Err(bad());
    }
    number.checked_mul(bytes).ok_or_else(bad)
}

fn number_and_unit(text: &str) -> Option<(u64, &str, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let letters = &text[digits..];
    let unit = letters
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(letters.len());
    Some((
        text[..digits].parse().ok()?,
        &letters[..unit],
        &letters[unit..],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_written() {
        for (text, millis) in [
            ("0s", 0),
            ("250ms", 250),
            ("10s", 10_000),
            ("1h30m", 5_400_000),
            ("7d", 604_800_000),
            ("1d2h3m4s5ms", 93_784_005),
        ] {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_millis(millis)),
                "{text}"
            );
        }
    }

    #[test]
    fn durations_without_a_clear_meaning_are_refused() {
        for text in [
            "",
            "10",
            "s",
            "10 s",
            "-1s",
            "1.5s",
            "1m1h",
            "1s1s",
            "1w",
            "10S",
            "99999999999999999999s",
            "18446744073709551615d",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_binary_and_need_a_unit() {
        assert_eq!(parse_byte_size("512B"), Ok(512));
        assert_eq!(parse_byte_size("64MiB"), Ok(64 << 20));
        assert_eq!(parse_byte_size("2GiB"), Ok(2 << 30));
        for text in [
            "",
            "64",
            "MiB",
            "64MB",
            "64mib",
            "1KiB1B",
            "1.5MiB",
            "18446744073709551615KiB",
        ] {
            assert!(parse_byte_size(text).is_err(), "{text}");
        }
    }
}
