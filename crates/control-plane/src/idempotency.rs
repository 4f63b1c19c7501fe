//! Idempotency keys: the first answer to a POST is kept for a day and given again, so that a client may repeat what it is
//! not sure has arrived.
//!
//! A record lives through three states. Without a status the first request runs. [`crate::work::Work::commit`] writes status
//! 0 in the very transaction of the change: carried out, answer not stored yet. [`finish`] stores the answer. So when a
//! process dies between the last two, a repetition is never carried out a second time.

use gatehouse_domain::id::TenantId;
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::actor::{Actor, ActorKind};
use crate::db::Db;
use crate::refusal::Refusal;

/// How long an answer is given again.
const KEPT: Duration = Duration::hours(24);
/// How long an answer with a secret is given again whole.
const SECRET_KEPT: Duration = Duration::minutes(10);
/// After this long without an answer the process that worked on it has died: statements and requests end much earlier.
const ABANDONED: Duration = Duration::minutes(5);
/// Longest key, characters.
pub const KEY_LENGTH_MAX: usize = 255;

/// What a key leads to.
#[derive(Debug)]
pub enum Begin {
    /// Carry the request out, then [`finish`] or [`forget`].
    Fresh(Guard),
    /// It was answered before: answer the same.
    Replay(Replay),
    /// It is being carried out right now.
    Running,
    /// It was carried out, but its answer was lost with the process.
    AnswerLost,
    /// The key was used for another request.
    Mismatch,
}

/// The right to carry a request out under its key.
#[derive(Debug, Clone)]
pub struct Guard {
    tenant: TenantId,
    actor: Uuid,
    key: String,
    began_at: OffsetDateTime,
}

/// An answer as it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// HTTP status.
    pub status: u16,
    /// What [`Answer::whole`] or [`Answer::without_secret`] held.
    pub answer: Vec<u8>,
}

/// An answer to store. The bytes are the caller's to read again.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// HTTP status, 100 to 599.
    pub status: u16,
    /// The whole answer; stored sealed and for ten minutes only when there is one without a secret.
    pub whole: &'a [u8],
    /// The same without its secret, when it carries one.
    pub without_secret: Option<&'a [u8]>,
}

const PURPOSE: &str = "idempotency/1";

impl Guard {
    fn place(&self) -> String {
        format!("{}/{}/{}", self.tenant, self.actor, self.key)
    }
}

/// Whoever sends a key has its own space of keys.
fn sender(actor: &Actor) -> Uuid {
    match actor.kind() {
        ActorKind::User { id, .. } => id.uuid(),
        ActorKind::Token { id, .. } => id.uuid(),
        ActorKind::System => Uuid::nil(),
    }
}

/// Takes a key for a request, or tells what became of the first one that had it. `request_hash` covers everything the
/// answer depends on: method, address, body.
pub async fn begin(
    db: &Db,
    actor: &Actor,
    key: &str,
    request_hash: [u8; 32],
) -> Result<Begin, Refusal> {
    let now = db.clock().now();
    let guard = Guard {
        tenant: actor.tenant(),
        actor: sender(actor),
        key: key.to_owned(),
        began_at: now,
    };
    let mut tx = db.tenant(guard.tenant).await?;
    let taken = sqlx::query_scalar!(
        "insert into idempotency_key as held (tenant_id, actor_id, key, request_hash, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (tenant_id, actor_id, key) do update
             set request_hash = excluded.request_hash, status = null, response = null, response_without_secret = null,
                 secret_until = null, created_at = excluded.created_at, expires_at = excluded.expires_at
             where held.expires_at <= $5 or (held.status is null and held.created_at <= $7)
         returning true",
        guard.tenant.uuid(),
        guard.actor,
        guard.key,
        request_hash.as_slice(),
        now,
        now + KEPT,
        now - ABANDONED,
    )
    .fetch_optional(&mut *tx)
    .await?;
    if taken.is_some() {
        tx.commit().await?;
        return Ok(Begin::Fresh(guard));
    }
    let held = sqlx::query_as!(
        Held,
        "select request_hash, status, response, response_without_secret, secret_until, created_at
         from idempotency_key where actor_id = $1 and key = $2",
        guard.actor,
        guard.key,
    )
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    match held {
        Some(held) => held.read(db, &guard, request_hash),
        // The first one gave its key back between the two statements.
        None => Ok(Begin::Running),
    }
}

struct Held {
    request_hash: Vec<u8>,
    status: Option<i32>,
    response: Option<Vec<u8>>,
    response_without_secret: Option<Vec<u8>>,
    secret_until: Option<OffsetDateTime>,
    created_at: OffsetDateTime,
}

impl Held {
    fn read(self, db: &Db, guard: &Guard, request_hash: [u8; 32]) -> Result<Begin, Refusal> {
        if self.request_hash != request_hash {
            return Ok(Begin::Mismatch);
        }
        let status = match self.status {
            Some(0) if self.created_at <= guard.began_at - ABANDONED => {
                return Ok(Begin::AnswerLost);
            }
            None | Some(0) => return Ok(Begin::Running),
            Some(status) => u16::try_from(status).unwrap_or(500),
        };
        let answer = match (
            self.secret_until,
            self.response,
            self.response_without_secret,
        ) {
            (Some(until), Some(sealed), _) if guard.began_at < until => {
                db.keys().open(PURPOSE, &guard.place(), &sealed)?.to_vec()
            }
            (Some(_), _, open) => open.unwrap_or_default(),
            (None, open, _) => open.unwrap_or_default(),
        };
        Ok(Begin::Replay(Replay { status, answer }))
    }
}

/// Stores the answer, whatever it was.
pub async fn finish(db: &Db, guard: &Guard, answer: Answer<'_>) -> Result<(), Refusal> {
    let (response, secret_until) = match answer.without_secret {
        None => (answer.whole.to_vec(), None),
        Some(_) => (
            db.keys().seal(PURPOSE, &guard.place(), answer.whole)?,
            Some(db.clock().now() + SECRET_KEPT),
        ),
    };
    let mut tx = db.tenant(guard.tenant).await?;
    sqlx::query!(
        "update idempotency_key set status = $4, response = $5, response_without_secret = $6, secret_until = $7
         where actor_id = $1 and key = $2 and created_at = $3",
        guard.actor,
        guard.key,
        guard.began_at,
        i32::from(answer.status),
        response,
        answer.without_secret,
        secret_until,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Gives the key back: nothing was changed, and the same request may succeed later. What was carried out stays marked.
pub async fn forget(db: &Db, guard: &Guard) -> Result<(), Refusal> {
    let mut tx = db.tenant(guard.tenant).await?;
    sqlx::query!(
        "delete from idempotency_key where actor_id = $1 and key = $2 and created_at = $3 and status is null",
        guard.actor,
        guard.key,
        guard.began_at,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Marks the request of this key as carried out, in the transaction that carries it out.
pub(crate) async fn mark_done(
    conn: &mut PgConnection,
    actor: &Actor,
    key: &str,
) -> Result<(), Refusal> {
    sqlx::query!(
        "update idempotency_key set status = 0 where actor_id = $1 and key = $2 and status is null",
        sender(actor),
        key,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Removes answers that are no longer given again, and the sealed ones whose secret has had its time. Returns how many
/// records were removed.
pub async fn purge(db: &Db) -> Result<u64, Refusal> {
    let now = db.clock().now();
    let mut tx = db.system().await?;
    sqlx::query!(
        "update idempotency_key set response = null where secret_until <= $1 and response is not null",
        now
    )
    .execute(&mut *tx)
    .await?;
    let removed = sqlx::query!("delete from idempotency_key where expires_at <= $1", now)
        .execute(&mut *tx)
        .await?
        .rows_affected();
    tx.commit().await?;
    Ok(removed)
}
