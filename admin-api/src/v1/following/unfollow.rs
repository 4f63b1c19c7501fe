//! Stops following an API.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, following};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Stops following an API.
#[utoipa::path(
    post,
    path = "/v1/apis/{api}/unfollow",
    tag = "questions",
    params(("api" = String, Path, description = "Id or slug of the API.")),
    responses((status = 200, description = "It is followed no more", body = bodies::Gone)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn unfollow_api(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path(api): Path<String>,
) -> Result<Mutation, Problem> {
    let gone = following::unfollow_api(&db, &caller, Lookup::from(api.as_str())).await?;
    Ok(Mutation::gone(gone.change.as_ref()))
}
