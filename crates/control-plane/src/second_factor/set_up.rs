//! Setting a factor up: a secret for the app, a first code that shows the app has it, and recovery codes in return.

use std::net::IpAddr;

use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_language::t;
use gatehouse_runtime::{Secret, random};
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnection;

use super::{kept, place_of, take_code, totp};
use crate::accounts::{self, UserView};
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::mail::{self, NewMail};
use crate::refusal::Refusal;
use crate::work::Work;
use crate::{emails, sealed, sessions, tenants};
use zeroize::Zeroizing;

/// How many recovery codes there are at a time.
pub const RECOVERY_CODES: usize = 10;

/// Letters of recovery codes: RFC 4648's, without what is taken for something else.
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// What the app needs to know, shown to its owner only.
#[derive(Debug, Clone)]
pub struct SetUp {
    /// In base32 (RFC 4648), for typing.
    pub secret: Secret<String>,
    /// `otpauth://totp/…`, for the camera.
    pub url: Secret<String>,
}

/// Makes a secret for a person who has no factor yet, in place of one that was never confirmed. Who has a password proves it:
/// a session somebody else got hold of must not lock its owner out.
pub async fn set_up(
    db: &Db,
    tenant: TenantId,
    user: UserId,
    current: Secret<String>,
    ip: IpAddr,
) -> Result<(), Refusal> {
    let user = accounts::get_user(db, user).await?;
    if accounts::has_password(db, user.id).await? {
        accounts::prove_password(db, &user, current, ip).await?;
    }
    let actor = accounts::acting(tenant, &user);
    let mut work = Work::begin(db, &actor).await?;
    let now = work.now();
    let secret = Zeroizing::new(random::bytes::<20>());
    let sealed = sealed::seal(work.conn(), db, &place_of(user.id), secret.as_slice()).await?;
    let made = sqlx::query!(
        "insert into second_factor (user_id, secret_enc, secret_key_id, created_at) values ($1, $2, $3, $4)
         on conflict (user_id) do update
             set secret_enc = excluded.secret_enc, secret_key_id = excluded.secret_key_id, created_at = excluded.created_at,
                 last_step = null
             where second_factor.confirmed_at is null",
        user.id.uuid(),
        sealed.bytes,
        sealed.key_id,
        now,
    )
    .execute(work.conn())
    .await?;
    if made.rows_affected() == 0 {
        return Err(on_already());
    }
    work.commit(()).await.map(drop)
}

fn on_already() -> Refusal {
    Refusal::Conflict(t!("refused-people-you-have-a-second-factor-already"))
}

/// The secret that waits to be confirmed.
pub async fn under_way(db: &Db, tenant: TenantId, user: UserId) -> Result<Option<SetUp>, Refusal> {
    let mut tx = db.tenant(tenant).await?;
    let Some(kept) = kept(&mut tx, db, user)
        .await?
        .filter(|kept| !kept.confirmed)
    else {
        return Ok(None);
    };
    let account = accounts::get(&mut tx, user).await?;
    let place = tenants::get(&mut tx, tenant).await?;
    let secret = Zeroizing::new(kept.totp.secret().as_ref().to_vec());
    let named = totp(&secret, &account.email, &place.name)?;
    let url = named
        .to_url()
        .map_err(|error| anyhow::anyhow!("the address of a second factor: {error}"))?;
    Ok(Some(SetUp {
        secret: kept.totp.secret().to_base32().into(),
        url: url.into(),
    }))
}

/// Turns the factor on with a first code, and gives the recovery codes, once. Every session but the one that asks ends, for it
/// was begun with less.
pub async fn confirm(
    db: &Db,
    tenant: TenantId,
    user: UserId,
    code: &Secret<String>,
    kept_session: &[u8; 32],
) -> Result<Vec<Secret<String>>, Refusal> {
    let user = accounts::get_user(db, user).await?;
    let actor = accounts::acting(tenant, &user);
    let mut work = Work::begin(db, &actor).await?;
    let now = work.now();
    // Nobody sets up another one between the reading and the confirming of this one.
    sqlx::query!(
        "select user_id from second_factor where user_id = $1 for update",
        user.id.uuid()
    )
    .fetch_optional(work.conn())
    .await?;
    let waiting = kept(work.conn(), db, user.id).await?;
    let Some(waiting) = waiting.filter(|kept| !kept.confirmed) else {
        return Err(on_already());
    };
    if !take_code(work.conn(), user.id, &waiting.totp, code, now).await? {
        return Err(Refusal::field(
            "/code",
            "wrong",
            t!("refused-people-this-is-not-the-code-the"),
        ));
    }
    let turned_on = sqlx::query!(
        "update second_factor set confirmed_at = $2 where user_id = $1 and confirmed_at is null",
        user.id.uuid(),
        now,
    )
    .execute(work.conn())
    .await?;
    if turned_on.rows_affected() == 0 {
        return Err(on_already());
    }
    let codes = make_codes(work.conn(), user.id).await?;
    sessions::end_others_in(work.conn(), user.id, kept_session).await?;
    let on = record(&user, "account.second_factor_on");
    let letter = |tenant: &str| user.reads(|| emails::second_factor_on(tenant));
    tell(&mut work, &user, on, letter).await?;
    work.commit(codes).await.map(|changed| changed.value)
}

/// Audit, event and mail of what became of somebody's factor.
pub(super) async fn tell(
    work: &mut Work<'_>,
    user: &UserView,
    record: AuditEntry,
    letter: impl FnOnce(&str) -> emails::Letter,
) -> Result<(), Refusal> {
    let tenant = work.actor().tenant();
    let tenant = tenants::get(work.conn(), tenant).await?;
    let mail = NewMail {
        to: user.email.clone(),
        letter: letter(&tenant.name),
        token: None,
    };
    mail::queue(work, mail).await?;
    work.audit(record);
    work.emit(
        "account.changed",
        user.id,
        serde_json::json!({ "user": user.id, "what": "second_factor" }),
    );
    Ok(())
}

/// The record of something that its action says all of.
pub(super) fn record(user: &UserView, action: &'static str) -> AuditEntry {
    AuditEntry {
        action,
        subject: user.id.to_string(),
        ..AuditEntry::default()
    }
}

/// Puts fresh recovery codes in place of all older ones.
pub(super) async fn make_codes(
    conn: &mut PgConnection,
    user: UserId,
) -> Result<Vec<Secret<String>>, Refusal> {
    let codes: Vec<Secret<String>> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect();
    let hashes: Vec<Vec<u8>> = codes.iter().map(hash_of).collect();
    sqlx::query!("delete from recovery_code where user_id = $1", user.uuid())
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "insert into recovery_code (user_id, code_hash) select $1, hash from unnest($2::bytea[]) as made (hash)",
        user.uuid(),
        &hashes,
    )
    .execute(conn)
    .await?;
    Ok(codes)
}

/// 80 random bits in four groups of four.
fn recovery_code() -> Secret<String> {
    let drawn = Zeroizing::new(random::bytes::<16>());
    let mut text = String::with_capacity(19);
    for (place, byte) in drawn.iter().enumerate() {
        if place > 0 && place % 4 == 0 {
            text.push('-');
        }
        // 256 is a multiple of 32: every letter is as likely as another.
        text.push(char::from(LETTERS[usize::from(byte % 32)]));
    }
    text.into()
}

/// What the database holds of a code, however it was typed.
pub(super) fn hash_of(code: &Secret<String>) -> Vec<u8> {
    let letters = code.expose().chars().filter(char::is_ascii_alphanumeric);
    let plain = Zeroizing::new(letters.map(|c| c.to_ascii_lowercase()).collect::<String>());
    Sha256::new()
        .chain_update(b"gatehouse recovery code\0")
        .chain_update(plain.as_bytes())
        .finalize()
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovery_codes_differ_and_are_the_same_however_they_are_typed() {
        let (one, other) = (recovery_code(), recovery_code());
        assert_eq!(one.expose().len(), 19);
        assert_ne!(hash_of(&one), hash_of(&other));
        let typed = one.expose().to_uppercase().replace('-', " ");
        assert_eq!(hash_of(&one), hash_of(&typed.into()));
    }
}
