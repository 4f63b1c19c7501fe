//! What a grant holds for, found and kept there while the grant is written.

use gatehouse_domain::id::ApiId;
use gatehouse_domain::{Permission, Place, Role, Scope};
use gatehouse_language::t;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::grants::{GrantScope, ScopeView};
use super::roles::require_power_over;
use crate::actor::Actor;
use crate::refusal::Refusal;
use crate::roles::Definition;

/// A scope that exists, and the place that judges who may give roles there.
pub(super) struct Ground {
    pub(super) scope: Scope,
    place: Option<Place>,
}

impl Ground {
    pub(super) async fn find(conn: &mut PgConnection, scope: &GrantScope) -> Result<Self, Refusal> {
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

    pub(super) async fn of(conn: &mut PgConnection, scope: &ScopeView) -> Result<Self, Refusal> {
        match scope.id {
            None => Ok(Self::tenant()),
            Some(id) => Self::read(conn, scope.kind, Some(id), None)
                .await?
                .ok_or(Refusal::NotFound),
        }
    }

    /// The role, when it is a built-in one for the whole tenant; others have rows of their own. Refuses those that hold for no
    /// part of it.
    pub(super) fn role_of_all(&self, role: &Definition) -> Result<Option<Role>, Refusal> {
        let detail = match (self.scope, role.built_in()) {
            (Scope::Tenant, built_in) => return Ok(built_in),
            (_, Some(Role::Owner)) => t!("refused-people-owners-own-the-whole-tenant-leave"),
            (_, Some(Role::Developer)) => t!("refused-people-every-member-is-a-developer-already"),
            _ => return Ok(None),
        };
        Err(Refusal::field("/role", "scope", detail))
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
    pub(super) fn require_power(&self, actor: &Actor, role: &Definition) -> Result<(), Refusal> {
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
