//! What hangs on one person, and handing it over before or after they leave: the applications of their personal team, the access
//! tokens that work in their name, the teams that only they lead, and the decisions they were to take for somebody away. Roles are
//! given, not inherited; names in the audit log stay.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{
    AccessTokenId, ApiId, ApplicationId, ApprovalDelegationId, TeamId, UserId,
};
use gatehouse_language::t;
use serde::Serialize;
use serde_json::json;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::roles::lock_member;
use super::{MemberStatus, MemberView, get, grants, grants_of};
use crate::actor::Actor;
use crate::apis;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::work::{Changed, Work};

/// What hangs on a member.
#[derive(Debug, Clone, Serialize)]
pub struct Belongings {
    /// The person.
    pub user_id: UserId,
    /// Applications of their personal team.
    pub applications: Vec<OwnApplication>,
    /// Access tokens that work in their name.
    pub tokens: Vec<OwnToken>,
    /// Teams that nobody else leads.
    pub led_teams: Vec<LedTeam>,
    /// Requests they were to decide for somebody away, and those somebody decides for them: ids of what said so.
    pub delegations: Vec<ApprovalDelegationId>,
}

/// An application of somebody's own team.
#[derive(Debug, Clone, Serialize)]
pub struct OwnApplication {
    /// Identity.
    pub id: ApplicationId,
    /// Its name.
    pub name: String,
    /// Its subscriptions in force or waiting.
    pub subscriptions: i64,
}

/// An access token that works in somebody's name.
#[derive(Debug, Clone, Serialize)]
pub struct OwnToken {
    /// Identity.
    pub id: AccessTokenId,
    /// Its name.
    pub name: String,
    /// What it may do, where its maker may: never more than it could before.
    pub scopes: Vec<Permission>,
    /// The APIs it is for; `None` is all of them.
    pub apis: Option<Vec<ApiId>>,
    /// Whether it speaks for them above all tenants, too. Nobody takes that over: it ends with the transfer.
    pub platform: bool,
    /// Whether nothing was left of that, so that it was revoked.
    pub revoked: bool,
}

/// A team that one person alone leads.
#[derive(Debug, Clone, Serialize)]
pub struct LedTeam {
    /// Identity.
    pub id: TeamId,
    /// In URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
}

/// Who takes over.
#[derive(Debug, Clone)]
pub struct Transfer {
    /// In whose name the access tokens work from now on, within what that person may do.
    pub to: UserId,
    /// Whose the applications are from now on; `None` is that person's own team.
    pub team: Option<Lookup<TeamId>>,
}

/// What was handed over.
#[derive(Debug, Clone, Serialize)]
pub struct Transferred {
    /// From whom.
    pub from: UserId,
    /// To whom.
    pub to: UserId,
    /// The team that has the applications now.
    pub team: TeamId,
    /// The applications.
    pub applications: Vec<OwnApplication>,
    /// The access tokens.
    pub tokens: Vec<OwnToken>,
    /// Teams that the other leads now.
    pub led_teams: Vec<LedTeam>,
    /// Delegations of decisions that ended: whom to trust with them is for those who are away to say.
    pub delegations_ended: Vec<ApprovalDelegationId>,
}

/// What hangs on a member, so that it is known before they are disabled.
pub async fn list_belongings(db: &Db, actor: &Actor, user: UserId) -> Result<Belongings, Refusal> {
    actor.require(Permission::MemberManage)?;
    let now = db.clock().now();
    let mut tx = db.tenant(actor.tenant()).await?;
    get(&mut tx, actor.tenant(), user).await?;
    let conn = &mut *tx;
    Ok(Belongings {
        user_id: user,
        applications: applications_of(conn, user).await?,
        tokens: tokens_of(conn, user, now).await?,
        led_teams: led_teams(conn, user).await?,
        delegations: delegations_of(conn, user, now).await?,
    })
}

/// Hands over what hangs on a member.
pub async fn transfer(
    db: &Db,
    actor: &Actor,
    user: UserId,
    input: Transfer,
) -> Result<Changed<Transferred>, Refusal> {
    actor.require(Permission::MemberManage)?;
    let mut work = Work::begin(db, actor).await?;
    let from = lock_member(&mut work, actor, user, None).await?;
    actor.require(Permission::ApplicationManageAny)?;
    grants::require_power_over_all(&mut work, actor, user).await?;
    let to = heir(&mut work, actor, &from, input.to).await?;
    let team = new_team(&mut work, &to, input.team.as_ref()).await?;
    let value = Transferred {
        from: user,
        to: input.to,
        team: team.into(),
        applications: move_applications(&mut work, user, team).await?,
        tokens: move_tokens(&mut work, actor, user, input.to).await?,
        led_teams: hand_over_teams(&mut work, user, input.to).await?,
        delegations_ended: end_delegations(&mut work, user).await?,
    };
    work.audit(AuditEntry {
        action: "member.transfer",
        subject: user.to_string(),
        before: None,
        after: Some(json!(value)),
        reason: None,
    });
    work.emit(
        "member.transferred",
        user,
        json!({
            "user": user,
            "to": input.to,
            "applications": value.applications.len(),
            "tokens": value.tokens.len(),
            "actor": actor.user(),
        }),
    );
    work.commit(value).await
}

async fn heir(
    work: &mut Work<'_>,
    actor: &Actor,
    from: &MemberView,
    to: UserId,
) -> Result<MemberView, Refusal> {
    if to == from.user_id {
        let detail = t!("refused-people-name-another-member");
        return Err(Refusal::field("/to", "itself", detail));
    }
    match get(work.conn(), actor.tenant(), to).await {
        Ok(heir) if heir.status == MemberStatus::Active => Ok(heir),
        Ok(heir) => Err(Refusal::Conflict(t!(
            "refused-people-is-disabled-enable-them-first-or",
            name = &heir.name
        ))),
        Err(Refusal::NotFound) => Err(Refusal::unknown("/to")),
        Err(refusal) => Err(refusal),
    }
}

async fn new_team(
    work: &mut Work<'_>,
    to: &MemberView,
    team: Option<&Lookup<TeamId>>,
) -> Result<Uuid, Refusal> {
    let Some(team) = team else {
        return Ok(sqlx::query_scalar!(
            "select id from team where tenant_id = current_tenant() and personal_user_id = $1 for share",
            to.user_id.uuid()
        )
        .fetch_one(work.conn())
        .await?);
    };
    let (id, slug) = team.parts();
    sqlx::query_scalar!(
        "select id from team
         where tenant_id = current_tenant() and ($1::uuid is null or id = $1) and ($2::text is null or slug = $2)
           and personal_user_id is null
         for share",
        id,
        slug,
    )
    .fetch_optional(work.conn())
    .await?
    .ok_or_else(|| Refusal::unknown("/team"))
}

async fn applications_of(
    conn: &mut PgConnection,
    user: UserId,
) -> Result<Vec<OwnApplication>, Refusal> {
    let rows = sqlx::query!(
        r#"select a.id, a.name,
                  (select count(*) from subscription s
                   where s.application_id = a.id and s.state in ('pending', 'active')) as "subscriptions!"
           from application a join team t on t.id = a.owner_team_id
           where t.tenant_id = current_tenant() and t.personal_user_id = $1 and a.state <> 'deleted'
           order by a.id"#,
        user.uuid(),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| OwnApplication {
            id: row.id.into(),
            name: row.name,
            subscriptions: row.subscriptions,
        })
        .collect())
}

async fn move_applications(
    work: &mut Work<'_>,
    user: UserId,
    team: Uuid,
) -> Result<Vec<OwnApplication>, Refusal> {
    sqlx::query!(
        "select a.id from application a join team t on t.id = a.owner_team_id
         where t.tenant_id = current_tenant() and t.personal_user_id = $1 and a.state <> 'deleted'
         order by a.id for no key update of a",
        user.uuid(),
    )
    .fetch_all(work.conn())
    .await?;
    let moved = applications_of(work.conn(), user).await?;
    let ids: Vec<Uuid> = moved.iter().map(|moved| moved.id.uuid()).collect();
    sqlx::query!(
        "update application set owner_team_id = $2, row_version = row_version + 1 where id = any($1)",
        &ids,
        team,
    )
    .execute(work.conn())
    .await?;
    Ok(moved)
}

async fn tokens_of(
    conn: &mut PgConnection,
    user: UserId,
    now: OffsetDateTime,
) -> Result<Vec<OwnToken>, Refusal> {
    let rows = sqlx::query!(
        r#"select id, name, scopes, api_ids, coalesce(platform_user_id = created_by, false) as "platform!" from access_token
           where tenant_id = current_tenant() and created_by = $1 and revoked_at is null and expires_at > $2
           order by id"#,
        user.uuid(),
        now,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| OwnToken {
            id: row.id.into(),
            name: row.name,
            scopes: crate::roles::known_permissions(&row.scopes),
            apis: row
                .api_ids
                .map(|ids| ids.into_iter().map(ApiId::from_uuid).collect()),
            platform: row.platform,
            revoked: false,
        })
        .collect())
}

/// A token keeps of its scopes what its maker could still do everywhere it reaches: what slept since they lost a role, or held
/// in one place only, must not wake up. A role of the platform is a person's own: no token speaks for another by it.
async fn move_tokens(
    work: &mut Work<'_>,
    actor: &Actor,
    user: UserId,
    to: UserId,
) -> Result<Vec<OwnToken>, Refusal> {
    let could = grants_of(work.conn(), actor.tenant(), user).await?;
    let now = work.now();
    sqlx::query!(
        "select id from access_token where tenant_id = current_tenant() and created_by = $1 order by id for no key update",
        user.uuid(),
    )
    .fetch_all(work.conn())
    .await?;
    let mut tokens = tokens_of(work.conn(), user, now).await?;
    for token in &mut tokens {
        let places = match &token.apis {
            Some(apis) => {
                let ids: Vec<Uuid> = apis.iter().map(|api| api.uuid()).collect();
                Some(apis::places(work.conn(), &ids).await?)
            }
            None => None,
        };
        token.scopes.retain(|scope| match &places {
            Some(places) => places.iter().all(|place| could.allow_on(*scope, place)),
            None => could.allow(*scope),
        });
        token.revoked = token.scopes.is_empty();
        let words: Vec<String> = token.scopes.iter().map(ToString::to_string).collect();
        sqlx::query!(
            "update access_token
             set created_by = $2, platform_user_id = null, account_user_id = null, row_version = row_version + 1,
                 scopes = case when $3 then scopes else $4 end,
                 revoked_at = case when $3 then $5::timestamptz else null end
             where id = $1",
            token.id.uuid(),
            to.uuid(),
            token.revoked,
            &words,
            now,
        )
        .execute(work.conn())
        .await?;
    }
    Ok(tokens)
}

async fn led_teams(conn: &mut PgConnection, user: UserId) -> Result<Vec<LedTeam>, Refusal> {
    let rows = sqlx::query!(
        "select t.id, t.slug, t.name
         from team_member m join team t on t.tenant_id = m.tenant_id and t.id = m.team_id
         where m.tenant_id = current_tenant() and m.user_id = $1 and m.role = 'lead' and t.personal_user_id is null
           and not exists (select from team_member o where o.tenant_id = m.tenant_id and o.team_id = m.team_id
                             and o.role = 'lead' and o.user_id <> $1)
         order by t.slug",
        user.uuid(),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| LedTeam {
            id: row.id.into(),
            slug: row.slug,
            name: row.name,
        })
        .collect())
}

async fn hand_over_teams(
    work: &mut Work<'_>,
    user: UserId,
    to: UserId,
) -> Result<Vec<LedTeam>, Refusal> {
    let (tenant, now) = (work.tenant(), work.now());
    let teams = led_teams(work.conn(), user).await?;
    let ids: Vec<Uuid> = teams.iter().map(|team| team.id.uuid()).collect();
    sqlx::query!(
        "insert into team_member (tenant_id, team_id, user_id, role, created_at)
         select $1, team, $2, 'lead', $4 from unnest($3::uuid[]) as led (team)
         on conflict (tenant_id, team_id, user_id) do update set role = 'lead'",
        tenant,
        to.uuid(),
        &ids,
        now,
    )
    .execute(work.conn())
    .await?;
    sqlx::query!(
        "update team set row_version = row_version + 1 where tenant_id = $1 and id = any($2)",
        tenant,
        &ids,
    )
    .execute(work.conn())
    .await?;
    Ok(teams)
}

async fn delegations_of(
    conn: &mut PgConnection,
    user: UserId,
    now: OffsetDateTime,
) -> Result<Vec<ApprovalDelegationId>, Refusal> {
    let ids = sqlx::query_scalar!(
        "select id from approval_delegation
         where tenant_id = current_tenant() and (from_user_id = $1 or to_user_id = $1) and revoked_at is null and ends_at > $2
         order by id",
        user.uuid(),
        now,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

async fn end_delegations(
    work: &mut Work<'_>,
    user: UserId,
) -> Result<Vec<ApprovalDelegationId>, Refusal> {
    let now = work.now();
    let ended = delegations_of(work.conn(), user, now).await?;
    let ids: Vec<Uuid> = ended.iter().map(|id| id.uuid()).collect();
    sqlx::query!(
        "update approval_delegation set revoked_at = $2 where id = any($1)",
        &ids,
        now,
    )
    .execute(work.conn())
    .await?;
    Ok(ended)
}
