//! Mails that tell several things at once. What is to be told waits in rows of its own; writing the mail and removing what it
//! tells are one transaction, so each is told once however many do this at the same time.

use gatehouse_domain::notice::MailPreference;
use gatehouse_domain::plan::QuotaPeriod;
use gatehouse_language::speaking_now;
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::db::Db;
use crate::mail::{self, NewMail};
use crate::refusal::Refusal;
use crate::usage::window_start;
use crate::{accounts, emails};

/// The hour of the tenant's day at which daily mail is due.
const DAILY_AT: Duration = Duration::hours(7);
/// Most mails of one call.
const MAILS_AT_ONCE: usize = 200;

/// Something that is told together with others.
pub(crate) struct Item<'a> {
    pub(crate) tenant: Uuid,
    pub(crate) user: Uuid,
    pub(crate) event: Uuid,
    pub(crate) subject: &'a str,
}

/// Keeps an item until its mail is due. The second one of an event for a person is not kept.
pub(crate) async fn keep(
    conn: &mut PgConnection,
    item: &Item<'_>,
    preference: MailPreference,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    let zone = sqlx::query_scalar!("select time_zone from tenant where id = $1", item.tenant)
        .fetch_one(&mut *conn)
        .await?;
    sqlx::query!(
        "insert into digest_item (tenant_id, event_id, user_id, subject, due_at) values ($1, $2, $3, $4, $5)
         on conflict (tenant_id, event_id, user_id) do nothing",
        item.tenant,
        item.event,
        item.user,
        item.subject,
        due(preference, now, &zone),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The next full hour, or the next 7 o'clock of the tenant.
fn due(preference: MailPreference, now: OffsetDateTime, zone: &str) -> OffsetDateTime {
    if preference == MailPreference::Hourly {
        let past = now.unix_timestamp().rem_euclid(3_600);
        let hour = now - Duration::seconds(past);
        return hour.replace_nanosecond(0).unwrap_or(hour) + Duration::HOUR;
    }
    let (today, tomorrow) = window_start(QuotaPeriod::Day, now, zone);
    let morning = today + DAILY_AT;
    if now < morning {
        morning
    } else {
        tomorrow + DAILY_AT
    }
}

/// Writes the mails that are due, and says how many. A background verb.
pub async fn send_digests(db: &Db) -> Result<usize, Refusal> {
    for done in 0..MAILS_AT_ONCE {
        if !send_one(db).await? {
            return Ok(done);
        }
    }
    Ok(MAILS_AT_ONCE)
}

async fn send_one(db: &Db) -> Result<bool, Refusal> {
    let now = db.clock().now();
    let mut tx = db.system().await?;
    let due = sqlx::query!(
        "select tenant_id, user_id from digest_item where due_at <= $1 order by due_at, tenant_id, user_id limit 1",
        now,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(due) = due else { return Ok(false) };
    // All of a person's, locked in one order: of two that do this the second waits, and finds nothing left.
    let mut subjects = sqlx::query!(
        "with due as materialized (
             select tenant_id, event_id, user_id from digest_item
             where tenant_id = $1 and user_id = $2 and due_at <= $3 order by event_id for update)
         delete from digest_item d using due
         where d.tenant_id = due.tenant_id and d.event_id = due.event_id and d.user_id = due.user_id
         returning d.event_id, d.subject",
        due.tenant_id,
        due.user_id,
        now,
    )
    .fetch_all(&mut *tx)
    .await?;
    if subjects.is_empty() {
        return Ok(true);
    }
    subjects.sort_by_key(|item| item.event_id);
    let person = sqlx::query!(
        "select u.email, u.language, t.name as tenant
         from membership m join app_user u on u.id = m.user_id join tenant t on t.id = m.tenant_id
         where m.tenant_id = $1 and m.user_id = $2 and m.status = 'active' and u.status = 'active'",
        due.tenant_id,
        due.user_id,
    )
    .fetch_optional(&mut *tx)
    .await?;
    // Whoever left meanwhile is told nothing.
    if let Some(person) = person {
        let subjects: Vec<String> = subjects.into_iter().map(|item| item.subject).collect();
        let language = accounts::mailed_in(person.language.as_deref());
        let mail = NewMail {
            to: person.email,
            letter: speaking_now(language, || emails::digest(&person.tenant, &subjects)),
            token: None,
        };
        mail::queue_for_many(&mut tx, due.tenant_id, &mail, now).await?;
    }
    tx.commit().await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn hourly_mail_is_due_at_the_full_hour_and_daily_mail_at_seven_of_the_tenant() {
        let hourly = |now| due(MailPreference::Hourly, now, "Europe/Berlin");
        assert_eq!(
            hourly(datetime!(2026-11-20 12:00:00.5 UTC)),
            datetime!(2026-11-20 13:00 UTC)
        );
        assert_eq!(
            hourly(datetime!(2026-11-20 12:59:59 UTC)),
            datetime!(2026-11-20 13:00 UTC)
        );
        let daily = |now| due(MailPreference::Daily, now, "Europe/Berlin");
        assert_eq!(
            daily(datetime!(2026-11-20 05:59:59 UTC)),
            datetime!(2026-11-20 06:00 UTC)
        );
        assert_eq!(
            daily(datetime!(2026-11-20 06:00 UTC)),
            datetime!(2026-11-21 06:00 UTC)
        );
    }
}
