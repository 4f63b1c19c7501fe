//! Adds an identity provider; its discovery document is read first.

use axum::extract::State;
use gatehouse_control_plane::oidc::Issuers;
use gatehouse_control_plane::{Db, identity_providers};
use gatehouse_domain::Role;
use gatehouse_runtime::Secret;
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use super::grants::ClaimGrant;
use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Adds an identity provider; its discovery document is read first.
///
/// Register the redirect address `{portal}/t/{tenant}/login/sso/{slug}/callback` with it.
#[utoipa::path(
    post,
    path = "/v1/identity-providers",
    tag = "identity-providers",
    request_body = CreateIdentityProvider,
    responses((status = 201, description = "The provider", body = bodies::Changed<bodies::IdentityProvider>)),
    security(("token" = ["tenant.manage"]))
)]
pub(crate) async fn create_identity_provider(
    caller: Caller<needs::TenantManage>,
    State(db): State<Db>,
    State(issuers): State<Issuers>,
    Json(body): Json<CreateIdentityProvider>,
) -> Result<Mutation, Problem> {
    let input = identity_providers::CreateIdentityProvider {
        slug: body.slug,
        name: body.name,
        issuer: body.issuer,
        client_id: body.client_id,
        client_secret: body.client_secret,
        scopes: body.scopes,
        email_domains: body.email_domains,
        default_role: body.default_role,
        claim: body.claim,
        grants: body.grants.into_iter().map(Into::into).collect(),
    };
    let made = identity_providers::create_identity_provider(&db, &issuers, &caller, input).await?;
    let path = format!("/v1/identity-providers/{}", made.value.id);
    Ok(Mutation::created(&made, path))
}

/// The provider to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateIdentityProvider {
    /// In URLs, the redirect address among them; never changes.
    slug: String,
    /// On the button.
    name: String,
    /// The issuer, spelled exactly as it spells itself.
    issuer: String,
    /// Our name there.
    client_id: String,
    /// Our secret there; a public client has none. Kept sealed, never shown.
    #[schema(value_type = Option<String>, write_only)]
    client_secret: Option<Secret<String>>,
    /// What is asked for besides `openid` and `email`.
    #[serde(default)]
    scopes: Vec<String>,
    /// The only mail domains whose people may come in; none is every domain.
    #[serde(default)]
    email_domains: Vec<String>,
    /// What people get who join by it; `developer` when left out.
    #[schema(value_type = Option<words::Role>)]
    default_role: Option<Role>,
    /// The claim `grants` speak of, such as `groups`.
    claim: Option<String>,
    /// What values of that claim give besides, when somebody joins.
    #[serde(default)]
    grants: Vec<ClaimGrant>,
}
