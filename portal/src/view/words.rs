//! Times, numbers and ages as people read them. Times come in as arguments; nothing here looks at a clock.

use crate::view::shell::capital;
use askama::Template;
use askama::filters::HtmlSafe;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Duration, OffsetDateTime};

/// A moment: relative words, exact UTC time on hover and for machines.
#[derive(Debug, Clone, Template)]
#[template(path = "components/when.html")]
pub(crate) struct When {
    exact: String,
    absolute: String,
    words: String,
}

impl HtmlSafe for When {}

impl When {
    /// Relative to `now`: "4 minutes ago", "in 3 days"; beyond a month the date itself.
    pub(crate) fn ago(at: OffsetDateTime, now: OffsetDateTime) -> Self {
        Self::saying(at, relative(at, now))
    }

    /// The day: "20 Nov 2026".
    pub(crate) fn day(at: OffsetDateTime) -> Self {
        Self::saying(at, day(at))
    }

    fn saying(at: OffsetDateTime, words: String) -> Self {
        Self {
            exact: at.format(&Rfc3339).unwrap_or_default(),
            absolute: format!("{}, {} UTC", day(at), clock(at)),
            words,
        }
    }
}

/// "20 Nov 2026".
pub(crate) fn day(at: OffsetDateTime) -> String {
    at.format(format_description!(
        "[day padding:none] [month repr:short] [year]"
    ))
    .unwrap_or_default()
}

/// "20 Nov".
pub(crate) fn short_day(at: OffsetDateTime) -> String {
    at.format(format_description!("[day padding:none] [month repr:short]"))
        .unwrap_or_default()
}

/// "11:33:51".
pub(crate) fn clock(at: OffsetDateTime) -> String {
    at.format(format_description!("[hour]:[minute]:[second]"))
        .unwrap_or_default()
}

/// "4 minutes ago", "in 3 days", or the date when further off than 30 days.
pub(crate) fn relative(at: OffsetDateTime, now: OffsetDateTime) -> String {
    let distance = now - at;
    let size = distance.abs();
    if size < Duration::seconds(5) {
        return "just now".to_owned();
    }
    if size > Duration::days(30) {
        return day(at);
    }
    let (count, unit) = whole(size);
    let unit = if count == 1 {
        unit.to_owned()
    } else {
        format!("{unit}s")
    };
    if distance.is_negative() {
        format!("in {count} {unit}")
    } else {
        format!("{count} {unit} ago")
    }
}

fn whole(size: Duration) -> (i64, &'static str) {
    match size {
        s if s >= Duration::days(1) => (s.whole_days(), "day"),
        s if s >= Duration::hours(1) => (s.whole_hours(), "hour"),
        s if s >= Duration::minutes(1) => (s.whole_minutes(), "minute"),
        s => (s.whole_seconds(), "second"),
    }
}

/// How long something waits: "48 min", "5 h 10 min", "3 d 2 h".
pub(crate) fn age(size: Duration) -> String {
    let minutes = size.whole_minutes().max(0);
    match minutes {
        0 => "under 1 min".to_owned(),
        m if m < 60 => format!("{m} min"),
        m if m < 60 * 24 => format!("{} h {} min", m / 60, m % 60),
        m => format!("{} d {} h", m / (60 * 24), m / 60 % 24),
    }
}

/// Groups thousands: 1,234,567.
pub(crate) fn grouped(value: impl Into<i128>) -> String {
    let value: i128 = value.into();
    let digits = value.unsigned_abs().to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        shown.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// "1 gateway", "3 gateways".
pub(crate) fn count(n: usize, noun: &str) -> String {
    if n == 1 {
        format!("1 {noun}")
    } else {
        format!("{} {noun}s", grouped(i128::try_from(n).unwrap_or(0)))
    }
}

/// `subscription.request_plan_change` as "Subscription: request plan change", `api.create` as "API: create".
pub(crate) fn action_words(action: &str) -> String {
    let words = action.replacen('.', ": ", 1).replace('_', " ");
    match words.strip_prefix("api:") {
        Some(done) => format!("API:{done}"),
        None => capital(&words),
    }
}

#[cfg(test)]
mod tests {
    use super::{When, action_words, age, count, grouped, relative};
    use time::Duration;
    use time::macros::datetime;

    #[test]
    fn times_read_relative_near_and_absolute_far() {
        let now = datetime!(2026-11-20 11:38:00 UTC);
        assert_eq!(relative(now - Duration::minutes(4), now), "4 minutes ago");
        assert_eq!(relative(now - Duration::seconds(61), now), "1 minute ago");
        assert_eq!(relative(now + Duration::days(3), now), "in 3 days");
        assert_eq!(relative(now - Duration::days(40), now), "11 Oct 2026");
        assert_eq!(relative(now, now), "just now");
        assert!(
            When::ago(now, now)
                .to_string()
                .contains("title=\"20 Nov 2026, 11:38:00 UTC\"")
        );
    }

    #[test]
    fn actions_read_as_words() {
        assert_eq!(action_words("api.create"), "API: create");
        assert_eq!(
            action_words("subscription.request_plan_change"),
            "Subscription: request plan change"
        );
    }

    #[test]
    fn numbers_and_ages_carry_their_units() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(-100), "-100");
        assert_eq!(grouped(999), "999");
        assert_eq!(age(Duration::minutes(310)), "5 h 10 min");
        assert_eq!(age(Duration::hours(50)), "2 d 2 h");
        assert_eq!(age(Duration::seconds(-5)), "under 1 min");
        assert_eq!(count(1, "key"), "1 key");
        assert_eq!(count(2000, "key"), "2,000 keys");
    }
}
