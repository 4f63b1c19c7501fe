//! What members hold: their grants as stored, and who holds a permission at a place.

use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_domain::{Grants, Permission, Place, Role, Scope};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::refusal::Refusal;
use crate::roles::known_permissions;

/// Everything a member may do, and where: at least what a developer may.
pub(crate) async fn grants_of(
    conn: &mut PgConnection,
    tenant: TenantId,
    user: UserId,
) -> Result<Grants, Refusal> {
    let rows = sqlx::query!(
        r#"select g.role as "role!", null::text[] as permissions, null::uuid as team_id, null::uuid as product_id, null::uuid as api_id
           from role_grant g where g.tenant_id = $1 and g.user_id = $2
           union all
           select g.role, c.permissions, g.team_id, g.product_id, g.api_id
           from scoped_grant g left join role c on c.tenant_id = g.tenant_id and c.id = g.role_id
           where g.tenant_id = $1 and g.user_id = $2"#,
        tenant.uuid(),
        user.uuid(),
    )
    .fetch_all(conn)
    .await?;
    let mut grants = Grants::everywhere(Role::Developer.permissions().iter().copied());
    for row in rows {
        let scope = scope_of(row.team_id, row.product_id, row.api_id);
        grants.add(
            scope,
            permissions_of(&row.role, row.permissions.as_deref())?,
        );
    }
    Ok(grants)
}

/// What a stored role allows: a built-in one what the program says, the tenant's own what its row says. A word this program
/// does not know allows nothing.
pub(super) fn permissions_of(
    role: &str,
    own: Option<&[String]>,
) -> Result<Vec<Permission>, Refusal> {
    match own {
        Some(words) => Ok(known_permissions(words)),
        None => {
            let role = Role::parse(role).ok_or_else(|| anyhow::anyhow!("unknown role {role}"))?;
            Ok(role.permissions().to_vec())
        }
    }
}

/// The scope three columns name.
pub(super) fn scope_of(team: Option<Uuid>, product: Option<Uuid>, api: Option<Uuid>) -> Scope {
    match (team, product, api) {
        (Some(id), _, _) => Scope::Team(id.into()),
        (_, Some(id), _) => Scope::Product(id.into()),
        (_, _, Some(id)) => Scope::Api(id.into()),
        _ => Scope::Tenant,
    }
}

/// The active members who hold a permission at a place, or in the whole tenant. Also runs in the system scope: it names its
/// tenant.
pub(crate) async fn who_may(
    conn: &mut PgConnection,
    tenant: Uuid,
    permission: Permission,
    place: Option<&Place>,
) -> Result<Vec<Uuid>, Refusal> {
    let roles: Vec<String> = Role::ALL
        .iter()
        .filter(|role| role.allows(permission))
        .map(|role| role.as_str().to_owned())
        .collect();
    let ids = place.map(Place::ids).unwrap_or_default();
    let people = sqlx::query_scalar!(
        "select m.user_id
         from membership m join app_user u on u.id = m.user_id
         where m.tenant_id = $1 and m.status = 'active' and u.status = 'active'
           and (exists (select from role_grant g
                        where g.tenant_id = m.tenant_id and g.user_id = m.user_id and g.role = any($2))
                or exists (select from scoped_grant g left join role c on c.tenant_id = g.tenant_id and c.id = g.role_id
                           where g.tenant_id = m.tenant_id and g.user_id = m.user_id
                             and (g.role_id is null and g.role = any($2) or $3 = any(c.permissions))
                             and (g.scope_id is null or g.scope_id = any($4))))
         order by m.user_id",
        tenant,
        &roles,
        permission.as_str(),
        &ids,
    )
    .fetch_all(conn)
    .await?;
    Ok(people)
}
