//! Making teams and choosing their members.

use gatehouse_domain::id::{TeamId, UserId};
use gatehouse_domain::{Permission, Slug};
use gatehouse_language::t;
use serde_json::json;

use super::{TeamKind, TeamRole, TeamView, get};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::members;
use crate::refusal::{Faults, OnConstraint, Refusal};
use crate::work::{Changed, Work};

/// What a new team needs.
#[derive(Debug, Clone)]
pub struct CreateTeam {
    /// Its name in URLs; never changes.
    pub slug: String,
    /// Its name, 1 to 80 characters.
    pub name: String,
    /// What it does.
    pub kind: TeamKind,
}

/// Makes a team. A person who makes one leads it.
pub async fn create_team(
    db: &Db,
    actor: &Actor,
    input: CreateTeam,
) -> Result<Changed<TeamView>, Refusal> {
    actor.require(Permission::TeamManage)?;
    let mut faults = Faults::default();
    let slug = faults.parse("/slug", "slug", Slug::new(input.slug.trim()));
    let name = faults.text("/name", &input.name, 80);
    faults.finish()?;
    let slug = slug.ok_or(Refusal::NotFound)?;
    let mut work = Work::begin(db, actor).await?;
    let (tenant, now, id) = (work.tenant(), work.now(), work.new_id::<TeamId>());
    sqlx::query!(
        "insert into team (id, tenant_id, slug, name, kind, created_at) values ($1, $2, $3, $4, $5, $6)",
        id.uuid(),
        tenant,
        slug.as_str(),
        name,
        input.kind.as_str(),
        now,
    )
    .execute(work.conn())
    .await
    .on_constraint("team_slug_key", || {
        Refusal::Conflict(t!("refused-people-a-team-called-exists-already", slug = &slug))
    })?;
    if let Some(user) = actor.user() {
        put_member(&mut work, id, user, TeamRole::Lead).await?;
    }
    work.audit(AuditEntry {
        action: "team.create",
        subject: id.to_string(),
        after: Some(json!({ "slug": slug, "name": name, "kind": input.kind })),
        ..AuditEntry::default()
    });
    work.emit("team.created", id, json!({ "team": id, "slug": slug }));
    let view = get(work.conn(), actor.tenant(), id).await?;
    work.commit(view).await
}

/// What may change about a team; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct UpdateTeam {
    /// 1 to 80 characters.
    pub name: Option<String>,
}

/// Renames a team.
pub async fn update_team(
    db: &Db,
    actor: &Actor,
    id: TeamId,
    expected: Option<i32>,
    input: UpdateTeam,
) -> Result<Changed<TeamView>, Refusal> {
    let mut work = Work::begin(db, actor).await?;
    let before = get_to_change(&mut work, actor, id).await?;
    if expected.is_some_and(|expected| expected != before.row_version) {
        return Err(Refusal::Stale {
            current: before.row_version,
        });
    }
    let mut faults = Faults::default();
    let name = faults.text("/name", input.name.as_deref().unwrap_or(&before.name), 80);
    faults.finish()?;
    let tenant = work.tenant();
    sqlx::query!(
        "update team set name = $3 where tenant_id = $1 and id = $2",
        tenant,
        id.uuid(),
        name
    )
    .execute(work.conn())
    .await?;
    changed(&mut work, "team.update", &before, json!({ "name": name })).await?;
    let view = get(work.conn(), actor.tenant(), id).await?;
    work.commit(view).await
}

/// Adds an active member of the tenant to a team, or changes what they are in it.
pub async fn add_team_member(
    db: &Db,
    actor: &Actor,
    id: TeamId,
    user: UserId,
    role: TeamRole,
) -> Result<Changed<TeamView>, Refusal> {
    let mut work = Work::begin(db, actor).await?;
    let before = get_to_change(&mut work, actor, id).await?;
    match members::get(work.conn(), actor.tenant(), user).await {
        Ok(member) if member.status == members::MemberStatus::Active => {}
        Ok(member) => {
            return Err(Refusal::Conflict(t!(
                "refused-people-is-disabled-enable-them-first",
                name = &member.name
            )));
        }
        Err(Refusal::NotFound) => return Err(Refusal::unknown("/user_id")),
        Err(refusal) => return Err(refusal),
    }
    put_member(&mut work, id, user, role).await?;
    let after = json!({ "user": user, "role": role });
    changed(&mut work, "team.add_member", &before, after).await?;
    let view = get(work.conn(), actor.tenant(), id).await?;
    work.commit(view).await
}

/// Takes a person out of a team. Its applications stay with the team.
pub async fn remove_team_member(
    db: &Db,
    actor: &Actor,
    id: TeamId,
    user: UserId,
) -> Result<Changed<TeamView>, Refusal> {
    let mut work = Work::begin(db, actor).await?;
    let before = get_to_change(&mut work, actor, id).await?;
    let tenant = work.tenant();
    let removed = sqlx::query!(
        "delete from team_member where tenant_id = $1 and team_id = $2 and user_id = $3",
        tenant,
        id.uuid(),
        user.uuid()
    )
    .execute(work.conn())
    .await?;
    if removed.rows_affected() == 0 {
        return Err(Refusal::NotFound);
    }
    let after = json!({ "removed": user });
    changed(&mut work, "team.remove_member", &before, after).await?;
    let view = get(work.conn(), actor.tenant(), id).await?;
    work.commit(view).await
}

/// Locks a team its caller may change: with the right to manage teams, or as its lead. Others learn nothing of it.
async fn get_to_change(
    work: &mut Work<'_>,
    actor: &Actor,
    id: TeamId,
) -> Result<TeamView, Refusal> {
    let tenant = work.tenant();
    sqlx::query!(
        "select id from team where tenant_id = $1 and id = $2 for no key update",
        tenant,
        id.uuid()
    )
    .fetch_one(work.conn())
    .await?;
    let team = get(work.conn(), actor.tenant(), id).await?;
    require_choice(actor, &team)?;
    Ok(team)
}

/// Refuses whoever may not choose the members of a team: that is for those who manage teams, and its leads. Others learn nothing of
/// it. Nobody chooses those of a personal one.
pub(crate) fn require_choice(actor: &Actor, team: &TeamView) -> Result<(), Refusal> {
    let mut members = team.members.iter();
    let mine = members.find(|member| Some(member.user_id) == actor.user());
    let leads = mine.is_some_and(|member| member.role == TeamRole::Lead)
        && actor.may(Permission::ApplicationManage);
    if !leads && !actor.may(Permission::TeamManage) {
        return Err(if mine.is_some() {
            Refusal::Forbidden(Permission::TeamManage)
        } else {
            Refusal::NotFound
        });
    }
    if team.personal {
        return Err(Refusal::Conflict(t!(
            "refused-people-this-is-a-personal-team-make"
        )));
    }
    Ok(())
}

async fn put_member(
    work: &mut Work<'_>,
    id: TeamId,
    user: UserId,
    role: TeamRole,
) -> Result<(), Refusal> {
    let (tenant, now) = (work.tenant(), work.now());
    sqlx::query!(
        "insert into team_member (tenant_id, team_id, user_id, role, created_at) values ($1, $2, $3, $4, $5)
         on conflict (tenant_id, team_id, user_id) do update set role = excluded.role",
        tenant,
        id.uuid(),
        user.uuid(),
        role.as_str(),
        now,
    )
    .execute(work.conn())
    .await?;
    Ok(())
}

async fn changed(
    work: &mut Work<'_>,
    action: &'static str,
    before: &TeamView,
    after: serde_json::Value,
) -> Result<(), Refusal> {
    let tenant = work.tenant();
    sqlx::query!(
        "update team set row_version = row_version + 1 where tenant_id = $1 and id = $2",
        tenant,
        before.id.uuid()
    )
    .execute(work.conn())
    .await?;
    work.audit(AuditEntry {
        action,
        subject: before.id.to_string(),
        before: Some(json!({ "name": before.name, "members": before.members })),
        after: Some(after),
        reason: None,
    });
    work.emit("team.changed", before.id, json!({ "team": before.id }));
    Ok(())
}
