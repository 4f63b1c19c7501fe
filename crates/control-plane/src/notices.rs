//! Notices to one person, made from events by [`crate::outbox`].

mod digest;
mod preferences;

use gatehouse_domain::Permission;
use gatehouse_domain::id::{NotificationId, TenantId, UserId};
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::actor::Actor;
use crate::db::Db;
use crate::page::{Listed, Page};
use crate::refusal::Refusal;
use crate::work::{Changed, Work};

pub use digest::send_digests;
pub(crate) use digest::{Item, keep};
pub(crate) use preferences::preference_of;
pub use preferences::{
    Choices, EVERY_OTHER, PreferenceView, list_preferences, set_preference, set_preferences,
};

/// A notice.
#[derive(Debug, Clone, Serialize)]
pub struct NotificationView {
    /// Its id.
    pub id: NotificationId,
    /// The event it tells of, such as `subscription.approved`.
    #[serde(rename = "type")]
    pub kind: String,
    /// One line.
    pub title: String,
    /// The reason or next step; may be empty.
    pub body: String,
    /// A path inside the tenant's portal.
    pub link: String,
    /// When the event happened.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was read.
    #[serde(with = "time::serde::rfc3339::option")]
    pub read_at: Option<OffsetDateTime>,
}

/// Which notices to mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// One.
    One(NotificationId),
    /// Every unread one.
    All,
}

/// How much is left in an inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// Notices that were not read yet.
    pub unread: i64,
}

/// The person whose inbox it is; nobody else has one.
fn reader(actor: &Actor) -> Result<Uuid, Refusal> {
    actor.require(Permission::CatalogueRead)?;
    actor.account().map(UserId::uuid)
}

/// The acting person's notices in this tenant, newest first.
pub async fn list_notifications(
    db: &Db,
    actor: &Actor,
    page: &Page,
) -> Result<Listed<NotificationView>, Refusal> {
    let user = reader(actor)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let rows = sqlx::query!(
        "select id, type as kind, title, body, link, created_at, read_at from notification
         where tenant_id = $1 and user_id = $2 and ($3::uuid is null or id < $3)
         order by id desc limit $4",
        actor.tenant().uuid(),
        user,
        page.after,
        page.fetch(),
    )
    .fetch_all(&mut *tx)
    .await?;
    let views = rows
        .into_iter()
        .map(|row| NotificationView {
            id: row.id.into(),
            kind: row.kind,
            title: row.title,
            body: row.body,
            link: row.link,
            created_at: row.created_at,
            read_at: row.read_at,
        })
        .collect();
    Ok(Listed::cut(views, page, |view: &NotificationView| {
        view.id.uuid()
    }))
}

/// How many notices of the acting person are unread; 0 for whoever is none.
pub async fn unread_count(db: &Db, actor: &Actor) -> Result<i64, Refusal> {
    let Ok(user) = actor.account() else {
        return Ok(0);
    };
    let mut tx = db.tenant(actor.tenant()).await?;
    unread(&mut tx, actor.tenant(), user.uuid()).await
}

async fn unread(conn: &mut PgConnection, tenant: TenantId, user: Uuid) -> Result<i64, Refusal> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from notification where tenant_id = $1 and user_id = $2 and read_at is null"#,
        tenant.uuid(),
        user,
    )
    .fetch_one(conn)
    .await?;
    Ok(count)
}

/// Marks the acting person's own notices as read. Marking twice is no fault. Personal upkeep, so it is not audited.
pub async fn mark_read(db: &Db, actor: &Actor, which: Which) -> Result<Changed<Unread>, Refusal> {
    let user = reader(actor)?;
    let only = match which {
        Which::One(id) => Some(id.uuid()),
        Which::All => None,
    };
    let mut work = Work::begin(db, actor).await?;
    let (tenant, now) = (actor.tenant(), work.now());
    let updated = sqlx::query!(
        "update notification set read_at = coalesce(read_at, $4)
         where tenant_id = $1 and user_id = $2 and ($3::uuid is null and read_at is null or id = $3)",
        tenant.uuid(),
        user,
        only,
        now,
    )
    .execute(work.conn())
    .await?;
    if only.is_some() && updated.rows_affected() == 0 {
        return Err(Refusal::NotFound);
    }
    let unread = unread(work.conn(), tenant, user).await?;
    work.commit(Unread { unread }).await
}
