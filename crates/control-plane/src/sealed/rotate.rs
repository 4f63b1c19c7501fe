//! A new master key: every wrapped key is wrapped again, then the old one is forgotten.
//!
//! May be killed at any moment and run again: the key file keeps both keys until nothing is wrapped by the old one, and what is
//! wrapped says by which. Running replicas that share the file go on meanwhile.

use serde::Serialize;
use uuid::Uuid;

use super::{MAKING_KEYS, place_of};
use crate::db::{Db, Tx};
use crate::refusal::Refusal;

/// Keys wrapped again in one transaction.
const AT_ONCE: i64 = 100;

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rotated {
    /// Name of the master key now in use.
    pub master_key: String,
    /// Keys that were wrapped again by this run.
    pub wrapped_again: usize,
    /// Whether every older master key is out of the key file.
    pub old_keys_removed: bool,
}

/// How many keys a master key wraps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrappedKeys {
    /// Name of the master key.
    pub master_key: String,
    /// Whether it wraps what is new.
    pub in_use: bool,
    /// Whether this process has it.
    pub held: bool,
    /// Keys it wraps.
    pub keys: i64,
}

/// Puts a new master key in use, or goes on with a rotation that did not end. With `keep_old` the older keys stay in the file, for
/// replicas that have copies of it; run it again without to take them out. An operator's verb.
pub async fn rotate_master_key(db: &Db, keep_old: bool) -> Result<Rotated, Refusal> {
    let master = db.master_key();
    master.begin_rotation()?;
    let primary = master.primary()?.id();
    put_in_use(db, &primary).await?;
    let mut wrapped_again = 0;
    loop {
        let done = wrap_some(db, &primary).await?;
        if done == 0 {
            break;
        }
        wrapped_again += done;
    }
    if !keep_old {
        master.end_rotation()?;
    }
    Ok(Rotated {
        master_key: primary,
        wrapped_again,
        old_keys_removed: !keep_old,
    })
}

/// From the commit on, new keys are wrapped by this one; the lock waits for those that are just being made.
async fn put_in_use(db: &Db, primary: &str) -> Result<(), Refusal> {
    let mut tx = db.system().await?;
    sqlx::query!("select pg_advisory_xact_lock($1)", MAKING_KEYS)
        .execute(&mut *tx)
        .await?;
    sqlx::query!("update installation set master_key_id = $1", primary)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Wraps some keys again and says how many; 0 when none is left.
async fn wrap_some(db: &Db, primary: &str) -> Result<usize, Refusal> {
    let mut tx = db.system().await?;
    let rows = sqlx::query!(
        "select id, wrapped, master_key_id from data_key where master_key_id <> $1 order by id limit $2 for update",
        primary,
        AT_ONCE,
    )
    .fetch_all(&mut *tx)
    .await?;
    for row in &rows {
        let wrapped = again(db, primary, row.id, &row.wrapped, &row.master_key_id)?;
        sqlx::query!(
            "update data_key set wrapped = $2, master_key_id = $3 where id = $1",
            row.id,
            wrapped,
            primary,
        )
        .execute(&mut *tx)
        .await?;
    }
    let own = wrap_own(db, &mut tx, primary).await?;
    tx.commit().await?;
    Ok(rows.len() + own)
}

/// The installation's own keys, the root key among them; there are few.
async fn wrap_own(db: &Db, tx: &mut Tx, primary: &str) -> Result<usize, Refusal> {
    let rows = sqlx::query!(
        "select id, wrapped, master_key_id from installation_key where master_key_id <> $1 order by id for update",
        primary,
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in &rows {
        let wrapped = again(db, primary, row.id, &row.wrapped, &row.master_key_id)?;
        sqlx::query!(
            "update installation_key set wrapped = $2, master_key_id = $3 where id = $1",
            row.id,
            wrapped,
            primary,
        )
        .execute(&mut **tx)
        .await?;
    }
    Ok(rows.len())
}

fn again(db: &Db, primary: &str, id: Uuid, wrapped: &[u8], by: &str) -> Result<Vec<u8>, Refusal> {
    let place = place_of(id);
    let key = db.master_key().find(by)?.unwrap(&place, wrapped)?;
    Ok(db.master_key().find(primary)?.wrap(&place, &key)?)
}

/// Which master keys wrap how many keys, the one in use first. An operator's verb.
pub async fn wrapped_keys(db: &Db) -> Result<Vec<WrappedKeys>, Refusal> {
    let mut tx = db.system().await?;
    let in_use = sqlx::query_scalar!("select master_key_id from installation")
        .fetch_one(&mut *tx)
        .await?;
    let rows = sqlx::query!(
        r#"select master_key_id as "id!", count(*) as "keys!" from
           (select master_key_id from data_key union all select master_key_id from installation_key) as every
           group by 1 order by 1"#,
    )
    .fetch_all(&mut *tx)
    .await?;
    let held = db.master_key().ids();
    let mut keys: Vec<_> = rows
        .into_iter()
        .map(|row| WrappedKeys {
            in_use: in_use.as_deref() == Some(&row.id),
            held: held.contains(&row.id),
            master_key: row.id,
            keys: row.keys,
        })
        .collect();
    keys.sort_by_key(|key| !key.in_use);
    Ok(keys)
}
