//! What one person may do so often within an hour, and no more.

use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::refusal::Refusal;

/// Lets two of a person's own wait for one another, to the end of the transaction: by a lock on their membership.
pub(crate) async fn one_by_one(conn: &mut PgConnection, person: Uuid) -> Result<(), Refusal> {
    sqlx::query_scalar!(
        "select user_id from membership where user_id = $1 for no key update",
        person
    )
    .fetch_optional(conn)
    .await?;
    Ok(())
}

/// Refuses, until the oldest of as many as there may be is an hour ago. `oldest` is when that was, if there are so many.
pub(crate) fn require_pause(
    oldest: Option<OffsetDateTime>,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    let Some(oldest) = oldest else { return Ok(()) };
    let left = oldest + Duration::HOUR - now;
    // A second too early would be refused again.
    let seconds = (left + Duration::SECOND - Duration::NANOSECOND).whole_seconds();
    Err(Refusal::TooMany(seconds.max(1).unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::require_pause;
    use crate::refusal::Refusal;
    use time::macros::datetime;
    use time::{Duration, OffsetDateTime};

    #[test]
    fn whoever_waits_as_long_as_told_is_an_hour_after_the_oldest() {
        let oldest = datetime!(2026-11-20 10:00:00 UTC);
        let told = |now: OffsetDateTime| match require_pause(Some(oldest), now) {
            Err(Refusal::TooMany(seconds)) => seconds,
            other => panic!("{other:?}"),
        };
        assert_eq!(told(oldest), 3_600);
        assert_eq!(told(oldest + Duration::MILLISECOND), 3_600);
        assert_eq!(told(oldest + Duration::SECOND), 3_599);
        let last = oldest + Duration::HOUR - Duration::MILLISECOND;
        assert_eq!(told(last), 1);
        assert!(require_pause(None, oldest).is_ok());
    }
}
