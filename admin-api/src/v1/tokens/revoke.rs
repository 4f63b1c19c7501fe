//! Revokes an access token for ever.

use axum::extract::State;
use gatehouse_control_plane::{Db, tokens};
use gatehouse_domain::id::AccessTokenId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Revokes an access token for ever.
#[utoipa::path(
    post,
    path = "/v1/tokens/{token}/revoke",
    tag = "tokens",
    params(("token" = String, Path, description = "Id of the token.")),
    responses((status = 200, description = "The token as it is now", body = bodies::Changed<bodies::Token>)),
    security(("token" = ["token.manage"]))
)]
pub(crate) async fn revoke_token(
    caller: Caller<needs::TokenManage>,
    State(db): State<Db>,
    Path(token): Path<AccessTokenId>,
) -> Result<Mutation, Problem> {
    let changed = tokens::revoke_token(&db, &caller, token).await?;
    Ok(Mutation::changed(&changed))
}
