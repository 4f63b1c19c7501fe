//! Times, numbers and ages as people read them. Times come in as arguments; nothing here looks at a clock.

use askama::Template;
use askama::filters::HtmlSafe;
use gatehouse_language::{spoken, t};
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
            absolute: t!("date-exact", day = day(at), clock = clock(at)),
            words,
        }
    }
}

/// "20 Nov 2026".
pub(crate) fn day(at: OffsetDateTime) -> String {
    // A year is no amount: as text it is not grouped.
    t!(
        "date-day",
        day = i32::from(at.day()),
        month = i32::from(u8::from(at.month())),
        year = at.year().to_string(),
    )
}

/// "20 Nov".
pub(crate) fn short_day(at: OffsetDateTime) -> String {
    t!(
        "date-short",
        day = i32::from(at.day()),
        month = i32::from(u8::from(at.month())),
    )
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
        return t!("time-now");
    }
    if size > Duration::days(30) {
        return day(at);
    }
    if distance.is_negative() {
        ahead(size)
    } else {
        gone(size)
    }
}

fn ahead(size: Duration) -> String {
    match size {
        s if s >= Duration::days(1) => t!("time-in-days", count = s.whole_days()),
        s if s >= Duration::hours(1) => t!("time-in-hours", count = s.whole_hours()),
        s if s >= Duration::minutes(1) => t!("time-in-minutes", count = s.whole_minutes()),
        s => t!("time-in-seconds", count = s.whole_seconds()),
    }
}

fn gone(size: Duration) -> String {
    match size {
        s if s >= Duration::days(1) => t!("time-ago-days", count = s.whole_days()),
        s if s >= Duration::hours(1) => t!("time-ago-hours", count = s.whole_hours()),
        s if s >= Duration::minutes(1) => t!("time-ago-minutes", count = s.whole_minutes()),
        s => t!("time-ago-seconds", count = s.whole_seconds()),
    }
}

/// How long something waits: "48 min", "5 h 10 min", "3 d 2 h".
pub(crate) fn age(size: Duration) -> String {
    let minutes = size.whole_minutes().max(0);
    match minutes {
        0 => t!("age-short"),
        m if m < 60 => t!("age-minutes", minutes = m),
        m if m < 60 * 24 => t!("age-hours", hours = m / 60, minutes = m % 60),
        m => t!("age-days", days = m / (60 * 24), hours = m / 60 % 24),
    }
}

/// Groups thousands as the language does: 1,234,567.
pub(crate) fn grouped(value: impl Into<i128>) -> String {
    gatehouse_language::grouped(value.into(), spoken())
}

#[cfg(test)]
mod tests {
    use super::{When, age, grouped, relative};
    use gatehouse_domain::Language;
    use gatehouse_language::speaking_now;
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
        let in_german = |at| speaking_now(Language::German, || relative(at, now));
        assert_eq!(in_german(now - Duration::days(3)), "vor 3 Tagen");
        assert_eq!(in_german(now + Duration::days(1)), "in 1 Tag");
        assert_eq!(in_german(now - Duration::days(40)), "11. Okt. 2026");
        assert!(
            When::ago(now, now)
                .to_string()
                .contains("title=\"20 Nov 2026, 11:38:00 UTC\"")
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
    }
}
