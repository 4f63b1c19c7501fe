//! Lengths of time as people write them: "2 days", "1 day 12 hours", "90 minutes".

/// Reads a length of time in seconds; `None` for anything that is none, and for more than a million days.
pub(crate) fn parse_span(text: &str) -> Option<i32> {
    let text = text.trim().to_lowercase();
    let mut rest = text.as_str();
    let mut seconds: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let after = after.trim_start();
        let letters = after.len()
            - after
                .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .len();
        let (unit, after) = after.split_at(letters);
        let each = match unit {
            "d" | "day" | "days" => 86_400,
            "h" | "hour" | "hours" => 3_600,
            "m" | "min" | "minute" | "minutes" => 60,
            _ => return None,
        };
        let number: i64 = number.parse().ok().filter(|number| *number <= 1_000_000)?;
        seconds += number * each;
        rest = after.trim_start_matches([' ', ',']);
    }
    i32::try_from(seconds).ok().filter(|seconds| *seconds > 0)
}

/// Writes what [`parse_span`] reads, to the minute.
pub(crate) fn span_words(seconds: i32) -> String {
    let minutes = seconds / 60;
    let parts = [
        (minutes / 1440, "day"),
        (minutes / 60 % 24, "hour"),
        (minutes % 60, "minute"),
    ];
    let words = parts.iter().filter(|(count, _)| *count > 0);
    let words = words.map(|(count, unit)| match count {
        1 => format!("1 {unit}"),
        _ => format!("{count} {unit}s"),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{parse_span, span_words};

    #[test]
    fn what_is_written_is_read_again_and_nonsense_is_not() {
        for (text, seconds) in [
            ("2 days", Some(172_800)),
            (" 1 Day, 12h ", Some(129_600)),
            ("90min", Some(5_400)),
            ("", None),
            ("5", None),
            ("days", None),
            ("0 days", None),
            ("-1 day", None),
            ("1000001 days", None),
            ("2 weeks", None),
        ] {
            assert_eq!(parse_span(text), seconds, "{text}");
        }
        for seconds in [60, 5_400, 86_400, 129_660, 7_776_000] {
            assert_eq!(parse_span(&span_words(seconds)), Some(seconds));
        }
        assert_eq!(span_words(129_660), "1 day 12 hours 1 minute");
    }
}
