//! Follows an API.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, following};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Follows an API: the person behind the token is told of new descriptions, deprecations and what its owners write.
#[utoipa::path(
    post,
    path = "/v1/apis/{api}/follow",
    tag = "questions",
    params(("api" = String, Path, description = "Id or slug of the API.")),
    responses((status = 200, description = "It is followed", body = bodies::Changed<bodies::FollowedApi>)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn follow_api(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path(api): Path<String>,
) -> Result<Mutation, Problem> {
    let followed = following::follow_api(&db, &caller, Lookup::from(api.as_str())).await?;
    Ok(Mutation::changed(&followed))
}
