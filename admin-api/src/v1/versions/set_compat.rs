//! Sets whether a version insists on compatibility.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, versions};
use gatehouse_domain::api::Compat;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies::{self, words};
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Sets what happens when a description breaks callers of the one in force.
///
/// Who publishes may make it stricter; making it laxer needs `subscription.decide`.
#[utoipa::path(
    put,
    path = "/v1/apis/{api}/versions/{version}/compat",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`.")),
    request_body = SetCompat,
    responses((status = 200, description = "The version as it is now", body = bodies::Changed<bodies::Version>)),
    security(("token" = ["api.write"]), ("token" = ["subscription.decide"]))
)]
pub(crate) async fn set_compat(
    caller: Caller<needs::CompatSet>,
    State(db): State<Db>,
    Path((api, version)): Path<(String, String)>,
    Json(body): Json<SetCompat>,
) -> Result<Mutation, Problem> {
    let api = Lookup::from(api.as_str());
    let changed = versions::set_compat(&db, &caller, api, &version, None, body.compat).await?;
    Ok(Mutation::changed(&changed))
}

/// The new setting.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetCompat {
    /// `strict` refuses, `warn` and `off` publish all the same.
    #[schema(value_type = words::Compat)]
    compat: Compat,
}
