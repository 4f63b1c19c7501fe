//! Lengths of time as people write them: "2 days", "1 day 12 hours", "90 minutes".

use gatehouse_language::t;

/// Reads a length of time in seconds, in whatever language it is written; `None` for anything that is none, and for more than a million days.
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
            "d" | "day" | "days" | "t" | "tag" | "tage" | "tagen" => 86_400,
            "h" | "hour" | "hours" | "std" | "stunde" | "stunden" => 3_600,
            "m" | "min" | "minute" | "minutes" | "minuten" => 60,
            _ => return None,
        };
        let number: i64 = number.parse().ok().filter(|number| *number <= 1_000_000)?;
        seconds += number * each;
        rest = after.trim_start_matches([' ', ',']);
    }
    i32::try_from(seconds).ok().filter(|seconds| *seconds > 0)
}

/// Writes what [`parse_span`] reads, to the minute. Numbers are not grouped, for they are read again.
pub(crate) fn span_words(seconds: i32) -> String {
    let minutes = seconds / 60;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let mut words = Vec::new();
    match days {
        0 => {}
        1 => words.push(t!("span-day")),
        days => words.push(t!("span-days", count = &days.to_string())),
    }
    match hours {
        0 => {}
        1 => words.push(t!("span-hour")),
        hours => words.push(t!("span-hours", count = &hours.to_string())),
    }
    match minutes {
        0 => {}
        1 => words.push(t!("span-minute")),
        minutes => words.push(t!("span-minutes", count = &minutes.to_string())),
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{parse_span, span_words};
    use gatehouse_domain::Language;
    use gatehouse_language::speaking_now;

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
        speaking_now(Language::German, || {
            assert_eq!(span_words(129_660), "1 Tag 12 Stunden 1 Minute");
            for seconds in [60, 5_400, 86_400, 93_720, 129_660, 86_400_000] {
                assert_eq!(parse_span(&span_words(seconds)), Some(seconds));
            }
        });
    }
}
