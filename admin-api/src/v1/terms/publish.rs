//! Publishes a new version of terms, which requests accept from now on.

use axum::extract::State;
use gatehouse_control_plane::{Db, legal};
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Publishes a new version of terms, which requests accept from now on.
#[utoipa::path(
    put,
    path = "/v1/terms/{terms}",
    tag = "terms",
    params(("terms" = String, Path, description = "Slug of the terms."), IfMatchHeader),
    request_body = PublishTerms,
    responses((status = 200, description = "The new version", body = bodies::Changed<bodies::Terms>)),
    security(("token" = ["tenant.manage"]))
)]
pub(crate) async fn publish_terms(
    caller: Caller<needs::TenantManage>,
    State(db): State<Db>,
    Path(terms): Path<String>,
    IfMatch(expected): IfMatch,
    Json(body): Json<PublishTerms>,
) -> Result<Mutation, Problem> {
    let changed = legal::publish_terms(&db, &caller, &terms, expected, &body.markdown).await?;
    Ok(Mutation::changed(&changed))
}

/// The new version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublishTerms {
    /// What is accepted, in Markdown; at most 200 KiB.
    markdown: String,
}
