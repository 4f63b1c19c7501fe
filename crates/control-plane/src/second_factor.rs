//! A second proof at sign-in: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for when the app is lost.
//!
//! The factor is the person's: it holds in every tenant, and its secret is sealed to the person's row. A code is taken once, in
//! its own step of 30 s or a neighbour, and guesses are counted like those at a password.

mod check;
mod remove;
mod set_up;

use gatehouse_domain::id::UserId;
use gatehouse_runtime::Secret;
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

pub use check::{Passed, check, new_recovery_codes};
pub use remove::{reset, reset_by_operator, turn_off};
pub use set_up::{RECOVERY_CODES, SetUp, confirm, set_up, under_way};

use crate::db::Db;
use crate::refusal::Refusal;
use crate::sealed::{self, Owner, Place, Purpose, Sealed};

/// What a person sees of their factor. Nothing in it helps to make a code.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct FactorView {
    /// Since when it is asked for.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: i64,
}

/// A person's factor; `None` while nothing is asked for beside the password.
pub async fn of_person(db: &Db, user: UserId) -> Result<Option<FactorView>, Refusal> {
    let mut tx = db.global().await?;
    let row = sqlx::query!(
        r#"select f.confirmed_at as "since!",
                  (select count(*) from recovery_code c where c.user_id = f.user_id and c.used_at is null) as "left!"
           from second_factor f where f.user_id = $1 and f.confirmed_at is not null"#,
        user.uuid(),
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(row.map(|row| FactorView {
        since: row.since,
        recovery_codes_left: row.left,
    }))
}

/// Since when they have had something to show beside a password, an app or a passkey; `None` without either. What a session was shown
/// before that is gone.
pub async fn held_since(db: &Db, user: UserId) -> Result<Option<OffsetDateTime>, Refusal> {
    let mut tx = db.global().await?;
    let since = sqlx::query_scalar!(
        "select least((select confirmed_at from second_factor where user_id = $1),
                      (select min(created_at) from passkey where user_id = $1))",
        user.uuid(),
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(since)
}

/// A stored secret, opened.
struct Kept {
    totp: Totp,
    confirmed: bool,
}

fn place_of(user: UserId) -> Place {
    Place {
        owner: Owner::Installation,
        purpose: Purpose::SecondFactor,
        column: "second_factor.secret_enc",
        row: user.uuid(),
    }
}

async fn kept(conn: &mut PgConnection, db: &Db, user: UserId) -> Result<Option<Kept>, Refusal> {
    let row = sqlx::query!(
        "select secret_enc, secret_key_id, confirmed_at from second_factor where user_id = $1",
        user.uuid(),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let sealed = Sealed {
        bytes: row.secret_enc,
        key_id: row.secret_key_id,
    };
    let secret = sealed::open(conn, db, &place_of(user), &sealed).await?;
    Ok(Some(Kept {
        totp: totp(&secret, "", "")?,
        confirmed: row.confirmed_at.is_some(),
    }))
}

/// SHA-1, six digits, 30 s, one step either way: what every authenticator app does.
fn totp(secret: &Zeroizing<Vec<u8>>, account: &str, issuer: &str) -> anyhow::Result<Totp> {
    // A colon separates the two in the label.
    let plain = |text: &str| text.replace(':', " ");
    let made = Builder::new()
        .with_secret(secret.to_vec())
        .with_skew(1)
        .with_account_name(plain(account))
        .with_issuer(Some(plain(issuer)))
        .build();
    made.map_err(|error| anyhow::anyhow!("a second factor's secret: {error}"))
}

/// Unix time as codes count it.
fn unix(now: OffsetDateTime) -> u64 {
    u64::try_from(now.unix_timestamp()).unwrap_or_default()
}

/// The step a code belongs to, unless one of that step or a later one was taken before. Of any number of simultaneous uses of a
/// code one succeeds.
async fn take_code(
    conn: &mut PgConnection,
    user: UserId,
    totp: &Totp,
    code: &Secret<String>,
    now: OffsetDateTime,
) -> Result<bool, Refusal> {
    let digits: String = code
        .expose()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let digits = Zeroizing::new(digits);
    let Some(step) = totp.check(&digits, unix(now)) else {
        return Ok(false);
    };
    let taken = sqlx::query!(
        "update second_factor set last_step = $2 where user_id = $1 and coalesce(last_step, 0) < $2",
        user.uuid(),
        i64::try_from(step).unwrap_or(i64::MAX),
    )
    .execute(conn)
    .await?;
    Ok(taken.rows_affected() == 1)
}
