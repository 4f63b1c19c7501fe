//! Chooses what happens to edits by hand of what files own.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::drift::{self, InteractiveEdits};
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Chooses what happens to edits by hand of what files own.
#[utoipa::path(
    patch,
    path = "/v1/configuration",
    tag = "configuration",
    params(IfMatchHeader),
    request_body = UpdateConfiguration,
    responses((status = 200, description = "How it is kept now", body = bodies::Changed<bodies::Configuration>)),
    security(("token" = ["tenant.manage"]))
)]
pub(crate) async fn update_configuration(
    caller: Caller<needs::TenantManage>,
    State(db): State<Db>,
    IfMatch(expected): IfMatch,
    Json(body): Json<UpdateConfiguration>,
) -> Result<Mutation, Problem> {
    let edits = body.interactive_edits;
    let changed = drift::set_interactive_edits(&db, &caller, expected, edits).await?;
    Ok(Mutation::changed(&changed))
}

/// What changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateConfiguration {
    /// `record`: they are done and told as drift. `refuse`: they are not done.
    #[schema(value_type = bodies::InteractiveEdits)]
    interactive_edits: InteractiveEdits,
}
