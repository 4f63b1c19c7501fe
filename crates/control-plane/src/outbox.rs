//! From events to notices, mails and webhooks, exactly once.
//!
//! An event, its notices, its mails, its webhook deliveries and the mark that it was published are one transaction, so a dispatcher that dies
//! leaves either all of it or nothing; any number of dispatchers may run.

mod certificates;
mod deliveries;
mod descriptions;
mod ended_jobs;
mod incidents;
mod late_decisions;
mod new_terms;
mod recipients;
mod request_messages;
mod talk;

use std::collections::HashSet;

use gatehouse_domain::id::{EventId, NotificationId};
use gatehouse_domain::notice::MailPreference;
use gatehouse_language::speaking;
use gatehouse_runtime::random;
use serde_json::Value;
use sqlx::postgres::PgConnection;
use sqlx::{Postgres, Transaction};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

pub use crate::mail::Links;

use crate::db::Db;
use crate::emails::Letter;
use crate::mail::{self, NewMail};
use crate::refusal::Refusal;
use crate::{accounts, notices, webhooks};
use recipients::Person;

/// After how long an event that could not be published is tried again, twice as long each time.
const AGAIN_AFTER: Duration = Duration::seconds(5);
/// At most.
const AGAIN_AFTER_MAX: Duration = Duration::minutes(10);

/// Most events of one call.
const BATCH: usize = 200;

struct Event {
    id: Uuid,
    tenant_id: Uuid,
    kind: String,
    subject: String,
    payload: Value,
    at: OffsetDateTime,
}

/// What one person gets of one event.
struct Delivery {
    to: Person,
    title: String,
    body: String,
    /// A path inside the portal.
    link: String,
    letter: Option<Letter>,
}

/// Publishes the events that wait, oldest first, and says how many. A background verb.
pub async fn dispatch(db: &Db) -> Result<usize, Refusal> {
    for done in 0..BATCH {
        if !dispatch_one(db).await? {
            return Ok(done);
        }
    }
    Ok(BATCH)
}

async fn dispatch_one(db: &Db) -> Result<bool, Refusal> {
    let now = db.clock().now();
    let mut tx = db.system().await?;
    let event = sqlx::query_as!(
        Event,
        "select id, tenant_id, type as kind, subject, payload, at from outbox
         where published_at is null and (next_at is null or next_at <= $1)
         order by at, id limit 1 for update skip locked",
        now,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(event) = event else { return Ok(false) };
    let id = event.id;
    match publish(tx, event, now).await {
        Ok(()) => Ok(true),
        Err(refusal) => {
            put_off(db, id, now).await?;
            Err(refusal)
        }
    }
}

/// Tries an event that could not be published again later, so that those behind it, of other tenants too, do not wait for it.
async fn put_off(db: &Db, event: Uuid, now: OffsetDateTime) -> Result<(), Refusal> {
    let mut tx = db.system().await?;
    let attempts = sqlx::query_scalar!(
        "update outbox set attempts = attempts + 1 where id = $1 returning attempts",
        event
    )
    .fetch_one(&mut *tx)
    .await?;
    let wait = AGAIN_AFTER_MAX.min(AGAIN_AFTER * 2_i32.saturating_pow(attempts.unsigned_abs() - 1));
    sqlx::query!(
        "update outbox set next_at = $2 where id = $1",
        event,
        now + wait
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// All that an event leads to, in one transaction.
async fn publish(
    mut tx: Transaction<'static, Postgres>,
    event: Event,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    for delivery in told(&mut tx, &event).await? {
        deliver(&mut tx, &event, delivery, now).await?;
    }
    let published = webhooks::Published {
        id: event.id,
        tenant: event.tenant_id,
        kind: &event.kind,
        subject: &event.subject,
        payload: &event.payload,
        at: event.at,
    };
    webhooks::fan_out(&mut tx, &published, now).await?;
    sqlx::query!(
        "update outbox set published_at = $2 where id = $1",
        event.id,
        now
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Everybody's share, each in the language of whoever gets it: what is told is made once for every language among them.
async fn told(conn: &mut PgConnection, event: &Event) -> Result<Vec<Delivery>, Refusal> {
    let mut told = deliveries::of(conn, event).await?;
    let people: Vec<Uuid> = told.iter().map(|delivery| delivery.to.id).collect();
    for readers in accounts::readers(conn, &people).await? {
        let said = speaking(readers.language, deliveries::of(conn, event)).await?;
        let people: HashSet<Uuid> = readers.people.into_iter().collect();
        let theirs = |delivery: &Delivery| people.contains(&delivery.to.id);
        told.retain(|delivery| !theirs(delivery));
        told.extend(said.into_iter().filter(theirs));
    }
    Ok(told)
}

/// Writes one person's share. The unique keys on (event, person) are the second guard against writing it twice.
async fn deliver(
    conn: &mut PgConnection,
    event: &Event,
    delivery: Delivery,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    let id: NotificationId = random::uuid_v7(now).into();
    sqlx::query!(
        "insert into notification (id, tenant_id, user_id, event_id, type, title, body, link, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (tenant_id, event_id, user_id) do nothing",
        id.uuid(),
        event.tenant_id,
        delivery.to.id,
        event.id,
        event.kind,
        delivery.title,
        delivery.body,
        delivery.link,
        event.at,
    )
    .execute(&mut *conn)
    .await?;
    let Some(letter) = delivery.letter else {
        return Ok(());
    };
    let user = delivery.to.id;
    match notices::preference_of(conn, event.tenant_id, user, &event.kind).await? {
        MailPreference::Immediate => {}
        MailPreference::Off => return Ok(()),
        collected => {
            let item = notices::Item {
                tenant: event.tenant_id,
                user,
                event: event.id,
                subject: &letter.subject,
            };
            return notices::keep(conn, &item, collected, now).await;
        }
    }
    let mail = NewMail {
        to: delivery.to.email,
        letter,
        token: None,
    };
    let event_id = EventId::from_uuid(event.id);
    mail::queue_for_event(conn, event.tenant_id, event_id, &mail, now).await
}
