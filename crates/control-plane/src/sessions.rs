//! Sessions of the portal, as its session store keeps them. The id arrives hashed, so a dump of this table opens nothing.

use gatehouse_domain::id::UserId;
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;

use crate::db::Db;
use crate::refusal::Refusal;

/// One session.
#[derive(Clone)]
pub struct SessionRow {
    /// SHA-256 of the id in the cookie.
    pub id_hash: [u8; 32],
    /// Who signed in; `None` before that.
    pub user: Option<UserId>,
    /// What the portal keeps in it, opaque here.
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

/// A session as its owner sees it in a list.
#[derive(Debug, Clone, Serialize)]
pub struct SessionView {
    /// Names the session; it is a hash and opens nothing.
    #[serde(skip)]
    pub id_hash: [u8; 32],
    /// What the portal keeps in it, opaque here.
    #[serde(skip)]
    pub data: Vec<u8>,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last used.
    #[serde(with = "time::serde::rfc3339")]
    pub last_seen_at: OffsetDateTime,
    /// When it ends.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
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

/// A person's sessions, the last used first.
pub async fn list_for_user(db: &Db, user: UserId) -> Result<Vec<SessionView>, Refusal> {
    let mut tx = db.global().await?;
    let rows = sqlx::query!(
        "select id_hash, data, created_at, last_seen_at, expires_at from session
         where user_id = $1 and expires_at > $2 order by last_seen_at desc limit 200",
        user.uuid(),
        db.clock().now(),
    )
    .fetch_all(&mut *tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(SessionView {
                id_hash: row
                    .id_hash
                    .try_into()
                    .map_err(|_| anyhow::anyhow!("a stored session id is not 32 bytes"))?,
                data: row.data,
                created_at: row.created_at,
                last_seen_at: row.last_seen_at,
                expires_at: row.expires_at,
            })
        })
        .collect()
}

/// Ends one session of a person. `false` when it is not theirs or has ended.
pub async fn end(db: &Db, user: UserId, id_hash: &[u8; 32]) -> Result<bool, Refusal> {
    let mut tx = db.global().await?;
    let ended = sqlx::query!(
        "delete from session where user_id = $1 and id_hash = $2",
        user.uuid(),
        id_hash
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(ended.rows_affected() == 1)
}

/// Ends every session of a person but the one they are in, and says how many.
pub async fn end_others(db: &Db, user: UserId, kept: &[u8; 32]) -> Result<u64, Refusal> {
    let mut tx = db.global().await?;
    let ended = end_others_in(&mut tx, user, kept).await?;
    tx.commit().await?;
    Ok(ended)
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
