//! What requester and approvers write to one another about a request. Text only, and bounded: it is shown as it was written.

use gatehouse_domain::id::{MessageId, SubscriptionId, UserId};
use gatehouse_domain::subscription::RequestSide;
use gatehouse_language::t;
use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;

use super::rights::Rights;
use super::row::{self, Row};
use super::store;
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::refs::PersonRef;
use crate::refusal::{Faults, Refusal};
use crate::words::known;
use crate::work::{Changed, Work};

/// Most messages about one subscription.
pub const MESSAGES_MAX: i64 = 200;
/// Longest message, in characters.
pub const MESSAGE_MAX: usize = 2000;

/// Something said about a request.
#[derive(Debug, Clone, Serialize)]
pub struct MessageView {
    /// Identity.
    pub id: MessageId,
    /// For which side it speaks.
    pub side: RequestSide,
    /// Who wrote it.
    pub author: PersonRef,
    /// In their words.
    pub text: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// What was said, and for whom the reader would speak.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// Oldest first.
    pub messages: Vec<MessageView>,
    /// For which side the reader writes; `None`: they only look on.
    pub speaks_for: Option<RequestSide>,
}

/// Writes to the other side of a request, who are told.
pub async fn send_message(
    db: &Db,
    actor: &Actor,
    subscription: SubscriptionId,
    text: &str,
) -> Result<Changed<MessageView>, Refusal> {
    let mut faults = Faults::default();
    let text = faults.text("/text", text, MESSAGE_MAX);
    faults.finish()?;
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    let rights = Rights::of(work.conn(), actor, now).await?;
    // The lock lets two who write the last message that fits wait for one another.
    let row = row::lock(work.conn(), rights.person, subscription.uuid()).await?;
    let side = side(&rights, &row)?;
    let author = rights.person.ok_or_else(|| {
        Refusal::NotYours(t!("refused-access-nobody-stands-behind-this-access-token"))
    })?;
    let id: MessageId = work.new_id();
    let tenant = work.tenant();
    let stored = sqlx::query!(
        "insert into subscription_message (id, tenant_id, subscription_id, author_id, side, body, created_at)
         select $1, $2, $3, $4, $5, $6, $7
         where (select count(*) from subscription_message where subscription_id = $3) < $8",
        id.uuid(),
        tenant,
        row.id,
        author,
        side.as_str(),
        text,
        now,
        MESSAGES_MAX,
    )
    .execute(work.conn())
    .await?;
    if stored.rows_affected() == 0 {
        return Err(Refusal::Conflict(t!(
            "refused-access-this-request-has-messages-the-most",
            messages_max = &MESSAGES_MAX
        )));
    }
    work.audit(AuditEntry {
        action: "subscription.message",
        subject: subscription.to_string(),
        after: Some(json!({ "message": id, "side": side })),
        reason: Some(text.clone()),
        ..AuditEntry::default()
    });
    let mut payload = store::payload(&row, &text, Some(author));
    payload["message"] = json!(id);
    payload["side"] = json!(side);
    work.emit("subscription.message", subscription, payload);
    let sent = list(work.conn(), &row).await?;
    let sent = sent.into_iter().find(|message| message.id == id);
    let sent = sent.ok_or(Refusal::NotFound)?;
    work.commit(sent).await
}

/// Everything said about a request, oldest first.
pub async fn list_messages(
    db: &Db,
    actor: &Actor,
    subscription: SubscriptionId,
) -> Result<Conversation, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let rights = Rights::of(&mut tx, actor, db.clock().now()).await?;
    let row = row::find(&mut tx, rights.person, subscription.uuid())
        .await?
        .filter(|row| rights.may_see(row))
        .ok_or(Refusal::NotFound)?;
    Ok(Conversation {
        messages: list(&mut tx, &row).await?,
        speaks_for: side(&rights, &row).ok().filter(|_| rights.person.is_some()),
    })
}

/// For which side somebody speaks: for the team that asks, where they belong to it, else for those who decide. Whoever only
/// looks on says nothing.
fn side(rights: &Rights, row: &Row) -> Result<RequestSide, Refusal> {
    if !rights.may_see(row) {
        return Err(Refusal::NotFound);
    }
    let consumer = rights.is_consumer(row);
    let asked = rights.person.is_some() && rights.person == row.requested_by;
    if consumer && (row.own || asked) {
        return Ok(RequestSide::Requester);
    }
    match rights.authority(row, row.requested_by) {
        Ok(_) => Ok(RequestSide::Approver),
        Err(_) if consumer => Ok(RequestSide::Requester),
        Err(refusal) => Err(refusal),
    }
}

async fn list(
    conn: &mut sqlx::postgres::PgConnection,
    row: &Row,
) -> Result<Vec<MessageView>, Refusal> {
    let rows = sqlx::query!(
        "select m.id, m.side, m.body, m.created_at, m.author_id, u.name
         from subscription_message m join app_user u on u.id = m.author_id
         where m.subscription_id = $1 order by m.id limit $2",
        row.id,
        MESSAGES_MAX,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(MessageView {
                id: row.id.into(),
                side: known(RequestSide::parse(&row.side), &row.side)?,
                author: PersonRef {
                    id: UserId::from_uuid(row.author_id),
                    name: row.name,
                },
                text: row.body,
                created_at: row.created_at,
            })
        })
        .collect()
}
