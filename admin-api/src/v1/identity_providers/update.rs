//! Changes an identity provider.

use axum::extract::State;
use gatehouse_control_plane::oidc::Issuers;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, identity_providers};
use gatehouse_domain::Role;
use gatehouse_runtime::Secret;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use super::grants::ClaimGrant;
use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};
use crate::edge::merge::present;

/// Changes an identity provider.
#[utoipa::path(
    patch,
    path = "/v1/identity-providers/{identity_provider}",
    tag = "identity-providers",
    params(("identity_provider" = String, Path, description = "Id or slug of the provider."), IfMatchHeader),
    request_body = UpdateIdentityProvider,
    responses((status = 200, description = "The provider as it is now", body = bodies::Changed<bodies::IdentityProvider>)),
    security(("token" = ["tenant.manage"]))
)]
pub(crate) async fn update_identity_provider(
    caller: Caller<needs::TenantManage>,
    State(db): State<Db>,
    State(issuers): State<Issuers>,
    Path(provider): Path<String>,
    IfMatch(expected): IfMatch,
    Json(body): Json<UpdateIdentityProvider>,
) -> Result<Mutation, Problem> {
    let input = identity_providers::UpdateIdentityProvider {
        name: body.name,
        client_secret: body.client_secret,
        scopes: body.scopes,
        email_domains: body.email_domains,
        default_role: body.default_role,
        claim: body.claim,
        grants: body
            .grants
            .map(|grants| grants.into_iter().map(Into::into).collect()),
        enabled: body.enabled,
    };
    let lookup = Lookup::from(provider.as_str());
    let changed = identity_providers::update_identity_provider(
        &db, &issuers, &caller, &lookup, expected, input,
    )
    .await?;
    Ok(Mutation::changed(&changed))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateIdentityProvider {
    /// On the button.
    name: Option<String>,
    /// Our new secret there.
    #[schema(value_type = Option<String>, write_only)]
    client_secret: Option<Secret<String>>,
    /// What is asked for besides `openid` and `email`.
    scopes: Option<Vec<String>>,
    /// The only mail domains whose people may come in.
    email_domains: Option<Vec<String>>,
    /// What people get who join by it.
    #[schema(value_type = Option<words::Role>)]
    default_role: Option<Role>,
    /// The claim `grants` speak of; null takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    claim: Option<Option<String>>,
    /// What values of that claim give besides, all of them.
    grants: Option<Vec<ClaimGrant>>,
    /// Whether its button is shown and its answers are taken.
    enabled: Option<bool>,
}
