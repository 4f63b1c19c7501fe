//! Sessions of the portal, as its session store keeps them. The id arrives hashed, so a dump of this table opens nothing.

use gatehouse_domain::id::UserId;
use gatehouse_snapshot::node_auth::{hex, unhex};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;

use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::refusal::Refusal;
use crate::work::{Changed, Work};

/// One session.
#[derive(Clone)]
pub struct SessionRow {
    /// SHA-256 of the id in the cookie.
    pub id_hash: [u8; 32],
    /// Who signed in; `None` before that.
    pub user: Option<UserId>,
    /// What the portal keeps in it; opaque here, but for its [`Origin`].
    pub data: Vec<u8>,
    /// When it ends.
    pub expires_at: OffsetDateTime,
}

impl std::fmt::Debug for SessionRow {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SessionRow")
            .field("user", &self.user)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Where a session began, for its owner to recognise: the one part of its data that is read here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The address it was begun from.
    pub ip: String,
    /// What the browser called itself.
    pub agent: String,
}

/// Where that stands in a session's data, a JSON object.
pub const ORIGIN: &str = "from";

impl Origin {
    fn of(data: &[u8]) -> Self {
        #[derive(Default, Deserialize)]
        struct Data {
            #[serde(default)]
            from: Origin,
        }
        serde_json::from_slice::<Data>(data)
            .unwrap_or_default()
            .from
    }
}

/// A session as its owner sees it in a list.
#[derive(Debug, Clone, Serialize)]
pub struct SessionView {
    /// Names the session: the hash of its id, in hexadecimal. It opens nothing.
    pub id: String,
    /// The address it was begun from, where that is known.
    pub ip: Option<String>,
    /// What the browser called itself.
    pub agent: Option<String>,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last used.
    #[serde(with = "time::serde::rfc3339")]
    pub last_seen_at: OffsetDateTime,
    /// When it ends, if it is not used before.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// What a list calls a session.
pub fn name_of(id_hash: &[u8; 32]) -> String {
    hex(id_hash)
}

/// The session of a name in the one way it is spelt.
fn named(name: &str) -> Result<[u8; 32], Refusal> {
    let hash = unhex(name).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    hash.filter(|hash| name_of(hash) == name)
        .ok_or(Refusal::NotFound)
}

/// How many sessions were ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// So many.
    pub ended: u64,
}

/// Stores a new session. `false` when the id is taken: draw another.
pub async fn create(db: &Db, row: &SessionRow) -> Result<bool, Refusal> {
    let now = db.clock().now();
    let mut tx = db.global().await?;
    let inserted = sqlx::query!(
        "insert into session (id_hash, user_id, data, created_at, last_seen_at, expires_at) values ($1, $2, $3, $4, $4, $5)
         on conflict (id_hash) do nothing",
        &row.id_hash,
        row.user.map(UserId::uuid),
        row.data,
        now,
        row.expires_at,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(inserted.rows_affected() == 1)
}

/// Stores a changed session. One that was ended meanwhile stays ended: `false`.
pub async fn save(db: &Db, row: &SessionRow) -> Result<bool, Refusal> {
    let now = db.clock().now();
    let mut tx = db.global().await?;
    let updated = sqlx::query!(
        "update session set user_id = $2, data = $3, last_seen_at = $4, expires_at = $5 where id_hash = $1 and expires_at > $4",
        &row.id_hash,
        row.user.map(UserId::uuid),
        row.data,
        now,
        row.expires_at,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(updated.rows_affected() == 1)
}

/// A session that has not ended, of a person whose account is active.
pub async fn load(db: &Db, id_hash: &[u8; 32]) -> Result<Option<SessionRow>, Refusal> {
    let mut tx = db.global().await?;
    let row = sqlx::query!(
        "select s.user_id, s.data, s.expires_at
         from session s left join app_user u on u.id = s.user_id
         where s.id_hash = $1 and s.expires_at > $2 and (s.user_id is null or u.status = 'active')",
        id_hash,
        db.clock().now(),
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(row.map(|row| SessionRow {
        id_hash: *id_hash,
        user: row.user_id.map(UserId::from_uuid),
        data: row.data,
        expires_at: row.expires_at,
    }))
}

/// Ends a session.
pub async fn delete(db: &Db, id_hash: &[u8; 32]) -> Result<(), Refusal> {
    let mut tx = db.global().await?;
    sqlx::query!("delete from session where id_hash = $1", id_hash)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// The acting person's sessions in every tenant, the last used first; at most 200.
pub async fn list_sessions(db: &Db, actor: &Actor) -> Result<Vec<SessionView>, Refusal> {
    let user = actor.whole_account()?;
    let mut tx = db.global().await?;
    let rows = sqlx::query!(
        "select id_hash, data, created_at, last_seen_at, expires_at from session
         where user_id = $1 and expires_at > $2 order by last_seen_at desc, id_hash limit 200",
        user.uuid(),
        db.clock().now(),
    )
    .fetch_all(&mut *tx)
    .await?;
    let said = |text: String| (!text.is_empty()).then_some(text);
    let views = rows.into_iter().map(|row| {
        let origin = Origin::of(&row.data);
        SessionView {
            id: hex(&row.id_hash),
            ip: said(origin.ip),
            agent: said(origin.agent),
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
        }
    });
    Ok(views.collect())
}

/// Ends one session of the acting person. One that is not theirs or has ended is none of theirs to know of. The audit log of the
/// tenant names it by its hash alone: where they sign in elsewhere is no matter of the tenant.
pub async fn end_session(db: &Db, actor: &Actor, name: &str) -> Result<Changed<()>, Refusal> {
    let user = actor.whole_account()?;
    let hash = named(name)?;
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    let ended = sqlx::query!(
        "delete from session where user_id = $1 and id_hash = $2 and expires_at > $3",
        user.uuid(),
        &hash,
        now,
    )
    .execute(work.conn())
    .await?;
    if ended.rows_affected() == 0 {
        return Err(Refusal::NotFound);
    }
    work.audit(AuditEntry {
        action: "account.end_session",
        subject: user.to_string(),
        before: Some(json!({ "session": name })),
        ..AuditEntry::default()
    });
    work.commit(()).await
}

/// Ends every session of the acting person but `kept`, the one they are in; a token is in none. Says how many.
pub async fn end_others(
    db: &Db,
    actor: &Actor,
    kept: Option<&[u8; 32]>,
) -> Result<Changed<Ended>, Refusal> {
    let user = actor.whole_account()?;
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    let ended = sqlx::query!(
        "delete from session where user_id = $1 and ($2::bytea is null or id_hash <> $2) and expires_at > $3",
        user.uuid(),
        kept.map(|hash| &hash[..]),
        now,
    )
    .execute(work.conn())
    .await?;
    let ended = Ended {
        ended: ended.rows_affected(),
    };
    if ended.ended > 0 {
        work.audit(AuditEntry {
            action: "account.end_sessions",
            subject: user.to_string(),
            before: Some(json!({ "sessions": ended.ended })),
            ..AuditEntry::default()
        });
    }
    work.commit(ended).await
}

pub(crate) async fn end_others_in(
    conn: &mut PgConnection,
    user: UserId,
    kept: &[u8; 32],
) -> Result<u64, Refusal> {
    let ended = sqlx::query!(
        "delete from session where user_id = $1 and id_hash <> $2",
        user.uuid(),
        kept
    )
    .execute(conn)
    .await?;
    Ok(ended.rows_affected())
}

/// Ends every session of a person.
pub async fn delete_all_for_user(db: &Db, user: UserId) -> Result<(), Refusal> {
    let mut tx = db.global().await?;
    delete_all_in(&mut tx, user).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn delete_all_in(conn: &mut PgConnection, user: UserId) -> Result<(), Refusal> {
    sqlx::query!("delete from session where user_id = $1", user.uuid())
        .execute(conn)
        .await?;
    Ok(())
}

/// Removes ended sessions. A background verb.
pub async fn purge(db: &Db) -> Result<u64, Refusal> {
    let mut tx = db.global().await?;
    let deleted = sqlx::query!(
        "delete from session where expires_at <= $1",
        db.clock().now()
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(deleted.rows_affected())
}
