//! Stops serving a version for ever.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, versions};
use gatehouse_web::{OptionalJson, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Stops serving a version for ever.
#[utoipa::path(
    post,
    path = "/v1/apis/{api}/versions/{version}/retire",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`.")),
    request_body = Option<RetireVersion>,
    responses((status = 200, description = "The version as it is now", body = bodies::Changed<bodies::Version>)),
    security(("token" = ["tenant.manage"]))
)]
pub(crate) async fn retire_version(
    caller: Caller<needs::TenantManage>,
    State(db): State<Db>,
    Path((api, version)): Path<(String, String)>,
    OptionalJson(body): OptionalJson<RetireVersion>,
) -> Result<Mutation, Problem> {
    let input = versions::Retire {
        reason: body.reason,
    };
    let api = Lookup::from(api.as_str());
    let changed = versions::retire_version(&db, &caller, api, &version, None, input).await?;
    Ok(Mutation::changed(&changed))
}

/// Why it is retired.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetireVersion {
    /// Told to everyone who has access.
    #[serde(default)]
    reason: String,
}
