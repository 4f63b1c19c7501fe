//! Gives a member a role, in the whole tenant or for one team, product or API.

use axum::extract::State;
use gatehouse_control_plane::members::{self, AddGrant, GrantScope};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, Refusal};
use gatehouse_domain::id::UserId;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Gives a member a role, in the whole tenant or for one team, product or API.
///
/// Nobody gives what they may not do themselves, where it will hold.
#[utoipa::path(
    post,
    path = "/v1/members/{user}/grants",
    tag = "members",
    params(("user" = String, Path, description = "Id of the person.")),
    request_body = CreateGrant,
    responses((status = 201, description = "The grant", body = bodies::Changed<bodies::Grant>)),
    security(("token" = ["member.manage"]))
)]
pub(crate) async fn add_grant(
    caller: Caller<needs::MemberManage>,
    State(db): State<Db>,
    Path(user): Path<UserId>,
    Json(body): Json<CreateGrant>,
) -> Result<Mutation, Problem> {
    let input = AddGrant {
        scope: body.scope.unwrap_or_default().read()?,
        role: body.role,
    };
    let changed = members::add_grant(&db, &caller, user, input).await?;
    Ok(Mutation::changed(&changed).made())
}

/// A new grant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateGrant {
    /// Slug of a role.
    role: String,
    /// What it holds for; left out, the whole tenant.
    scope: Option<WantedScope>,
}

/// What a grant holds for: one of these.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedScope {
    /// Everything this team owns: id or slug.
    team: Option<String>,
    /// One product: id or slug.
    product: Option<String>,
    /// One API: id or slug.
    api: Option<String>,
}

impl WantedScope {
    pub(crate) fn read(self) -> Result<GrantScope, Refusal> {
        match (self.team, self.product, self.api) {
            (None, None, None) => Ok(GrantScope::Tenant),
            (Some(team), None, None) => Ok(GrantScope::Team(Lookup::from(team.as_str()))),
            (None, Some(product), None) => Ok(GrantScope::Product(Lookup::from(product.as_str()))),
            (None, None, Some(api)) => Ok(GrantScope::Api(Lookup::from(api.as_str()))),
            _ => Err(Refusal::field(
                "/scope",
                "ambiguous",
                "Name a team, a product or an API, not several.",
            )),
        }
    }
}
