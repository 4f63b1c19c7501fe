//! Words of refusals: reasons people must give, and how long ago something happened.

use time::OffsetDateTime;

use crate::refusal::{Faults, Refusal};

/// Longest reason, in characters: it is mailed verbatim.
pub(crate) const REASON_MAX: usize = 500;

/// A reason that must be given.
pub(crate) fn required_reason(reason: &str) -> Result<String, Refusal> {
    let mut faults = Faults::default();
    let reason = faults.text("/reason", reason, REASON_MAX);
    faults.finish()?;
    Ok(reason)
}

/// A reason that may be left out.
pub(crate) fn optional_reason(reason: &str) -> Result<String, Refusal> {
    let mut faults = Faults::default();
    let reason = faults.optional_text("/reason", reason, REASON_MAX);
    faults.finish()?;
    Ok(reason)
}

/// "1 subscription", "2 subscriptions".
pub(crate) fn counted(count: impl TryInto<u64>, what: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// "just now", "2 minutes ago", "3 days ago".
pub(crate) fn ago(then: OffsetDateTime, now: OffsetDateTime) -> String {
    let seconds = (now - then).whole_seconds().max(0);
    let (count, unit) = match seconds {
        0..60 => return "just now".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{} ago", counted(count, unit))
}

/// A stored word that the program does not know is a fault of the program, never a default.
pub(crate) fn known<T>(value: Option<T>, word: &str) -> Result<T, Refusal> {
    value.ok_or_else(|| Refusal::Internal(anyhow::anyhow!("the stored word '{word}' is not known")))
}

/// Refuses a caller who acted on another version of a row than the current one.
pub(crate) fn require_version(expected: Option<i32>, current: i32) -> Result<(), Refusal> {
    match expected {
        Some(expected) if expected != current => Err(Refusal::Stale { current }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;

    #[test]
    fn ages_are_told_in_their_largest_unit() {
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(400);
        for (seconds, words) in [
            (-5, "just now"),
            (59, "just now"),
            (60, "1 minute ago"),
            (3_599, "59 minutes ago"),
            (3_600, "1 hour ago"),
            (86_399, "23 hours ago"),
            (86_400, "1 day ago"),
            (259_200, "3 days ago"),
        ] {
            assert_eq!(ago(now - Duration::seconds(seconds), now), words);
        }
    }

    #[test]
    fn a_reason_is_held_at_its_length() {
        assert!(required_reason("  ").is_err());
        assert!(required_reason(&"a".repeat(REASON_MAX)).is_ok());
        assert!(required_reason(&"a".repeat(REASON_MAX + 1)).is_err());
        assert_eq!(optional_reason("  ").unwrap(), "");
    }
}
