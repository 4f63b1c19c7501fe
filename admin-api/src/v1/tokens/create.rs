//! Makes an access token; its text is shown this once.

use axum::extract::State;
use gatehouse_control_plane::{Db, Refusal, tokens};
use gatehouse_domain::Permission;
use gatehouse_domain::id::ApiId;
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::{ids, words};
use crate::edge::answer::{WithSecret, with_key};
use crate::edge::auth::{Caller, needs};

/// Makes an access token; its text is shown this once.
///
/// It can do no more than the caller. With `platform` it also speaks for its maker above all tenants, for as long as they have a
/// role of the platform; only a token that does may make another.
#[utoipa::path(
    post,
    path = "/v1/tokens",
    tag = "tokens",
    request_body = CreateToken,
    responses((status = 201, description = "The token", body = bodies::Secret<bodies::Token>)),
    security(("token" = ["token.manage"]))
)]
pub(crate) async fn create_token(
    caller: Caller<needs::TokenManage>,
    State(db): State<Db>,
    Json(body): Json<CreateToken>,
) -> Result<WithSecret, Problem> {
    let platform = match body.platform {
        true => Some(
            tokens::platform_actor(&db, &caller)
                .await?
                .ok_or_else(no_platform)?,
        ),
        false => None,
    };
    let input = tokens::CreateToken {
        name: body.name,
        scopes: body.scopes,
        apis: body.apis,
        platform,
        expires_in_days: body.expires_in_days,
    };
    let made = tokens::create_token(&db, &caller, input).await?;
    Ok(with_key(
        &caller,
        made.map(|(token, key)| (token, Some(key))),
        |token| format!("/v1/tokens/{}", token.id),
    ))
}

fn no_platform() -> Refusal {
    Refusal::field(
        "/platform",
        "not_yours",
        "This token does not speak for the platform, so none it makes may.",
    )
}

/// The token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateToken {
    /// For people.
    name: String,
    /// What it may do.
    #[schema(value_type = Vec<words::Permission>, min_items = 1)]
    scopes: Vec<Permission>,
    /// The only APIs it may touch; without it every API of the tenant.
    #[schema(value_type = Option<Vec<ids::ApiId>>)]
    apis: Option<Vec<ApiId>>,
    /// Whether it also speaks for its maker above all tenants: for `/v1/tenants` and shared gateways.
    #[serde(default)]
    #[schema(default = false)]
    platform: bool,
    /// Days until it ends.
    #[schema(minimum = 1, maximum = 365, default = 90)]
    expires_in_days: Option<i64>,
}
