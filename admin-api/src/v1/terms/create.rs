//! Writes terms, in their first version.

use axum::extract::State;
use gatehouse_control_plane::{Db, legal};
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Writes terms, in their first version.
#[utoipa::path(
    post,
    path = "/v1/terms",
    tag = "terms",
    request_body = CreateTerms,
    responses((status = 201, description = "The terms", body = bodies::Changed<bodies::Terms>)),
    security(("token" = ["tenant.manage"]))
)]
pub(crate) async fn create_terms(
    caller: Caller<needs::TenantManage>,
    State(db): State<Db>,
    Json(body): Json<CreateTerms>,
) -> Result<Mutation, Problem> {
    let input = legal::CreateTerms {
        slug: body.slug,
        title: body.title,
        markdown: body.markdown,
    };
    let changed = legal::create_terms(&db, &caller, input).await?;
    let path = format!("/v1/terms/{}", changed.value.line.slug);
    Ok(Mutation::created(&changed, path))
}

/// The terms to write.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateTerms {
    /// In URLs; stays.
    slug: String,
    /// For people.
    title: String,
    /// What is accepted, in Markdown; at most 200 KiB.
    markdown: String,
}
