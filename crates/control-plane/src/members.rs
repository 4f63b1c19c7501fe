//! Members of a tenant: who belongs to it and what they may do there.

mod accept;
mod explain;
mod grants;
mod ground;
mod held;
mod invitations;
mod invited;
mod join;
mod roles;
mod transfer;

use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_domain::{Grants, Permission, Role, TenantStatus};
use serde::Serialize;
use sqlx::postgres::PgConnection;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

pub use accept::{
    AcceptInvitation, Accepted, InvitationPreview, accept_invitation, preview_invitation,
};
pub use explain::{
    HeldPermission, MemberPermissions, PermissionAnswer, PermissionQuestion, PermissionSource,
    permissions_of_member,
};
pub(crate) use grants::require_power_over_all;
pub use grants::{
    AddGrant, GrantScope, GrantView, ScopeView, add_grant, list_grants, remove_grant,
};
pub(crate) use held::{grants_of, who_may};
pub use invitations::{Invite, invite, resend_invitation, revoke_invitation};
pub use invited::{InvitationView, list_invitations};
pub use join::{Admit, admit, join_tenant};
pub(crate) use join::{add_membership, joined};
pub(crate) use roles::require_power_over;
pub use roles::{set_member_status, set_roles};
pub use transfer::{
    Belongings, LedTeam, OwnApplication, OwnToken, Transfer, Transferred, list_belongings, transfer,
};

use crate::actor::{Actor, ActorKind};
use crate::db::Db;
use crate::page::{Listed, Page};
use crate::refusal::Refusal;
use crate::teams::{TeamRef, TeamRefRow};
use crate::tenants::{TenantRow, TenantView};

/// Whether a member may act in the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberStatus {
    /// May.
    Active,
    /// May not, until enabled again.
    Disabled,
}

impl MemberStatus {
    /// The word in tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    fn parse(word: &str) -> Result<Self, Refusal> {
        match word {
            "active" => Ok(Self::Active),
            "disabled" => Ok(Self::Disabled),
            _ => Err(anyhow::anyhow!("unknown member status {word}").into()),
        }
    }
}

/// A member.
#[derive(Debug, Clone, Serialize)]
pub struct MemberView {
    /// The person.
    pub user_id: UserId,
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Whether they may act.
    pub status: MemberStatus,
    /// Their roles, the most powerful first.
    pub roles: Vec<Role>,
    /// Their teams, personal ones too.
    pub teams: Vec<TeamRef>,
    /// Whether they are asked for a code after their password.
    pub second_factor: bool,
    /// How many passkeys sign them in.
    pub passkeys: i64,
    /// Version for conditional changes.
    pub row_version: i32,
    /// When they joined.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// The person as a caller in a tenant: `None` unless they are an active member. Rights are the union of their grants' and
/// at least a developer's; in a tenant that is not active only reading remains.
pub async fn actor_of_user(
    db: &Db,
    tenant: TenantId,
    user: UserId,
) -> Result<Option<Actor>, Refusal> {
    let mut tx = db.tenant(tenant).await?;
    let row = sqlx::query!(
        r#"select u.name, t.status as tenant_status,
                  array(select r.role from role_grant r where r.tenant_id = m.tenant_id and r.user_id = m.user_id) as "roles!"
           from membership m join app_user u on u.id = m.user_id join tenant t on t.id = m.tenant_id
           where m.tenant_id = $1 and m.user_id = $2 and m.status = 'active' and u.status = 'active'"#,
        tenant.uuid(),
        user.uuid(),
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let roles = parse_roles(&row.roles)?;
    let grants = grants_of(&mut tx, tenant, user).await?;
    let Some(grants) = grants_in(&row.tenant_status, grants)? else {
        return Ok(None);
    };
    let kind = ActorKind::User { id: user, roles };
    Ok(Some(Actor::new(tenant, kind, row.name, grants)))
}

/// What remains of somebody's rights given the tenant's status; `None` in a closed tenant.
pub(crate) fn grants_in(
    tenant_status: &str,
    mut grants: Grants,
) -> Result<Option<Grants>, Refusal> {
    match TenantStatus::parse(tenant_status) {
        Some(TenantStatus::Closed) => return Ok(None),
        Some(status) => grants.retain(|permission| remains(status, permission)),
        None => return Err(anyhow::anyhow!("unknown tenant status {tenant_status}").into()),
    }
    Ok(Some(grants))
}

/// Whether a permission is of use in a tenant of this status: in one that is suspended or being closed only reading is, and in the
/// latter its export and what takes the closing back.
fn remains(status: TenantStatus, permission: Permission) -> bool {
    match status {
        TenantStatus::Active => true,
        TenantStatus::Suspended => permission.as_str().contains(".read"),
        TenantStatus::Closing => {
            permission == Permission::TenantEnd || permission.as_str().contains(".read")
        }
        TenantStatus::Closed => false,
    }
}

pub(crate) fn parse_roles(words: &[String]) -> Result<Vec<Role>, Refusal> {
    let mut roles = words
        .iter()
        .map(|word| Role::parse(word).ok_or_else(|| anyhow::anyhow!("unknown role {word}")))
        .collect::<Result<Vec<_>, _>>()?;
    roles.sort();
    roles.dedup();
    Ok(roles)
}

/// The tenants a person is an active member of, by name.
pub async fn tenants_of(db: &Db, user: UserId) -> Result<Vec<TenantView>, Refusal> {
    let mut tx = db.global().await?;
    let rows = sqlx::query_as!(
        TenantRow,
        "select t.id, t.slug, t.name, t.status, t.signup_mode, t.email_domains, t.time_zone, t.minimum_notice_days, t.second_factor_required, t.created_at, t.purge_at, t.row_version
         from memberships_of($1) m join tenant t on t.id = m.tenant_id
         where m.status = 'active' and t.status <> 'closed'
         order by lower(t.name), t.id",
        user.uuid(),
    )
    .fetch_all(&mut *tx)
    .await?;
    rows.into_iter().map(TenantView::try_from).collect()
}

struct MemberRow {
    user_id: Uuid,
    email: String,
    name: String,
    status: String,
    roles: Vec<String>,
    teams: Json<Vec<TeamRefRow>>,
    second_factor: bool,
    passkeys: i64,
    row_version: i32,
    created_at: OffsetDateTime,
}

impl TryFrom<MemberRow> for MemberView {
    type Error = Refusal;

    fn try_from(row: MemberRow) -> Result<Self, Refusal> {
        Ok(Self {
            user_id: row.user_id.into(),
            email: row.email,
            name: row.name,
            status: MemberStatus::parse(&row.status)?,
            roles: parse_roles(&row.roles)?,
            teams: row.teams.0.into_iter().map(TeamRef::from).collect(),
            second_factor: row.second_factor,
            passkeys: row.passkeys,
            row_version: row.row_version,
            created_at: row.created_at,
        })
    }
}

/// The tenant's members, newest account first.
pub async fn list_members(
    db: &Db,
    actor: &Actor,
    page: &Page,
) -> Result<Listed<MemberView>, Refusal> {
    actor.require(Permission::MemberRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let rows = select(&mut tx, actor.tenant(), None, page).await?;
    Ok(Listed::cut(rows, page, |member| member.user_id.uuid()))
}

/// One member.
pub async fn get_member(db: &Db, actor: &Actor, user: UserId) -> Result<MemberView, Refusal> {
    if actor.user() != Some(user) {
        actor.require(Permission::MemberRead)?;
    }
    let mut tx = db.tenant(actor.tenant()).await?;
    get(&mut tx, actor.tenant(), user).await
}

pub(crate) async fn get(
    conn: &mut PgConnection,
    tenant: TenantId,
    user: UserId,
) -> Result<MemberView, Refusal> {
    let page = Page {
        limit: 1,
        after: None,
    };
    let mut members = select(conn, tenant, Some(user), &page).await?;
    members.pop().ok_or(Refusal::NotFound)
}

async fn select(
    conn: &mut PgConnection,
    tenant: TenantId,
    only: Option<UserId>,
    page: &Page,
) -> Result<Vec<MemberView>, Refusal> {
    let rows = sqlx::query_as!(
        MemberRow,
        r#"select m.user_id, u.email, u.name, m.status, m.row_version, m.created_at,
                  array(select r.role from role_grant r where r.tenant_id = m.tenant_id and r.user_id = m.user_id) as "roles!",
                  coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'slug', t.slug, 'name', t.name) order by t.slug)
                            from team_member tm join team t on t.tenant_id = tm.tenant_id and t.id = tm.team_id
                            where tm.tenant_id = m.tenant_id and tm.user_id = m.user_id), '[]') as "teams!: Json<Vec<TeamRefRow>>",
                  exists (select from second_factor f where f.user_id = m.user_id and f.confirmed_at is not null) as "second_factor!",
                  (select count(*) from passkey k where k.user_id = m.user_id) as "passkeys!"
           from membership m join app_user u on u.id = m.user_id
           where m.tenant_id = $1 and ($2::uuid is null or m.user_id = $2) and ($3::uuid is null or m.user_id < $3)
           order by m.user_id desc
           limit $4"#,
        tenant.uuid(),
        only.map(UserId::uuid),
        page.after,
        page.fetch(),
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(MemberView::try_from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_a_suspended_tenant_only_reading_remains_and_in_a_closed_one_nothing() {
        let all = Grants::everywhere(Permission::ALL.iter().copied());
        assert_eq!(grants_in("active", all.clone()).unwrap(), Some(all.clone()));
        let left = grants_in("suspended", all.clone()).unwrap().unwrap();
        assert!(left.allow(Permission::CatalogueRead));
        assert!(left.allow(Permission::UsageReadAny));
        assert!(!left.allow(Permission::ApplicationManage));
        assert!(!left.allow(Permission::TenantManage));
        assert!(!left.allow(Permission::SpecPublish));
        let left = grants_in("closing", all.clone()).unwrap().unwrap();
        assert!(left.allow(Permission::CatalogueRead));
        for gone in [
            Permission::TenantManage,
            Permission::MemberManage,
            Permission::SpecPublish,
            Permission::ApplicationManage,
        ] {
            assert!(!left.allow(gone), "{gone}");
        }
        assert!(left.allow(Permission::AuditRead) && left.allow(Permission::TenantEnd));
        assert_eq!(grants_in("closed", all.clone()).unwrap(), None);
        assert!(grants_in("odd", all).is_err());
    }
}
