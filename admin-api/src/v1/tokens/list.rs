//! Lists access tokens.

use axum::extract::State;
use gatehouse_control_plane::{Db, tokens};
use gatehouse_web::{Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists access tokens.
#[utoipa::path(
    get,
    path = "/v1/tokens",
    tag = "tokens",
    params(ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Token>)),
    security(("token" = ["token.manage"]))
)]
pub(crate) async fn list_tokens(
    caller: Caller<needs::TokenManage>,
    State(db): State<Db>,
    Query(query): Query<ListQuery>,
) -> Result<List<tokens::TokenView>, Problem> {
    let listed = tokens::list_tokens(&db, &caller, &query.page()?).await?;
    Ok(List(listed))
}
