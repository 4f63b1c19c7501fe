//! Words of refusals: reasons people must give, and how long ago something happened.

mod faults;

use std::fmt::Display;

use gatehouse_language::{speaking_now, spoken, t};
use time::OffsetDateTime;

pub(crate) use self::faults::Said;
use crate::refusal::{Faults, Refusal};

/// Longest reason, in characters: it is mailed verbatim.
pub(crate) const REASON_MAX: usize = 500;

/// Runs what takes long on a thread for that, and has it refuse in the language of whoever asks: threads do not inherit it.
pub(crate) async fn blocking<T: Send + 'static>(
    job: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<T> {
    let language = spoken();
    Ok(tokio::task::spawn_blocking(move || speaking_now(language, job)).await?)
}

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

/// "a, b and c"
pub(crate) fn all_of<S: AsRef<str>>(names: &[S]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.split_last() {
        Some((last, first)) if !first.is_empty() => {
            t!("list-all", first = &first.join(", "), last = *last)
        }
        _ => names.concat(),
    }
}

/// "a, b or c"
pub(crate) fn one_of<S: AsRef<str>>(names: &[S]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.split_last() {
        Some((last, first)) if !first.is_empty() => {
            t!("list-one", first = &first.join(", "), last = *last)
        }
        _ => names.concat(),
    }
}

/// "just now", "2 minutes ago", "3 days ago".
pub(crate) fn ago(then: OffsetDateTime, now: OffsetDateTime) -> String {
    let seconds = (now - then).whole_seconds().max(0);
    match seconds {
        0..60 => t!("time-now"),
        60..3_600 => t!("time-ago-minutes", count = seconds / 60),
        3_600..86_400 => t!("time-ago-hours", count = seconds / 3_600),
        _ => t!("time-ago-days", count = seconds / 86_400),
    }
}

/// A state inside of a sentence, in the reader's language; a word that is none stays as it is.
pub(crate) fn in_state(word: impl Display) -> String {
    let word = word.to_string();
    match word.as_str() {
        "accepted" => t!("is-accepted"),
        "active" => t!("is-active"),
        "approved" => t!("is-approved"),
        "cancelled" => t!("is-cancelled"),
        "closed" => t!("is-closed"),
        "closing" => t!("is-closing"),
        "deprecated" => t!("is-deprecated"),
        "disabled" => t!("is-disabled"),
        "done" => t!("is-done"),
        "draft" => t!("is-draft"),
        "ended" => t!("is-ended"),
        "expired" => t!("is-expired"),
        "failed" => t!("is-failed"),
        "production" => t!("is-production"),
        "sandbox" => t!("is-sandbox"),
        "paused" => t!("is-paused"),
        "pending" => t!("is-pending"),
        "published" => t!("is-published"),
        "rejected" => t!("is-rejected"),
        "retired" => t!("is-retired"),
        "revoked" => t!("is-revoked"),
        "running" => t!("is-running"),
        "scheduled" => t!("is-scheduled"),
        "staging" => t!("is-staging"),
        "superseded" => t!("is-superseded"),
        "suspended" => t!("is-suspended"),
        "waiting" => t!("is-waiting"),
        "withdrawn" => t!("is-withdrawn"),
        _ => word,
    }
}

/// That something has come about, by whom and how long ago as far as that is known.
pub(crate) fn already(
    state: &str,
    name: Option<&String>,
    at: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> String {
    let state = in_state(state);
    match (name, at.map(|at| ago(at, now))) {
        (Some(name), Some(ago)) => t!(
            "refused-access-already-by-ago",
            state = &state,
            name = name,
            ago = &ago
        ),
        (Some(name), None) => t!("refused-access-already-by", state = &state, name = name),
        (None, Some(ago)) => t!("refused-access-already-ago", state = &state, ago = &ago),
        (None, None) => t!("refused-access-already", state = &state),
    }
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
