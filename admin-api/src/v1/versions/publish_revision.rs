//! Publishes a revision that an approver has accepted.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::publishing;
use gatehouse_web::{Path, Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::state::Links;

/// Publishes an accepted revision as it was sent in: the same as sending its bytes again.
#[utoipa::path(
    post,
    path = "/v1/apis/{api}/versions/{version}/revisions/{revision}/publish",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`."), ("revision" = i32, Path, description = "Number of the revision."), RevisionQuery),
    responses((status = 200, description = "The version has this description now", body = bodies::Changed<bodies::Published>)),
    security(("token" = ["spec.publish"]))
)]
pub(crate) async fn publish_revision(
    caller: Caller<needs::SpecPublish>,
    State(db): State<Db>,
    State(links): State<Links>,
    Path((api, version, revision)): Path<(String, String, i32)>,
    Query(query): Query<RevisionQuery>,
) -> Result<Mutation, Problem> {
    let api = Lookup::from(api.as_str());
    let mut changed = publishing::publish_revision(
        &db,
        &caller,
        api,
        &version,
        revision,
        query.drop_orphans.unwrap_or_default(),
    )
    .await?;
    for address in &mut changed.value.addresses {
        let url = || links.gateway().join(&address.path);
        address.url.get_or_insert_with(url);
    }
    Ok(Mutation::changed(&changed))
}

/// What becomes of what hangs on operations that are gone.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RevisionQuery {
    /// Whether to take away limits and choices of operations that the description no longer has; without it they are an error.
    drop_orphans: Option<bool>,
    /// Read by the layer in front; named here because it is a parameter.
    #[param(ignore)]
    #[serde(rename = "dry_run")]
    _dry_run: Option<bool>,
}
