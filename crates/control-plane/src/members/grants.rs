//! Grants: a role for a member, in the whole tenant or for one team, product or API.

use gatehouse_domain::id::{ApiId, ProductId, TeamId, UserId};
use gatehouse_domain::{Permission, Place, Role, Scope};
use serde::Serialize;
use serde_json::json;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::held::{permissions_of, scope_of};
use super::roles::{lock_member, require_an_owner, require_power_over};
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
    let again = || Refusal::Conflict(format!("{} has this role there already.", member.name));
    let id = match (ground.scope, role.built_in()) {
        (Scope::Tenant, Some(built_in)) => {
            if !insert_in_tenant(&mut work, user, built_in).await? {
                return Err(again());
            }
            built_in.as_str().to_owned()
        }
        (_, Some(built_in @ (Role::Owner | Role::Developer))) => {
            let detail = match built_in {
                Role::Owner => "Owners own the whole tenant; leave the scope out.",
                _ => "Every member is a developer already.",
            };
            return Err(Refusal::field("/role", "scope", detail));
        }
        _ => {
            let id = insert_scoped(&mut work, user, &role, ground.scope)
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
pub(super) async fn require_power_over_all(
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

/// A scope that exists, and the place that judges who may give roles there.
struct Ground {
    scope: Scope,
    place: Option<Place>,
}

impl Ground {
    async fn find(conn: &mut PgConnection, scope: &GrantScope) -> Result<Self, Refusal> {
        let (kind, (id, slug)) = match scope {
            GrantScope::Tenant => return Ok(Self::tenant()),
            GrantScope::Team(lookup) => ("team", lookup.parts()),
            GrantScope::Product(lookup) => ("product", lookup.parts()),
            GrantScope::Api(lookup) => ("api", lookup.parts()),
        };
        Self::read(conn, kind, id, slug)
            .await?
            .ok_or_else(|| Refusal::unknown(format!("/scope/{kind}")))
    }

    async fn of(conn: &mut PgConnection, scope: &ScopeView) -> Result<Self, Refusal> {
        match scope.id {
            None => Ok(Self::tenant()),
            Some(id) => Self::read(conn, scope.kind, Some(id), None)
                .await?
                .ok_or(Refusal::NotFound),
        }
    }

    const fn tenant() -> Self {
        Self {
            scope: Scope::Tenant,
            place: None,
        }
    }

    /// Kept from being deleted or given away until the grant is written.
    async fn read(
        conn: &mut PgConnection,
        kind: &str,
        id: Option<Uuid>,
        slug: Option<&str>,
    ) -> Result<Option<Self>, Refusal> {
        if kind == "team" {
            let team = sqlx::query_scalar!(
                "select id from team where ($1::uuid is null or id = $1) and ($2::text is null or slug = $2) for share",
                id,
                slug,
            )
            .fetch_optional(conn)
            .await?;
            return Ok(team.map(|team| Self {
                scope: Scope::Team(team.into()),
                place: Some(Place::of_team(team.into())),
            }));
        }
        let row = sqlx::query!(
            "select p.id, p.api_id, p.owner_team_id from product p left join api a on a.id = p.api_id
             where case when $3 then ($1::uuid is null or a.id = $1) and ($2::text is null or a.slug = $2)
                        else ($1::uuid is null or p.id = $1) and ($2::text is null or p.slug = $2) end
             for share of p",
            id,
            slug,
            kind == "api",
        )
        .fetch_optional(conn)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let api = row.api_id.map(ApiId::from_uuid);
        let scope = match api {
            Some(api) if kind == "api" => Scope::Api(api),
            _ => Scope::Product(row.id.into()),
        };
        let place = Place {
            team: row.owner_team_id.into(),
            product: Some(row.id.into()),
            api,
        };
        Ok(Some(Self {
            scope,
            place: Some(place),
        }))
    }

    /// Refuses whoever may not manage members there, or lacks something of the role there.
    fn require_power(&self, actor: &Actor, role: &Definition) -> Result<(), Refusal> {
        let Some(place) = &self.place else {
            actor.require(Permission::MemberManage)?;
            return match role.built_in() {
                Some(built_in) => require_power_over(actor, built_in),
                None => role
                    .permissions
                    .iter()
                    .try_for_each(|permission| actor.require(*permission)),
            };
        };
        actor.require_on(Permission::MemberManage, place)?;
        role.permissions
            .iter()
            .try_for_each(|permission| actor.require_on(*permission, place))
    }
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

async fn insert_scoped(
    work: &mut Work<'_>,
    user: UserId,
    role: &Definition,
    scope: Scope,
) -> Result<Uuid, Refusal> {
    let (tenant, now, id) = (work.tenant(), work.now(), work.new_id::<Uuid>());
    let by = work.actor().user().map(UserId::uuid);
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
        by,
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
    let roles = super::get(work.conn(), tenant.into(), user).await?.roles;
    let by = work.actor().user();
    work.emit(
        "member.roles_changed",
        user,
        json!({ "user": user, "roles": roles, "actor": by }),
    );
    Ok(())
}
