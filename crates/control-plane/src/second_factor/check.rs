//! The second step of signing in, and new recovery codes.

use std::net::IpAddr;

use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_language::t;
use gatehouse_runtime::Secret;

use super::set_up::{hash_of, make_codes, record, tell};
use super::{kept, take_code};
use crate::accounts::{self, Guess, UserView};
use crate::db::Db;
use crate::emails;
use crate::refusal::Refusal;
use crate::work::Work;

/// What proved it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passed {
    /// The app's code.
    App,
    /// A recovery code, which is used up now.
    Recovery,
}

/// Takes a code of the app or a recovery code of a person whose factor is on. Each is taken once; too many wrong ones answer
/// [`Refusal::TooMany`] without looking.
pub async fn check(
    db: &Db,
    tenant: TenantId,
    user: UserId,
    code: &Secret<String>,
    ip: IpAddr,
) -> Result<Passed, Refusal> {
    let charge = accounts::charge(db, Guess::Code(user), ip).await?;
    match look(db, tenant, user, code).await {
        Ok(Some(passed)) => {
            charge.succeed(db).await?;
            Ok(passed)
        }
        Ok(None) => Err(wrong()),
        Err(refusal) => {
            charge.refund(db).await?;
            Err(refusal)
        }
    }
}

/// The one answer to a code that is wrong, too old, or was taken before.
fn wrong() -> Refusal {
    Refusal::field(
        "/code",
        "wrong",
        t!("refused-people-this-code-is-wrong-or-was"),
    )
}

async fn look(
    db: &Db,
    tenant: TenantId,
    user: UserId,
    code: &Secret<String>,
) -> Result<Option<Passed>, Refusal> {
    let user = accounts::get_user(db, user).await?;
    let actor = accounts::acting(tenant, &user);
    let mut work = Work::begin(db, &actor).await?;
    let now = work.now();
    let Some(kept) = kept(work.conn(), db, user.id)
        .await?
        .filter(|kept| kept.confirmed)
    else {
        return Ok(None);
    };
    let passed = if take_code(work.conn(), user.id, &kept.totp, code, now).await? {
        Passed::App
    } else if take_recovery(&mut work, &user, code).await? {
        Passed::Recovery
    } else {
        return Ok(None);
    };
    work.commit(Some(passed)).await.map(|changed| changed.value)
}

/// Uses a recovery code up. Of any number of simultaneous uses one succeeds.
async fn take_recovery(
    work: &mut Work<'_>,
    user: &UserView,
    code: &Secret<String>,
) -> Result<bool, Refusal> {
    let now = work.now();
    let used = sqlx::query!(
        "update recovery_code set used_at = $3 where user_id = $1 and code_hash = $2 and used_at is null",
        user.id.uuid(),
        hash_of(code),
        now,
    )
    .execute(work.conn())
    .await?;
    if used.rows_affected() == 0 {
        return Ok(false);
    }
    let used = record(user, "account.recovery_code_used");
    tell(work, user, used, emails::recovery_code_used).await?;
    Ok(true)
}

/// Gives fresh recovery codes for a code, once; the older ones are worth nothing from then on.
pub async fn new_recovery_codes(
    db: &Db,
    tenant: TenantId,
    user: UserId,
    code: &Secret<String>,
    ip: IpAddr,
) -> Result<Vec<Secret<String>>, Refusal> {
    check(db, tenant, user, code, ip).await?;
    let user = accounts::get_user(db, user).await?;
    let actor = accounts::acting(tenant, &user);
    let mut work = Work::begin(db, &actor).await?;
    let codes = make_codes(work.conn(), user.id).await?;
    let made = record(&user, "account.recovery_codes_made");
    tell(&mut work, &user, made, emails::recovery_codes_made).await?;
    work.commit(codes).await.map(|changed| changed.value)
}
