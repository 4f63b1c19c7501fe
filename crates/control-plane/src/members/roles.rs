//! Changing what members may do. A tenant always keeps one active owner.

use gatehouse_domain::id::UserId;
use gatehouse_domain::{Permission, Role};
use gatehouse_language::t;
use serde_json::json;

use super::{MemberStatus, MemberView, get, grants};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::refusal::Refusal;
use crate::tenants;
use crate::words::in_state;
use crate::work::{Changed, Work};

/// Gives a member exactly these roles; none means developer.
pub async fn set_roles(
    db: &Db,
    actor: &Actor,
    user: UserId,
    expected: Option<i32>,
    mut roles: Vec<Role>,
) -> Result<Changed<MemberView>, Refusal> {
    actor.require(Permission::MemberManage)?;
    if roles.is_empty() {
        roles.push(Role::Developer);
    }
    roles.sort();
    roles.dedup();
    let mut work = Work::begin(db, actor).await?;
    let before = lock_member(&mut work, actor, user, expected).await?;
    let changed = Role::ALL
        .iter()
        .filter(|role| before.roles.contains(role) != roles.contains(role));
    for role in changed {
        require_power_over(actor, *role)?;
    }
    let (tenant, now) = (work.tenant(), work.now());
    sqlx::query!(
        "delete from role_grant where tenant_id = $1 and user_id = $2",
        tenant,
        user.uuid()
    )
    .execute(work.conn())
    .await?;
    let words: Vec<_> = roles.iter().map(|role| role.as_str().to_owned()).collect();
    sqlx::query!(
        "insert into role_grant (tenant_id, user_id, role, created_at)
         select $1, $2, role, $4 from unnest($3::text[]) as wanted (role)",
        tenant,
        user.uuid(),
        &words,
        now,
    )
    .execute(work.conn())
    .await?;
    sqlx::query!(
        "update membership set row_version = row_version + 1 where tenant_id = $1 and user_id = $2",
        tenant,
        user.uuid()
    )
    .execute(work.conn())
    .await?;
    require_an_owner(&mut work).await?;
    work.audit(AuditEntry {
        action: "member.set_roles",
        subject: user.to_string(),
        before: Some(json!({ "roles": before.roles })),
        after: Some(json!({ "roles": roles })),
        reason: None,
    });
    work.emit(
        "member.roles_changed",
        user,
        json!({ "user": user, "roles": roles, "actor": actor.user() }),
    );
    let view = get(work.conn(), actor.tenant(), user).await?;
    work.commit(view).await
}

/// Disables a member in this tenant, or enables them again. Takes effect with their next request.
pub async fn set_member_status(
    db: &Db,
    actor: &Actor,
    user: UserId,
    expected: Option<i32>,
    status: MemberStatus,
) -> Result<Changed<MemberView>, Refusal> {
    actor.require(Permission::MemberManage)?;
    let mut work = Work::begin(db, actor).await?;
    let before = lock_member(&mut work, actor, user, expected).await?;
    grants::require_power_over_all(&mut work, actor, user).await?;
    let tenant = work.tenant();
    let updated = sqlx::query!(
        "update membership set status = $3, row_version = row_version + 1
         where tenant_id = $1 and user_id = $2 and status <> $3",
        tenant,
        user.uuid(),
        status.as_str(),
    )
    .execute(work.conn())
    .await?;
    if updated.rows_affected() == 0 {
        return Err(Refusal::Conflict(t!(
            "refused-people-is-already",
            name = &before.name,
            status = &in_state(status.as_str())
        )));
    }
    require_an_owner(&mut work).await?;
    let (action, event) = match status {
        MemberStatus::Active => ("member.enable", "member.enabled"),
        MemberStatus::Disabled => ("member.disable", "member.disabled"),
    };
    work.audit(AuditEntry {
        action,
        subject: user.to_string(),
        before: Some(json!({ "status": before.status })),
        after: Some(json!({ "status": status })),
        reason: None,
    });
    work.emit(event, user, json!({ "user": user, "actor": actor.user() }));
    let view = get(work.conn(), actor.tenant(), user).await?;
    work.commit(view).await
}

/// Locks the tenant, so that owners are counted by one at a time, and reads the member.
pub(super) async fn lock_member(
    work: &mut Work<'_>,
    actor: &Actor,
    user: UserId,
    expected: Option<i32>,
) -> Result<MemberView, Refusal> {
    tenants::get_locked(work.conn(), actor.tenant()).await?;
    let member = get(work.conn(), actor.tenant(), user).await?;
    match expected {
        Some(expected) if expected != member.row_version => Err(Refusal::Stale {
            current: member.row_version,
        }),
        _ => Ok(member),
    }
}

/// Nobody gives or takes a role that allows more than they may themselves; for owners that is the permission to name them.
pub(crate) fn require_power_over(actor: &Actor, role: Role) -> Result<(), Refusal> {
    if role == Role::Owner {
        actor.require(Permission::OwnerManage)?;
    }
    role.permissions()
        .iter()
        .try_for_each(|permission| actor.require(*permission))
}

pub(super) async fn require_an_owner(work: &mut Work<'_>) -> Result<(), Refusal> {
    let tenant = work.tenant();
    let owned = sqlx::query_scalar!(
        r#"select exists (select from role_grant r
                          join membership m on m.tenant_id = r.tenant_id and m.user_id = r.user_id
                          join app_user u on u.id = m.user_id
                          where r.tenant_id = $1 and r.role = 'owner' and m.status = 'active' and u.status = 'active') as "owned!""#,
        tenant,
    )
    .fetch_one(work.conn())
    .await?;
    if owned {
        Ok(())
    } else {
        Err(Refusal::Conflict(t!(
            "refused-people-this-is-the-only-active-owner"
        )))
    }
}
