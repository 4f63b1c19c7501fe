//! Invitations: a link, bound to one address, that makes its holder a member.

use gatehouse_domain::id::{TeamId, UserId};
use gatehouse_domain::{Email, Permission, Role};
use serde::Serialize;
use serde_json::json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::MemberStatus;
use super::roles::require_power_over;
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::mail::{self, NewMail};
use crate::one_time::OneTimeToken;
use crate::page::{Listed, Page};
use crate::refusal::{Faults, OnConstraint, Refusal};
use crate::work::{Changed, Work};
use crate::{accounts, emails, tenants};

/// How long an invitation waits.
const LIFETIME: Duration = Duration::days(7);

/// Whom to invite, and as what.
#[derive(Debug, Clone)]
pub struct Invite {
    /// The address the link is bound to.
    pub email: String,
    /// The role it gives.
    pub role: Role,
    /// The team it joins, besides a personal one.
    pub team: Option<TeamId>,
}

/// An invitation. The link itself is only in the mail.
#[derive(Debug, Clone, Serialize)]
pub struct InvitationView {
    /// Names it in lists.
    pub id: Uuid,
    /// The address it is bound to.
    pub email: String,
    /// The role it gives.
    pub role: Role,
    /// The team it joins.
    pub team: Option<TeamId>,
    /// Who invited.
    pub invited_by: Option<UserId>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Until when the link works.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

/// Invites an address. An earlier open invitation of the same address is replaced; its link stops working.
pub async fn invite(
    db: &Db,
    actor: &Actor,
    input: Invite,
) -> Result<Changed<InvitationView>, Refusal> {
    actor.require(Permission::MemberManage)?;
    require_power_over(actor, input.role)?;
    let mut faults = Faults::default();
    let email = faults.parse("/email", "email", Email::new(input.email.trim()));
    faults.finish()?;
    let email = email.ok_or(Refusal::NotFound)?;
    let mut work = Work::begin(db, actor).await?;
    let place = tenants::get(work.conn(), actor.tenant()).await?;
    refuse_members(&mut work, actor, &email).await?;
    let (tenant, now, id) = (work.tenant(), work.now(), work.new_id::<Uuid>());
    if let Some(team) = input.team {
        let exists = sqlx::query_scalar!(
            r#"select exists (select from team where tenant_id = $1 and id = $2 and personal_user_id is null) as "exists!""#,
            tenant,
            team.uuid()
        )
        .fetch_one(work.conn())
        .await?;
        if !exists {
            return Err(Refusal::unknown("/team"));
        }
    }
    sqlx::query!(
        "delete from invitation where tenant_id = $1 and lower(email) = lower($2) and accepted_at is null",
        tenant,
        email.as_str()
    )
    .execute(work.conn())
    .await?;
    let token = OneTimeToken::generate();
    sqlx::query!(
        "insert into invitation (id, tenant_id, email, role, team_id, token_hash, invited_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id,
        tenant,
        email.as_str(),
        input.role.as_str(),
        input.team.map(TeamId::uuid),
        token.hash(),
        actor.user().map(UserId::uuid),
        now,
        now + LIFETIME,
    )
    .execute(work.conn())
    .await
    .on_constraint("invitation_open_key", || {
        Refusal::Conflict(format!("{email} was invited a moment ago."))
    })?;
    let mail = NewMail {
        to: email.to_string(),
        letter: emails::invitation(&place.name, actor.name(), input.role),
        token: Some(token),
    };
    mail::queue(&mut work, mail).await?;
    let facts = json!({ "email": email, "role": input.role, "team": input.team });
    work.audit(AuditEntry {
        action: "member.invite",
        subject: actor.tenant().to_string(),
        after: Some(facts.clone()),
        ..AuditEntry::default()
    });
    work.emit("member.invited", actor.tenant(), facts);
    work.commit(InvitationView {
        id,
        email: email.to_string(),
        role: input.role,
        team: input.team,
        invited_by: actor.user(),
        created_at: now,
        expires_at: now + LIFETIME,
    })
    .await
}

async fn refuse_members(work: &mut Work<'_>, actor: &Actor, email: &Email) -> Result<(), Refusal> {
    let Some(user) = accounts::find_by_email(work.conn(), email.as_str()).await? else {
        return Ok(());
    };
    match super::get(work.conn(), actor.tenant(), user.id).await {
        Ok(member) if member.status == MemberStatus::Disabled => Err(Refusal::Conflict(format!(
            "{email} is a disabled member. Enable them instead."
        ))),
        Ok(_) => Err(Refusal::Conflict(format!("{email} is a member already."))),
        Err(Refusal::NotFound) => Ok(()),
        Err(refusal) => Err(refusal),
    }
}

/// Invitations that still wait, newest first.
pub async fn list_invitations(
    db: &Db,
    actor: &Actor,
    page: &Page,
) -> Result<Listed<InvitationView>, Refusal> {
    actor.require(Permission::MemberRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let rows = sqlx::query!(
        "select id, email, role, team_id, invited_by, created_at, expires_at from invitation
         where tenant_id = $1 and accepted_at is null and expires_at > $2 and ($3::uuid is null or id < $3)
         order by id desc limit $4",
        actor.tenant().uuid(),
        db.clock().now(),
        page.after,
        page.fetch(),
    )
    .fetch_all(&mut *tx)
    .await?;
    let views = rows
        .into_iter()
        .map(|row| {
            Ok(InvitationView {
                id: row.id,
                email: row.email,
                role: role_of(&row.role)?,
                team: row.team_id.map(TeamId::from_uuid),
                invited_by: row.invited_by.map(UserId::from_uuid),
                created_at: row.created_at,
                expires_at: row.expires_at,
            })
        })
        .collect::<Result<_, Refusal>>()?;
    Ok(Listed::cut(views, page, |view: &InvitationView| view.id))
}

pub(super) fn role_of(word: &str) -> Result<Role, Refusal> {
    Ok(Role::parse(word).ok_or_else(|| anyhow::anyhow!("unknown role {word}"))?)
}

/// Takes an invitation back; its link stops working.
pub async fn revoke_invitation(db: &Db, actor: &Actor, id: Uuid) -> Result<Changed<()>, Refusal> {
    actor.require(Permission::MemberManage)?;
    let mut work = Work::begin(db, actor).await?;
    let tenant = work.tenant();
    let email = sqlx::query_scalar!(
        "delete from invitation where tenant_id = $1 and id = $2 and accepted_at is null returning email",
        tenant,
        id
    )
    .fetch_one(work.conn())
    .await?;
    work.audit(AuditEntry {
        action: "member.revoke_invitation",
        subject: actor.tenant().to_string(),
        before: Some(json!({ "email": email })),
        ..AuditEntry::default()
    });
    work.commit(()).await
}
