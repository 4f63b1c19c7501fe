//! Offers and serves a version that was prepared, or takes its deprecation back.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, versions};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Offers and serves a version that was prepared, or takes its deprecation back.
#[utoipa::path(
    post,
    path = "/v1/apis/{api}/versions/{version}/publish",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`.")),
    responses((status = 200, description = "The version as it is now", body = bodies::Changed<bodies::Version>)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn publish_version(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path((api, version)): Path<(String, String)>,
) -> Result<Mutation, Problem> {
    let api = Lookup::from(api.as_str());
    let changed = versions::publish_version(&db, &caller, api, &version, None).await?;
    Ok(Mutation::changed(&changed))
}
