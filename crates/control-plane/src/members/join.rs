//! Becoming a member: the rows every way in ends with.

use gatehouse_domain::id::{TeamId, TenantId, UserId};
use gatehouse_domain::{Email, Permission, Role, Slug};
use gatehouse_language::t;
use gatehouse_runtime::Secret;
use serde_json::json;

use super::MemberView;
use crate::actor::{Actor, ActorKind};
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::refusal::{Faults, OnConstraint, Refusal};
use crate::work::{Changed, Work};
use crate::{accounts, passwords, tenants};

/// Writes a membership with its roles and personal team. An existing membership keeps its status and gains the roles.
pub(crate) async fn add_membership(
    work: &mut Work<'_>,
    user: UserId,
    roles: &[Role],
) -> Result<(), Refusal> {
    let (tenant, now) = (work.tenant(), work.now());
    sqlx::query!(
        "insert into membership (tenant_id, user_id, status, created_at) values ($1, $2, 'active', $3)
         on conflict (tenant_id, user_id) do nothing",
        tenant,
        user.uuid(),
        now,
    )
    .execute(work.conn())
    .await?;
    let words: Vec<_> = roles.iter().map(|role| role.as_str().to_owned()).collect();
    sqlx::query!(
        "insert into role_grant (tenant_id, user_id, role, created_at)
         select $1, $2, role, $4 from unnest($3::text[]) as wanted (role)
         on conflict (tenant_id, user_id, role) do nothing",
        tenant,
        user.uuid(),
        &words,
        now,
    )
    .execute(work.conn())
    .await?;
    add_personal_team(work, user).await
}

async fn add_personal_team(work: &mut Work<'_>, user: UserId) -> Result<(), Refusal> {
    let (tenant, now) = (work.tenant(), work.now());
    let name = accounts::get(work.conn(), user).await?.name;
    let team: TeamId = work.new_id();
    let inserted = sqlx::query!(
        "insert into team (id, tenant_id, slug, name, kind, personal_user_id, created_at)
         values ($1, $2, $3, $4, 'consumer', $5, $6)
         on conflict (tenant_id, personal_user_id) where personal_user_id is not null do nothing",
        team.uuid(),
        tenant,
        personal_slug(&name, team),
        name,
        user.uuid(),
        now,
    )
    .execute(work.conn())
    .await?;
    if inserted.rows_affected() == 1 {
        sqlx::query!(
            "insert into team_member (tenant_id, team_id, user_id, role, created_at) values ($1, $2, $3, 'lead', $4)",
            tenant,
            team.uuid(),
            user.uuid(),
            now,
        )
        .execute(work.conn())
        .await?;
    }
    Ok(())
}

/// A person's name and six random letters: people choose their names, so without the letters one could take the slug of
/// a team that is still to be made.
fn personal_slug(name: &str, team: TeamId) -> String {
    let name = Slug::from_name(name).map_or_else(|| "person".to_owned(), |slug| slug.to_string());
    let name: String = name.chars().take(30).collect();
    let text = team.to_string();
    let random = text.get(text.len() - 6..).unwrap_or_default();
    format!("{}-{random}", name.trim_end_matches('-'))
}

/// Makes a signed-in person a developer of a tenant whose sign-up takes their address.
pub async fn join_tenant(db: &Db, tenant: TenantId, user: UserId) -> Result<Changed<()>, Refusal> {
    let account = accounts::get_user(db, user).await?;
    if account.status != "active" {
        return Err(Refusal::NotFound);
    }
    let email = Email::new(account.email.clone()).map_err(anyhow::Error::from)?;
    let kind = ActorKind::User {
        id: user,
        roles: Vec::new(),
    };
    let actor = Actor::new(tenant, kind, account.name.clone(), Default::default());
    let mut work = Work::begin(db, &actor).await?;
    let place = tenants::get(work.conn(), tenant).await?;
    accounts::require_open(&place, &email)?;
    if super::get(work.conn(), tenant, user).await.is_ok() {
        return Err(Refusal::Conflict(t!(
            "refused-people-you-are-a-member-of-already",
            name = &place.name
        )));
    }
    add_membership(&mut work, user, &[Role::Developer]).await?;
    joined(
        &mut work,
        "member.join",
        user,
        &account.name,
        &[Role::Developer],
    );
    work.commit(()).await
}

pub(crate) fn joined(
    work: &mut Work<'_>,
    action: &'static str,
    user: UserId,
    name: &str,
    roles: &[Role],
) {
    work.audit(AuditEntry {
        action,
        subject: user.to_string(),
        after: Some(json!({ "name": name, "roles": roles })),
        ..AuditEntry::default()
    });
    work.emit(
        "member.joined",
        user,
        json!({ "user": user, "name": name, "roles": roles }),
    );
}

/// A member made by the program itself.
#[derive(Debug, Clone)]
pub struct Admit {
    /// Their address; taken as proved.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Their password; judged like any other.
    pub password: Secret<String>,
    /// Their roles.
    pub roles: Vec<Role>,
}

/// Makes an account and its membership without a mail. For the program itself only: demo data and set-up.
pub async fn admit(db: &Db, actor: &Actor, input: Admit) -> Result<Changed<MemberView>, Refusal> {
    actor.require(Permission::MemberManage)?;
    if *actor.kind() != ActorKind::System {
        return Err(Refusal::NotYours(t!(
            "refused-people-people-join-by-invitation-or-sign"
        )));
    }
    let mut faults = Faults::default();
    let email = faults.parse("/email", "email", Email::new(input.email.trim()));
    let name = faults.text("/name", &input.name, 80);
    faults.finish()?;
    let email = email.ok_or(Refusal::NotFound)?;
    let context = vec![email.to_string(), name.clone()];
    let hash = passwords::accept(&input.password, "/password", context).await?;
    let mut work = Work::begin(db, actor).await?;
    let (now, id) = (work.now(), work.new_id());
    let user = accounts::insert(work.conn(), id, &email, &name, Some(&hash), now)
        .await
        .on_constraint("app_user_email_key", || taken(&email))?
        .ok_or_else(|| taken(&email))?;
    add_membership(&mut work, user, &input.roles).await?;
    joined(&mut work, "member.admit", user, &name, &input.roles);
    let view = super::get(work.conn(), actor.tenant(), user).await?;
    work.commit(view).await
}

pub(super) fn taken(email: &Email) -> Refusal {
    Refusal::Conflict(t!("refused-people-has-an-account-already", email = &email))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn personal_slugs_are_slugs_whatever_the_name() {
        let team = TeamId::from_uuid(Uuid::from_u128(0x0192_aaaa_bbbb_7ccc_8ddd_eeee_ffff_1234));
        for name in [
            "Ana Okafor",
            "漢字",
            &"x".repeat(80),
            "a-b- c-d e-f g-h i-j k-l m-n o-p",
        ] {
            let slug = personal_slug(name, team);
            assert!(Slug::new(slug.clone()).is_ok(), "{slug}");
        }
    }
}
