//! Makes an API, still without a version.

use axum::extract::State;
use gatehouse_control_plane::apis::DataClass;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, apis};
use gatehouse_domain::api::Visibility;
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::{ids, words};
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Makes an API, still without a version.
#[utoipa::path(
    post,
    path = "/v1/apis",
    tag = "apis",
    request_body = CreateApi,
    responses((status = 201, description = "The API", body = bodies::Changed<bodies::Api>)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn create_api(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Json(body): Json<CreateApi>,
) -> Result<Mutation, Problem> {
    let input = apis::CreateApi {
        slug: body.slug,
        name: body.name,
        summary: body.summary,
        owner_team: body.owner_team.as_deref().map(Lookup::from),
        visibility: body.visibility,
        data_class: body.data_class.unwrap_or_default(),
    };
    let changed = apis::create_api(&db, &caller, input).await?;
    let path = format!("/v1/apis/{}", changed.value.id);
    Ok(Mutation::created(&changed, path))
}

/// The API to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateApi {
    /// In URLs; stays.
    slug: String,
    /// For people.
    name: String,
    /// In one sentence.
    #[serde(default)]
    summary: String,
    /// Whose it is; without it the provider team of the tenant.
    #[schema(value_type = Option<ids::TeamLookup>)]
    owner_team: Option<String>,
    /// Who may find it.
    #[schema(value_type = Option<words::Visibility>)]
    visibility: Option<Visibility>,
    /// How sensitive its data is; `internal` when it is left out.
    #[schema(value_type = Option<words::DataClass>)]
    data_class: Option<DataClass>,
}
