//! Grants: a role for a member, in the whole tenant or for one team, product or API.

use gatehouse_domain::id::{ApiId, ProductId, TeamId, UserId};
use gatehouse_domain::{Permission, Role, Scope};
use gatehouse_language::t;
use serde::Serialize;
use serde_json::json;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::ground::Ground;
use super::held::{permissions_of, scope_of};
use super::roles::{lock_member, require_an_owner};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::{OnConstraint, Refusal};
use crate::roles::{self, Definition};
use crate::work::{Changed, Work};

/// What a grant holds for, as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScopeView {
    /// `tenant`, `team`, `product` or `api`.
    pub kind: &'static str,
    /// Its id; `None` is the tenant.
    pub id: Option<Uuid>,
    /// Its name in URLs; `None` is the tenant.
    pub slug: Option<String>,
    /// Its name.
    pub name: Option<String>,
}

/// A grant.
#[derive(Debug, Clone, Serialize)]
pub struct GrantView {
    /// Names it in this list: a UUID, or the word of a built-in role in the whole tenant.
    pub id: String,
    /// The role's slug.
    pub role: String,
    /// Whether the program brings the role.
    pub built_in: bool,
    /// What it holds for.
    pub scope: ScopeView,
    /// What it allows there.
    pub permissions: Vec<Permission>,
    /// Who gave it, where that is known.
    pub granted_by: Option<UserId>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

impl GrantView {
    fn definition(&self) -> Definition {
        Definition {
            slug: self.role.clone(),
            own: None,
            permissions: self.permissions.clone(),
        }
    }
}

/// What a new grant holds for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum GrantScope {
    /// The whole tenant.
    #[default]
    Tenant,
    /// Everything a team owns.
    Team(Lookup<TeamId>),
    /// One product.
    Product(Lookup<ProductId>),
    /// One API.
    Api(Lookup<ApiId>),
}

/// A new grant.
#[derive(Debug, Clone)]
pub struct AddGrant {
    /// Slug of the role.
    pub role: String,
    /// What it holds for.
    pub scope: GrantScope,
}

/// What a member holds: built-in roles in the whole tenant first, then the newest.
pub async fn list_grants(db: &Db, actor: &Actor, user: UserId) -> Result<Vec<GrantView>, Refusal> {
    if actor.user() != Some(user) {
        actor.require(Permission::MemberRead)?;
    }
    let mut tx = db.tenant(actor.tenant()).await?;
    super::get(&mut tx, actor.tenant(), user).await?;
    of_member(&mut tx, user).await
}

/// Every grant of one member.
pub(super) async fn of_member(
    conn: &mut PgConnection,
    user: UserId,
) -> Result<Vec<GrantView>, Refusal> {
    let rows = sqlx::query!(
        r#"select null::uuid as id, g.role as "role!", null::text[] as own, null::uuid as team_id, null::uuid as product_id,
                  null::uuid as api_id, null::text as slug, null::text as name, null::uuid as granted_by, g.created_at as "created_at!"
           from role_grant g where g.user_id = $1
           union all
           select g.id, g.role, r.permissions, g.team_id, g.product_id, g.api_id, coalesce(t.slug, p.slug, a.slug),
                  coalesce(t.name, p.name, a.name), g.granted_by, g.created_at
           from scoped_grant g
           left join role r on r.id = g.role_id
           left join team t on t.id = g.team_id
           left join product p on p.id = g.product_id
           left join api a on a.id = g.api_id
           where g.user_id = $1
           order by 1 desc nulls first, 2"#,
        user.uuid(),
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let scope = scope_of(row.team_id, row.product_id, row.api_id);
            Ok(GrantView {
                id: row.id.map_or_else(|| row.role.clone(), |id| id.to_string()),
                permissions: permissions_of(&row.role, row.own.as_deref())?,
                built_in: row.own.is_none(),
                role: row.role,
                scope: ScopeView {
                    kind: scope.kind(),
                    id: scope.id(),
                    slug: row.slug,
                    name: row.name,
                },
                granted_by: row.granted_by.map(UserId::from_uuid),
                created_at: row.created_at,
            })
        })
        .collect()
}

/// Gives a member a role. Nobody gives what they may not do themselves, where it will hold.
pub async fn add_grant(
    db: &Db,
    actor: &Actor,
    user: UserId,
    input: AddGrant,
) -> Result<Changed<GrantView>, Refusal> {
    actor.require_anywhere(Permission::MemberManage)?;
    let mut work = Work::begin(db, actor).await?;
    let member = lock_member(&mut work, actor, user, None).await?;
    let role = roles::find(work.conn(), &input.role)
        .await?
        .ok_or_else(|| Refusal::unknown("/role"))?;
    let ground = Ground::find(work.conn(), &input.scope).await?;
    ground.require_power(actor, &role)?;
    let again = || {
        Refusal::Conflict(t!(
            "refused-people-has-this-role-there-already",
            name = &member.name
        ))
    };
    let id = match ground.role_of_all(&role)? {
        Some(built_in) => {
            if !insert_in_tenant(&mut work, user, built_in).await? {
                return Err(again());
            }
            built_in.as_str().to_owned()
        }
        None => {
            let by = actor.user();
            let id = insert_scoped(&mut work, user, &role, ground.scope, by)
                .await
                .on_constraint("scoped_grant_key", again)?;
            id.to_string()
        }
    };
    let view = find(work.conn(), user, &id).await?;
    record(&mut work, user, "member.grant_role", None, Some(&view)).await?;
    work.commit(view).await
}

/// Takes a grant back. Nobody takes what they may not do themselves, and one active owner always remains.
pub async fn remove_grant(
    db: &Db,
    actor: &Actor,
    user: UserId,
    id: &str,
) -> Result<Changed<()>, Refusal> {
    actor.require_anywhere(Permission::MemberManage)?;
    let mut work = Work::begin(db, actor).await?;
    lock_member(&mut work, actor, user, None).await?;
    let before = find(work.conn(), user, id).await?;
    let ground = Ground::of(work.conn(), &before.scope).await?;
    ground.require_power(actor, &before.definition())?;
    match Uuid::parse_str(id) {
        Ok(id) => {
            sqlx::query!(
                "delete from scoped_grant where user_id = $1 and id = $2",
                user.uuid(),
                id
            )
            .execute(work.conn())
            .await?;
        }
        Err(_) => {
            sqlx::query!(
                "delete from role_grant where user_id = $1 and role = $2",
                user.uuid(),
                id
            )
            .execute(work.conn())
            .await?;
        }
    }
    require_an_owner(&mut work).await?;
    record(&mut work, user, "member.take_role", Some(&before), None).await?;
    work.commit(()).await
}

/// Refuses whoever lacks something that a member may do, where they may do it: who is stronger is not stopped by who is
/// weaker.
pub(crate) async fn require_power_over_all(
    work: &mut Work<'_>,
    actor: &Actor,
    user: UserId,
) -> Result<(), Refusal> {
    for grant in of_member(work.conn(), user).await? {
        let ground = Ground::of(work.conn(), &grant.scope).await?;
        ground.require_power(actor, &grant.definition())?;
    }
    Ok(())
}

async fn find(conn: &mut PgConnection, user: UserId, id: &str) -> Result<GrantView, Refusal> {
    let held = of_member(conn, user).await?;
    held.into_iter()
        .find(|grant| grant.id == id)
        .ok_or(Refusal::NotFound)
}

async fn insert_in_tenant(work: &mut Work<'_>, user: UserId, role: Role) -> Result<bool, Refusal> {
    let (tenant, now) = (work.tenant(), work.now());
    let inserted = sqlx::query!(
        "insert into role_grant (tenant_id, user_id, role, created_at) values ($1, $2, $3, $4)
         on conflict (tenant_id, user_id, role) do nothing",
        tenant,
        user.uuid(),
        role.as_str(),
        now,
    )
    .execute(work.conn())
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub(super) async fn insert_scoped(
    work: &mut Work<'_>,
    user: UserId,
    role: &Definition,
    scope: Scope,
    by: Option<UserId>,
) -> Result<Uuid, Refusal> {
    let (tenant, now, id) = (work.tenant(), work.now(), work.new_id::<Uuid>());
    let of_kind = |kind: &str| scope.id().filter(|_| scope.kind() == kind);
    sqlx::query!(
        "insert into scoped_grant (id, tenant_id, user_id, role, role_id, team_id, product_id, api_id, granted_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id,
        tenant,
        user.uuid(),
        role.slug,
        role.own,
        of_kind("team"),
        of_kind("product"),
        of_kind("api"),
        by.map(UserId::uuid),
        now,
    )
    .execute(work.conn())
    .await?;
    Ok(id)
}

async fn record(
    work: &mut Work<'_>,
    user: UserId,
    action: &'static str,
    before: Option<&GrantView>,
    after: Option<&GrantView>,
) -> Result<(), Refusal> {
    let tenant = work.tenant();
    sqlx::query!(
        "update membership set row_version = row_version + 1 where tenant_id = $1 and user_id = $2",
        tenant,
        user.uuid()
    )
    .execute(work.conn())
    .await?;
    let recorded = |grant: &GrantView| json!({ "role": grant.role, "scope": grant.scope, "permissions": grant.permissions });
    work.audit(AuditEntry {
        action,
        subject: user.to_string(),
        before: before.map(recorded),
        after: after.map(recorded),
        reason: None,
    });
    // The tenant's own roles too; what holds for a part of it only is in the list of grants.
    let held = of_member(work.conn(), user).await?;
    let everywhere = held.iter().filter(|grant| grant.scope.id.is_none());
    let roles: Vec<&str> = everywhere.map(|grant| grant.role.as_str()).collect();
    let by = work.actor().user();
    work.emit(
        "member.roles_changed",
        user,
        json!({ "user": user, "roles": roles, "actor": by }),
    );
    Ok(())
}
