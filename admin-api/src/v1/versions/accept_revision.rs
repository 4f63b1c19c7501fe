//! Accepts a revision that breaks callers.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::publishing;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Accepts a rejected revision: the same bytes, sent again, are published.
///
/// Whoever sent it in cannot accept it. The acceptance holds as long as what it was compared with is in force.
#[utoipa::path(
    post,
    path = "/v1/apis/{api}/versions/{version}/revisions/{revision}/accept",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`."), ("revision" = i32, Path, description = "Number of the revision.")),
    request_body = AcceptRevision,
    responses((status = 200, description = "The revision as it is now", body = bodies::Changed<bodies::RevisionDetails>)),
    security(("token" = ["subscription.decide"]))
)]
pub(crate) async fn accept_revision(
    caller: Caller<needs::SubscriptionDecide>,
    State(db): State<Db>,
    Path((api, version, revision)): Path<(String, String, i32)>,
    Json(body): Json<AcceptRevision>,
) -> Result<Mutation, Problem> {
    let api = Lookup::from(api.as_str());
    let accepted =
        publishing::accept_revision(&db, &caller, api, &version, revision, &body.reason).await?;
    Ok(Mutation::changed(&accepted))
}

/// Why callers can bear it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptRevision {
    /// Kept in the audit log, at most 500 characters.
    reason: String,
}
