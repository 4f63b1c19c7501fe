//! Shows an access token.

use axum::extract::State;
use gatehouse_control_plane::{Db, tokens};
use gatehouse_domain::id::AccessTokenId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows an access token.
#[utoipa::path(
    get,
    path = "/v1/tokens/{token}",
    tag = "tokens",
    params(("token" = String, Path, description = "Id of the token.")),
    responses((status = 200, description = "The token", body = bodies::Token)),
    security(("token" = ["token.manage"]))
)]
pub(crate) async fn get_token(
    caller: Caller<needs::TokenManage>,
    State(db): State<Db>,
    Path(token): Path<AccessTokenId>,
) -> Result<Single<tokens::TokenView>, Problem> {
    let token = tokens::get_token(&db, &caller, token).await?;
    Ok(Single(token))
}
