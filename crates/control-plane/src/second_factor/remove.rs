//! Taking a factor away: by its owner with a code, by an administrator for a member who lost everything, by the operator.

use std::net::IpAddr;

use gatehouse_domain::Permission;
use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_language::t;
use gatehouse_runtime::Secret;
use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;

use super::check;
use super::set_up::{record, tell};
use crate::accounts::{self, UserView};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::members::MemberView;
use crate::refusal::Refusal;
use crate::work::{Changed, Work};
use crate::{emails, members, membership, passkeys, sessions, tenants};

/// Nothing is asked for beside the password from now on. Needs a code.
pub async fn turn_off(
    db: &Db,
    tenant: TenantId,
    user: UserId,
    code: &Secret<String>,
    ip: IpAddr,
) -> Result<(), Refusal> {
    check(db, tenant, user, code, ip).await?;
    let user = accounts::get_user(db, user).await?;
    let actor = accounts::acting(tenant, &user);
    let mut work = Work::begin(db, &actor).await?;
    if !delete(&mut work, &user).await? {
        return Err(nothing(&user));
    }
    let off = record(&user, "account.second_factor_off");
    let letter = |tenant: &str| user.reads(|| emails::second_factor_off(tenant));
    tell(&mut work, &user, off, letter).await?;
    work.commit(()).await.map(drop)
}

/// Takes a member's factor and passkeys away, and ends their sessions. Only of people whom this tenant alone answers for: both
/// guard the account in every tenant.
pub async fn reset(db: &Db, actor: &Actor, user: UserId) -> Result<Changed<MemberView>, Refusal> {
    actor.require(Permission::MemberManage)?;
    let mut work = Work::begin(db, actor).await?;
    let member = members::get(work.conn(), actor.tenant(), user).await?;
    members::require_power_over_all(&mut work, actor, user).await?;
    if membership::person(work.conn(), actor).await? == Some(user.uuid()) {
        return Err(Refusal::NotYours(t!(
            "refused-people-turn-your-own-second-factor-off"
        )));
    }
    if !accounts::is_of_one_tenant(work.conn(), user, actor.tenant()).await? {
        return Err(Refusal::NotYours(t!(
            "refused-people-the-account-of-is-not-this",
            name = &member.name
        )));
    }
    let account = accounts::get(work.conn(), user).await?;
    remove_all(&mut work, &account).await?;
    let member = members::get(work.conn(), actor.tenant(), user).await?;
    sessions::delete_all_in(work.conn(), user).await?;
    work.commit(member).await
}

/// The operator's way, for whoever nobody else can help: an only owner, or somebody of several tenants. Each of their tenants
/// has it in its audit log. `None` when the address has no account.
pub async fn reset_by_operator(db: &Db, email: &str) -> Result<Option<UserView>, Refusal> {
    let Some(user) = accounts::find_user_by_email(db, email).await? else {
        return Ok(None);
    };
    let mut places = members::tenants_of(db, user.id).await?;
    if places.is_empty() {
        places.extend(tenants::first_tenant(db).await?);
    }
    let mut removed = None;
    for tenant in &places {
        let actor = Actor::system(tenant.id, "operator");
        let mut work = Work::begin(db, &actor).await?;
        match &removed {
            None => removed = Some(remove_all(&mut work, &user).await?),
            Some(removed) => work.audit(reset_of(&user, removed)),
        }
        sessions::delete_all_in(work.conn(), user.id).await?;
        work.commit(()).await?;
    }
    Ok(Some(user))
}

/// Whatever they would show beside a password: somebody else may have it by now.
async fn remove_all(work: &mut Work<'_>, user: &UserView) -> Result<Removed, Refusal> {
    let keys = passkeys::remove_all(work.conn(), user.id, OffsetDateTime::UNIX_EPOCH).await?;
    let removed = Removed {
        second_factor: delete(work, user).await?,
        passkeys: keys > 0,
    };
    if !removed.second_factor && !removed.passkeys {
        return Err(nothing(user));
    }
    let reset = reset_of(user, &removed);
    let letter = |tenant: &str| user.is_told(|| emails::second_factor_reset(tenant));
    tell(work, user, reset, letter).await?;
    Ok(removed)
}

/// What somebody had until it was reset. How many is no matter of their tenants.
#[derive(Debug, Serialize)]
struct Removed {
    second_factor: bool,
    passkeys: bool,
}

fn reset_of(user: &UserView, removed: &Removed) -> AuditEntry {
    AuditEntry {
        before: Some(json!(removed)),
        after: Some(json!({ "second_factor": false, "passkeys": false })),
        ..record(user, "member.reset_second_factor")
    }
}

async fn delete(work: &mut Work<'_>, user: &UserView) -> Result<bool, Refusal> {
    let removed = sqlx::query!(
        "delete from second_factor where user_id = $1",
        user.id.uuid()
    )
    .execute(work.conn())
    .await?;
    Ok(removed.rows_affected() == 1)
}

fn nothing(user: &UserView) -> Refusal {
    Refusal::Conflict(t!(
        "refused-people-has-no-second-factor-and-no",
        name = &user.name
    ))
}
