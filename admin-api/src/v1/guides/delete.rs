//! Deletes a guide.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, guides};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Deletes a guide.
#[utoipa::path(
    delete,
    path = "/v1/apis/{api}/guides/{guide}",
    tag = "guides",
    params(("api" = String, Path, description = "Id or slug of the API."), ("guide" = String, Path, description = "Slug of the guide."), IfMatchHeader),
    responses((status = 200, description = "It is deleted", body = bodies::Gone)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn delete_guide(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path((api, guide)): Path<(String, String)>,
    IfMatch(expected): IfMatch,
) -> Result<Mutation, Problem> {
    let api = Lookup::from(api.as_str());
    let changed = guides::delete_guide(&db, &caller, api, &guide, expected).await?;
    Ok(Mutation::gone(changed.change.as_ref()))
}
