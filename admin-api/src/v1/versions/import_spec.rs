//! Publishes a description that is fetched from an address.

use axum::extract::State;
use axum::response::Response;
use gatehouse_web::{Json, Path, Problem, Query};
use serde::Deserialize;
use utoipa::ToSchema;

use super::publish_spec::{PublishQuery, in_query, published};
use crate::bodies;
use crate::edge::auth::{Caller, needs};
use crate::edge::prefer::RespondAsync;
use crate::state::AdminApi;

/// Publishes a description that is fetched from an address, as if it had been sent.
///
/// The address must be on the public internet or in a network the operator allows (`egress.allowed_networks`), without a user or password
/// in it, and so must each of at most 5 others that it leads on to, none of which may be `http` after `https`. It has to come within 20 s,
/// with 200 and at most 50 MiB. What stands in the way is a fault at `/url`. Of the address, what follows its path is not kept.
///
/// With `Prefer: respond-async` it is fetched at once and published by a job.
#[utoipa::path(
    post,
    path = "/v1/apis/{api}/versions/{version}/spec/import",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`."), PublishQuery, ("Prefer" = Option<String>, Header, description = "`respond-async`: answer with a job.")),
    request_body = ImportSpec,
    responses(
        (status = 200, description = "The version has this description now, or had it already", body = bodies::Changed<bodies::Published>),
        (status = 201, description = "The version was made", body = bodies::Changed<bodies::Published>),
        (status = 202, description = "The job that publishes it", body = bodies::Changed<bodies::Job>)
    ),
    security(("token" = ["spec.publish"]))
)]
pub(crate) async fn import_spec(
    caller: Caller<needs::SpecPublish>,
    State(state): State<AdminApi>,
    Path((api, version)): Path<(String, String)>,
    Query(query): Query<PublishQuery>,
    RespondAsync(respond_async): RespondAsync,
    Json(body): Json<ImportSpec>,
) -> Result<Response, Problem> {
    let mut input = query.of(&api, version, caller.is_dry_run());
    let fetched = state
        .descriptions
        .fetch(&state.db, &caller, &body.url, &mut input);
    fetched.await.map_err(|refusal| in_query(refusal.into()))?;
    published(&state, &caller, respond_async, input).await
}

/// Where it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportSpec {
    /// Its address, `http` or `https`.
    #[schema(max_length = 2000)]
    url: String,
}
