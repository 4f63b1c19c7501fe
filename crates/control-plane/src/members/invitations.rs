//! Invitations: a link, bound to one address, that makes its holder a member.

use gatehouse_domain::id::{ApiId, TeamId, UserId};
use gatehouse_domain::{Email, Permission, Role};
use gatehouse_language::t;
use serde_json::json;
use sqlx::postgres::PgConnection;
use time::Duration;
use uuid::Uuid;

use super::MemberStatus;
use super::grants::GrantScope;
use super::ground::Ground;
use super::invited::{InvitationView, get};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::mail::{self, NewMail};
use crate::one_time::OneTimeToken;
use crate::page::Lookup;
use crate::refusal::{Faults, OnConstraint, Refusal};
use crate::roles::{self, Definition};
use crate::work::{Changed, Work};
use crate::{accounts, emails, tenants};

/// How long an invitation waits.
const LIFETIME: Duration = Duration::days(7);

/// Whom to invite, and as what.
#[derive(Debug, Clone, Default)]
pub struct Invite {
    /// The address the link is bound to.
    pub email: String,
    /// Slug of the role it gives.
    pub role: String,
    /// What the role holds for.
    pub scope: GrantScope,
    /// The team it joins, besides a personal one.
    pub team: Option<TeamId>,
    /// The API whose page it leads to.
    pub api: Option<Lookup<ApiId>>,
}

/// What is invited to, before it is written.
struct Offer {
    role: Definition,
    ground: Ground,
    team: Option<TeamId>,
    api: Option<Uuid>,
}

impl Offer {
    /// Refuses what does not exist, and what the inviter may not give.
    async fn of(conn: &mut PgConnection, actor: &Actor, input: &Invite) -> Result<Self, Refusal> {
        let role = roles::find(conn, &input.role)
            .await?
            .ok_or_else(|| Refusal::unknown("/role"))?;
        let ground = Ground::find(conn, &input.scope).await?;
        ground.require_power(actor, &role)?;
        if let Some(team) = input.team {
            require_team(conn, team).await?;
        }
        let api = match &input.api {
            Some(api) => Some(find_api(conn, api).await?),
            None => None,
        };
        Ok(Self {
            role,
            ground,
            team: input.team,
            api,
        })
    }
}

async fn require_team(conn: &mut PgConnection, team: TeamId) -> Result<(), Refusal> {
    let exists = sqlx::query_scalar!(
        r#"select exists (select from team where id = $1 and personal_user_id is null) as "exists!""#,
        team.uuid()
    )
    .fetch_one(conn)
    .await?;
    if exists {
        Ok(())
    } else {
        Err(Refusal::unknown("/team"))
    }
}

async fn find_api(conn: &mut PgConnection, api: &Lookup<ApiId>) -> Result<Uuid, Refusal> {
    let (id, slug) = api.parts();
    let found = sqlx::query_scalar!(
        "select id from api where ($1::uuid is null or id = $1) and ($2::text is null or slug = $2)",
        id,
        slug,
    )
    .fetch_optional(conn)
    .await?;
    found.ok_or_else(|| Refusal::unknown("/api"))
}

/// Invites an address. An earlier open invitation of the same address is replaced; its link stops working. Nobody gives what they
/// may not do themselves, where it will hold.
pub async fn invite(
    db: &Db,
    actor: &Actor,
    input: Invite,
) -> Result<Changed<InvitationView>, Refusal> {
    actor.require(Permission::MemberManage)?;
    let mut faults = Faults::default();
    let email = faults.parse("/email", "email", Email::new(input.email.trim()));
    faults.finish()?;
    let email = email.ok_or(Refusal::NotFound)?;
    let mut work = Work::begin(db, actor).await?;
    let offer = Offer::of(work.conn(), actor, &input).await?;
    let everywhere = offer.ground.role_of_all(&offer.role)?;
    refuse_members(&mut work, actor, &email).await?;
    let (tenant, now, id) = (work.tenant(), work.now(), work.new_id::<Uuid>());
    sqlx::query!(
        "delete from invitation where tenant_id = $1 and lower(email) = lower($2) and accepted_at is null",
        tenant,
        email.as_str()
    )
    .execute(work.conn())
    .await?;
    let token = OneTimeToken::generate();
    sqlx::query!(
        "insert into invitation (id, tenant_id, email, role, team_id, api_id, token_hash, invited_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id,
        tenant,
        email.as_str(),
        everywhere.unwrap_or(Role::Developer).as_str(),
        offer.team.map(TeamId::uuid),
        offer.api,
        token.hash(),
        actor.user().map(UserId::uuid),
        now,
        now + LIFETIME,
    )
    .execute(work.conn())
    .await
    .on_constraint("invitation_open_key", || {
        Refusal::Conflict(t!("refused-people-was-invited-a-moment-ago", email = &email))
    })?;
    if everywhere.is_none() {
        insert_grant(&mut work, id, &offer).await?;
    }
    let view = get(work.conn(), id).await?;
    send(&mut work, &view, token).await?;
    let facts = json!({ "email": email, "role": view.role, "team": view.team });
    work.audit(AuditEntry {
        action: "member.invite",
        subject: actor.tenant().to_string(),
        after: Some(json!({
            "email": email, "role": view.role, "scope": view.scope, "team": view.team, "api": view.api,
        })),
        ..AuditEntry::default()
    });
    work.emit("member.invited", actor.tenant(), facts);
    work.commit(view).await
}

async fn insert_grant(work: &mut Work<'_>, id: Uuid, offer: &Offer) -> Result<(), Refusal> {
    let (tenant, scope) = (work.tenant(), offer.ground.scope);
    let of_kind = |kind: &str| scope.id().filter(|_| scope.kind() == kind);
    sqlx::query!(
        "insert into invitation_grant (tenant_id, invitation_id, role, role_id, team_id, product_id, api_id)
         values ($1, $2, $3, $4, $5, $6, $7)",
        tenant,
        id,
        offer.role.slug,
        offer.role.own,
        of_kind("team"),
        of_kind("product"),
        of_kind("api"),
    )
    .execute(work.conn())
    .await?;
    Ok(())
}

async fn send(
    work: &mut Work<'_>,
    view: &InvitationView,
    token: OneTimeToken,
) -> Result<(), Refusal> {
    let tenant = work.actor().tenant();
    let place = tenants::get(work.conn(), tenant).await?;
    let inviter = work.actor().name().to_owned();
    let letter = || emails::invitation(&place.name, &inviter, &view.as_what());
    // Whoever has an account may have said how they read; of others nothing is known but who writes to them.
    let known = accounts::find_by_email(work.conn(), &view.email).await?;
    let mail = NewMail {
        to: view.email.clone(),
        letter: match known {
            Some(user) => user.is_told(letter),
            None => letter(),
        },
        token: Some(token),
    };
    mail::queue(work, mail).await
}

async fn refuse_members(work: &mut Work<'_>, actor: &Actor, email: &Email) -> Result<(), Refusal> {
    let Some(user) = accounts::find_by_email(work.conn(), email.as_str()).await? else {
        return Ok(());
    };
    match super::get(work.conn(), actor.tenant(), user.id).await {
        Ok(member) if member.status == MemberStatus::Disabled => Err(Refusal::Conflict(t!(
            "refused-people-is-a-disabled-member-enable-them",
            email = &email
        ))),
        Ok(_) => Err(Refusal::Conflict(t!(
            "refused-people-is-a-member-already",
            email = &email
        ))),
        Err(Refusal::NotFound) => Ok(()),
        Err(refusal) => Err(refusal),
    }
}

/// Sends an invitation again: with another link, for another seven days. The link before stops working.
pub async fn resend_invitation(
    db: &Db,
    actor: &Actor,
    id: Uuid,
) -> Result<Changed<InvitationView>, Refusal> {
    actor.require(Permission::MemberManage)?;
    let mut work = Work::begin(db, actor).await?;
    let (tenant, now) = (work.tenant(), work.now());
    let token = OneTimeToken::generate();
    sqlx::query!(
        "update invitation set token_hash = $3, expires_at = $4
         where tenant_id = $1 and id = $2 and accepted_at is null returning id",
        tenant,
        id,
        token.hash(),
        now + LIFETIME,
    )
    .fetch_one(work.conn())
    .await?;
    let view = get(work.conn(), id).await?;
    accounts::charge_mail(work.conn(), &view.email, now).await?;
    // Whoever sends it gives the role, as who invited did.
    let role = roles::find(work.conn(), &view.role)
        .await?
        .ok_or(Refusal::NotFound)?;
    let ground = Ground::of(work.conn(), &view.scope).await?;
    ground.require_power(actor, &role)?;
    send(&mut work, &view, token).await?;
    work.audit(AuditEntry {
        action: "member.resend_invitation",
        subject: actor.tenant().to_string(),
        after: Some(json!({ "email": view.email })),
        ..AuditEntry::default()
    });
    work.commit(view).await
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
