//! Says who the caller is taken for.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::tokens::{self, Whoami};
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Says who the token is taken for, and what it may do now.
#[utoipa::path(
    get,
    path = "/v1/whoami",
    tag = "tokens",
    responses((status = 200, description = "The caller", body = bodies::Whoami)),
    security(("token" = []))
)]
pub(crate) async fn get_whoami(
    caller: Caller<needs::AnyToken>,
    State(db): State<Db>,
) -> Result<Single<Whoami>, Problem> {
    Ok(Single(tokens::whoami(&db, &caller).await?))
}
