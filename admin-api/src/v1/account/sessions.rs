//! Lists where the caller is signed in.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::page::Listed;
use gatehouse_control_plane::sessions::{self, SessionView};
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::AccountCaller;

/// Lists where the caller is signed in to the portal, the last used first; at most 200.
#[utoipa::path(
    get,
    path = "/v1/account/sessions",
    tag = "account",
    responses((status = 200, description = "All of them", body = bodies::List<bodies::Session>)),
    security(("token" = []))
)]
pub(crate) async fn list_sessions(
    caller: AccountCaller,
    State(db): State<Db>,
) -> Result<List<SessionView>, Problem> {
    let data = sessions::list_sessions(&db, &caller).await?;
    Ok(List(Listed { data, next: None }))
}
