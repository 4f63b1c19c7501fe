//! Says on which day a version ends; until then it is served.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, versions};
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Says on which day a version ends; until then it is served.
#[utoipa::path(
    post,
    path = "/v1/apis/{api}/versions/{version}/deprecate",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`.")),
    request_body = DeprecateVersion,
    responses((status = 200, description = "The version as it is now", body = bodies::Changed<bodies::Version>)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn deprecate_version(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path((api, version)): Path<(String, String)>,
    Json(body): Json<DeprecateVersion>,
) -> Result<Mutation, Problem> {
    let input = versions::Deprecate {
        sunset_at: body.sunset_at,
        successor: body.successor,
        guide: body.guide,
    };
    let api = Lookup::from(api.as_str());
    let changed = versions::deprecate_version(&db, &caller, api, &version, None, input).await?;
    Ok(Mutation::changed(&changed))
}

/// How the version ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeprecateVersion {
    /// When it ends.
    #[serde(with = "time::serde::rfc3339")]
    sunset_at: OffsetDateTime,
    /// Label of the version to move to.
    successor: Option<String>,
    /// Slug of the guide that says how to move there.
    guide: Option<String>,
}
