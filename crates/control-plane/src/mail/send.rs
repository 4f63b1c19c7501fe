//! Sending what is due. Safe to run in any number of processes: each mail is leased to one of them at a time.

use std::time::Duration as Wait;

use gatehouse_domain::id::TenantId;
use gatehouse_runtime::random;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::mailer::{Failure, Outgoing, Smtp};
use super::{Links, Mailer, filled, open_token};
use crate::branding;
use crate::db::Db;
use crate::emails::dressed;
use crate::refusal::Refusal;

/// Most mails of one call.
const BATCH: usize = 50;
/// A mail whose sender died is taken up again after this long; longer than any one sending takes.
const LEASE: Duration = Duration::minutes(3);
/// First wait after a failure; it doubles with each.
const WAIT_MIN: Wait = Wait::from_secs(1);
const WAIT_MAX: Wait = Wait::from_secs(15 * 60);
/// A mail nobody took for this long is given up.
const GIVE_UP: Duration = Duration::hours(24);

/// What one call did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Mails the server took.
    pub sent: usize,
    /// Mails kept because there is no server.
    pub held: usize,
    /// Mails to be tried again.
    pub failed: usize,
    /// Mails given up.
    pub dead: usize,
}

struct Due {
    id: Uuid,
    tenant_id: Uuid,
    slug: String,
    to_address: String,
    subject: String,
    body_text: String,
    body_html: String,
    sealed_token: Option<Vec<u8>>,
    attempts: i32,
    created_at: OffsetDateTime,
}

/// Sends the mails that are due, oldest first. Stops early while the server cannot be reached. A background verb.
pub async fn send_due(db: &Db, mailer: &Mailer, links: &Links) -> Result<Sent, Refusal> {
    let mut done = Sent::default();
    for _ in 0..BATCH {
        let Some(due) = lease(db).await? else { break };
        let failure = match mailer {
            Mailer::Held => {
                hold(db, &due, links).await?;
                done.held += 1;
                continue;
            }
            Mailer::Smtp(smtp) => deliver(db, smtp, &due, links).await?,
        };
        let Some(failure) = failure else {
            done.sent += 1;
            continue;
        };
        if fail(db, &due, &failure).await? {
            done.dead += 1;
        } else {
            done.failed += 1;
        }
        if failure.unreachable {
            break;
        }
    }
    Ok(done)
}

/// Takes one mail for this process. The attempt counts from here, so a mail that kills its sender is not tried for ever.
async fn lease(db: &Db) -> Result<Option<Due>, Refusal> {
    let now = db.clock().now();
    let mut tx = db.system().await?;
    let due = sqlx::query_as!(
        Due,
        "update mail m set attempts = m.attempts + 1, next_at = $2
         from tenant t
         where t.id = m.tenant_id
           and m.id = (select id from mail where state = 'pending' and next_at <= $1
                       order by next_at, id limit 1 for update skip locked)
         returning m.id, m.tenant_id, t.slug, m.to_address, m.subject, m.body_text, m.body_html, m.sealed_token, m.attempts, m.created_at",
        now,
        now + LEASE,
    )
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(due)
}

fn token_of(db: &Db, due: &Due) -> Result<Zeroizing<String>, Refusal> {
    match &due.sealed_token {
        Some(sealed) => Ok(open_token(db, due.id, sealed)?.0),
        None => Ok(Zeroizing::default()),
    }
}

async fn deliver(
    db: &Db,
    smtp: &Smtp,
    due: &Due,
    links: &Links,
) -> Result<Option<Failure>, Refusal> {
    let portal = links.of_tenant(&due.slug);
    let token = token_of(db, due)?;
    // The look is that of the moment a mail leaves, not of the one it was written in: the queue holds no copy of a logo for each
    // mail, one that was taken away leaves no more, and mails that an earlier release wrote have it too. It is read as the tenant,
    // so that it is nobody else's.
    let look = {
        let mut tx = db.tenant(TenantId::from_uuid(due.tenant_id)).await?;
        branding::look_of_mails(&mut tx).await?
    };
    let html = filled(&due.body_html, &portal, &token);
    let outgoing = Outgoing {
        id: due.id,
        to: &due.to_address,
        subject: &due.subject,
        text: filled(&due.body_text, &portal, &token),
        html: dressed(look.as_ref(), html),
        logo: look.as_ref().and_then(|look| look.logo.as_ref()),
        now: due.created_at,
    };
    if let Err(failure) = smtp.send(outgoing).await {
        return Ok(Some(failure));
    }
    let mut tx = db.system().await?;
    sqlx::query!(
        "update mail set state = 'sent', sent_at = $2, last_error = null, sealed_token = null where id = $1",
        due.id,
        db.clock().now()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(None)
}

async fn hold(db: &Db, due: &Due, links: &Links) -> Result<(), Refusal> {
    let text = filled(
        &due.body_text,
        &links.of_tenant(&due.slug),
        &token_of(db, due)?,
    );
    let link = text
        .lines()
        .find(|line| line.starts_with(&links.portal_url))
        .unwrap_or_default();
    let mut tx = db.system().await?;
    sqlx::query!("update mail set state = 'held' where id = $1", due.id)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    // The link is logged on purpose: without a mail server this is how it reaches its reader.
    tracing::info!(
        to = due.to_address,
        subject = due.subject,
        link,
        "mail held: no mail server is set"
    );
    Ok(())
}

/// Plans the next attempt, or gives up; says whether it gave up.
async fn fail(db: &Db, due: &Due, failure: &Failure) -> Result<bool, Refusal> {
    let now = db.clock().now();
    let dead = failure.permanent || now - due.created_at >= GIVE_UP;
    let next_at = now + random::jitter(wait_after(due.attempts));
    let mut tx = db.system().await?;
    sqlx::query!(
        "update mail set state = $2, next_at = $3, last_error = $4,
                         sealed_token = case when $2 = 'dead' then null else sealed_token end
         where id = $1",
        due.id,
        if dead { "dead" } else { "pending" },
        next_at,
        failure.reason,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    tracing::warn!(
        mail = %due.id,
        attempts = due.attempts,
        dead,
        reason = failure.reason,
        "mail not sent"
    );
    Ok(dead)
}

fn wait_after(attempts: i32) -> Wait {
    let doublings = attempts.saturating_sub(1).clamp(0, 20).unsigned_abs();
    WAIT_MIN.saturating_mul(1 << doublings).min(WAIT_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let seconds = [1, 2, 3, 10, 11, 1_000, i32::MAX].map(|n| wait_after(n).as_secs());
        assert_eq!(seconds, [1, 2, 4, 512, 900, 900, 900]);
    }
}
