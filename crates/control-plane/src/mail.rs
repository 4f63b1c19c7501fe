//! The mail queue: written in the transaction that causes a mail, emptied in the background.
//!
//! One-time tokens lie sealed beside their mail and are put into the link when it is sent, so neither a dump of this table
//! nor a list of it opens an account.

mod mailer;
mod send;
mod templates;

use gatehouse_domain::Permission;
use gatehouse_domain::id::EventId;
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

pub use mailer::{Mailer, MailerFault};
pub use send::{Sent, send_due};
pub use templates::{TemplateView, TestMail, get_template, list_templates, send_test};

use crate::actor::Actor;
use crate::db::Db;
use crate::emails::{Letter, PORTAL, TOKEN};
use crate::one_time::OneTimeToken;
use crate::page::{Listed, Page};
use crate::refusal::Refusal;
use crate::work::Work;

/// Purpose of the sealing key.
const SEAL: &str = "mail-token/1";

/// What links in mails are built from: a setting, never a request.
#[derive(Debug, Clone)]
pub struct Links {
    /// The portal's public address without a trailing slash.
    pub portal_url: String,
}

impl Links {
    /// Links below an address.
    pub fn new(portal_url: impl Into<String>) -> Self {
        let portal_url: String = portal_url.into();
        Self {
            portal_url: portal_url.trim_end_matches('/').to_owned(),
        }
    }

    /// The portal of one tenant.
    pub fn of_tenant(&self, slug: &str) -> String {
        format!("{}/t/{slug}", self.portal_url)
    }
}

/// A mail to be queued.
pub(crate) struct NewMail {
    pub(crate) to: String,
    pub(crate) letter: Letter,
    pub(crate) token: Option<OneTimeToken>,
}

/// Queues a mail in a unit of work.
pub(crate) async fn queue(work: &mut Work<'_>, mail: NewMail) -> Result<(), Refusal> {
    let (id, tenant, now) = (work.new_id::<Uuid>(), work.tenant(), work.now());
    let sealed = match &mail.token {
        Some(token) => Some(
            work.db()
                .keys()
                .seal(SEAL, &place(id), token.0.as_bytes())?,
        ),
        None => None,
    };
    insert(work.conn(), id, tenant, None, &mail, sealed, now).await
}

/// Queues a mail because of an event; the second one of an event to an address is not written.
pub(crate) async fn queue_for_event(
    conn: &mut PgConnection,
    tenant: Uuid,
    event: EventId,
    mail: &NewMail,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    let id = gatehouse_runtime::random::uuid_v7(now);
    insert(conn, id, tenant, Some(event), mail, None, now).await
}

/// Queues a mail that no single event causes.
pub(crate) async fn queue_for_many(
    conn: &mut PgConnection,
    tenant: Uuid,
    mail: &NewMail,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    let id = gatehouse_runtime::random::uuid_v7(now);
    insert(conn, id, tenant, None, mail, None, now).await
}

async fn insert(
    conn: &mut PgConnection,
    id: Uuid,
    tenant: Uuid,
    event: Option<EventId>,
    mail: &NewMail,
    sealed_token: Option<Vec<u8>>,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    sqlx::query!(
        "insert into mail (id, tenant_id, event_id, to_address, template, subject, body_text, body_html, sealed_token, state,
                           next_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', $10, $10)
         on conflict (tenant_id, event_id, to_address) do nothing",
        id,
        tenant,
        event.map(EventId::uuid),
        mail.to,
        mail.letter.template,
        mail.letter.subject,
        mail.letter.text,
        mail.letter.html,
        sealed_token,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn place(id: Uuid) -> String {
    format!("mail/{id}")
}

/// A body with its links filled in.
fn filled(body: &str, portal: &str, token: &str) -> String {
    body.replace(PORTAL, portal).replace(TOKEN, token)
}

/// A mail as the outbox page shows it.
#[derive(Debug, Clone, Serialize)]
pub struct MailView {
    /// Names it in lists.
    pub id: Uuid,
    /// To whom.
    pub to_address: String,
    /// Which template.
    pub template: String,
    /// One line.
    pub subject: String,
    /// The text part.
    pub body_text: String,
    /// `pending`, `sent`, `held` or `dead`.
    pub state: String,
    /// How often sending was tried.
    pub attempts: i32,
    /// What the mail server said last.
    pub last_error: Option<String>,
    /// When it was written.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was sent.
    #[serde(with = "time::serde::rfc3339::option")]
    pub sent_at: Option<OffsetDateTime>,
}

/// How much of the outbox a reader may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutboxAccess {
    /// Those who manage the tenant, and never a one-time link: it would be the reader's way into another's account.
    Managed,
    /// Everybody, links too. For the demo, which listens on the loopback address only.
    Demo,
}

/// The tenant's mails, newest first.
pub async fn list_mail(
    db: &Db,
    actor: &Actor,
    links: &Links,
    access: OutboxAccess,
    page: &Page,
) -> Result<Listed<MailView>, Refusal> {
    if access == OutboxAccess::Managed {
        actor.require(Permission::TenantManage)?;
    }
    let mut tx = db.tenant(actor.tenant()).await?;
    let rows = sqlx::query!(
        "select m.id, m.to_address, m.template, m.subject, m.body_text, m.sealed_token, m.state, m.attempts, m.last_error,
                m.created_at, m.sent_at, t.slug
         from mail m join tenant t on t.id = m.tenant_id
         where m.tenant_id = $1 and ($2::uuid is null or m.id < $2)
         order by m.id desc limit $3",
        actor.tenant().uuid(),
        page.after,
        page.fetch(),
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let token = match (&row.sealed_token, access) {
            (Some(sealed), OutboxAccess::Demo) => open_token(db, row.id, sealed)?.0,
            _ => "…".to_owned().into(),
        };
        views.push(MailView {
            id: row.id,
            to_address: row.to_address,
            template: row.template,
            subject: row.subject,
            body_text: filled(&row.body_text, &links.of_tenant(&row.slug), &token),
            state: row.state,
            attempts: row.attempts,
            last_error: row.last_error,
            created_at: row.created_at,
            sent_at: row.sent_at,
        });
    }
    Ok(Listed::cut(views, page, |view| view.id))
}

fn open_token(db: &Db, id: Uuid, sealed: &[u8]) -> Result<OneTimeToken, Refusal> {
    let bytes = db.keys().open(SEAL, &place(id), sealed)?;
    let text = String::from_utf8(bytes.to_vec()).map_err(anyhow::Error::from)?;
    Ok(OneTimeToken(text.into()))
}
