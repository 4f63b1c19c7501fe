//! Roles: those the program brings, and those a tenant makes of the same permissions.

mod change;

use gatehouse_domain::{Permission, Role};
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

pub use change::{CreateRole, ROLES_MAX, UpdateRole, create_role, delete_role, update_role};

use crate::actor::Actor;
use crate::db::Db;
use crate::refusal::Refusal;

/// A role.
#[derive(Debug, Clone, Serialize)]
pub struct RoleView {
    /// In URLs; it stays.
    pub slug: String,
    /// For people.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether the program brings it; such a role never changes.
    pub built_in: bool,
    /// What it allows, where it is granted.
    pub permissions: Vec<Permission>,
    /// How many members hold it, somewhere.
    pub members: i64,
    /// Version for conditional changes; 0 for a built-in role.
    pub row_version: i32,
    /// When it was made; `None` for a built-in role.
    #[serde(with = "time::serde::rfc3339::option")]
    pub created_at: Option<OffsetDateTime>,
}

/// A role as grants need it.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    pub(crate) slug: String,
    /// Its row, when it is one of the tenant's own.
    pub(crate) own: Option<Uuid>,
    pub(crate) permissions: Vec<Permission>,
}

impl Definition {
    /// The built-in role it is.
    pub(crate) fn built_in(&self) -> Option<Role> {
        match self.own {
            Some(_) => None,
            None => Role::parse(&self.slug),
        }
    }
}

/// Every role of the tenant: the built-in ones, the most powerful first, then its own by name.
pub async fn list_roles(db: &Db, actor: &Actor) -> Result<Vec<RoleView>, Refusal> {
    actor.require(Permission::MemberRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    select(&mut tx, None).await
}

/// One role.
pub async fn get_role(db: &Db, actor: &Actor, slug: &str) -> Result<RoleView, Refusal> {
    actor.require(Permission::MemberRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    get(&mut tx, slug).await
}

pub(crate) async fn get(conn: &mut PgConnection, slug: &str) -> Result<RoleView, Refusal> {
    select(conn, Some(slug))
        .await?
        .pop()
        .ok_or(Refusal::NotFound)
}

/// The role somebody names, locked so that it is not deleted meanwhile.
pub(crate) async fn find(
    conn: &mut PgConnection,
    slug: &str,
) -> Result<Option<Definition>, Refusal> {
    if let Some(role) = Role::parse(slug) {
        return Ok(Some(Definition {
            slug: slug.to_owned(),
            own: None,
            permissions: role.permissions().to_vec(),
        }));
    }
    let row = sqlx::query!(
        "select id, slug, permissions from role where slug = $1 for share",
        slug
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Definition {
        slug: row.slug,
        own: Some(row.id),
        permissions: known_permissions(&row.permissions),
    }))
}

/// The slugs of every role that allows something.
pub(crate) async fn list_with(
    conn: &mut PgConnection,
    permission: Permission,
) -> Result<Vec<String>, Refusal> {
    let built_in = Role::ALL.iter().filter(|role| role.allows(permission));
    let mut roles: Vec<String> = built_in.map(|role| role.as_str().to_owned()).collect();
    let own = sqlx::query_scalar!(
        "select slug from role where $1 = any(permissions) order by slug",
        permission.as_str()
    )
    .fetch_all(conn)
    .await?;
    roles.extend(own);
    Ok(roles)
}

/// Stored words as permissions, in their order. A word this program does not know allows nothing.
pub(crate) fn known_permissions(words: &[String]) -> Vec<Permission> {
    let mut permissions: Vec<_> = words
        .iter()
        .filter_map(|word| Permission::parse(word))
        .collect();
    permissions.sort();
    permissions.dedup();
    permissions
}

async fn select(conn: &mut PgConnection, slug: Option<&str>) -> Result<Vec<RoleView>, Refusal> {
    let held = sqlx::query!(
        r#"select held.role as "role!", count(distinct held.user_id) as "members!"
           from (select role, user_id from role_grant union all select role, user_id from scoped_grant) held
           where $1::text is null or held.role = $1
           group by held.role"#,
        slug,
    )
    .fetch_all(&mut *conn)
    .await?;
    let members = |slug: &str| {
        held.iter()
            .find(|row| row.role == slug)
            .map_or(0, |row| row.members)
    };
    let mut roles: Vec<_> = Role::ALL
        .iter()
        .filter(|role| slug.is_none_or(|slug| slug == role.as_str()))
        .map(|role| RoleView {
            slug: role.as_str().to_owned(),
            name: role.title().to_owned(),
            description: role.purpose().to_owned(),
            built_in: true,
            permissions: role.permissions().to_vec(),
            members: members(role.as_str()),
            row_version: 0,
            created_at: None,
        })
        .collect();
    let own = sqlx::query!(
        "select slug, name, description, permissions, row_version, created_at from role
         where $1::text is null or slug = $1 order by lower(name), slug",
        slug,
    )
    .fetch_all(conn)
    .await?;
    roles.extend(own.into_iter().map(|row| RoleView {
        members: members(&row.slug),
        slug: row.slug,
        name: row.name,
        description: row.description,
        built_in: false,
        permissions: known_permissions(&row.permissions),
        row_version: row.row_version,
        created_at: Some(row.created_at),
    }));
    Ok(roles)
}
