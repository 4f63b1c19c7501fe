//! Changes an API.

use axum::extract::State;
use gatehouse_control_plane::apis::DataClass;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, apis};
use gatehouse_domain::api::Visibility;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::{ids, words};
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};
use crate::edge::merge::present;

/// Changes an API.
#[utoipa::path(
    patch,
    path = "/v1/apis/{api}",
    tag = "apis",
    params(("api" = String, Path, description = "Id or slug of the API."), IfMatchHeader),
    request_body = UpdateApi,
    responses((status = 200, description = "The API as it is now", body = bodies::Changed<bodies::Api>)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn update_api(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path(api): Path<String>,
    IfMatch(expected): IfMatch,
    Json(body): Json<UpdateApi>,
) -> Result<Mutation, Problem> {
    let granted = body.granted_teams.as_ref();
    let input = apis::UpdateApi {
        name: body.name,
        summary: body.summary,
        owner_team: body.owner_team.as_deref().map(Lookup::from),
        visibility: body.visibility,
        granted_teams: granted.map(|teams| {
            teams
                .iter()
                .map(|team| Lookup::from(team.as_str()))
                .collect()
        }),
        data_class: body.data_class,
        config_max_age_s: body.config_max_age_s,
    };
    let api = Lookup::from(api.as_str());
    let changed = apis::update_api(&db, &caller, api, expected, input).await?;
    Ok(Mutation::changed(&changed))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateApi {
    /// For people.
    name: Option<String>,
    /// In one sentence.
    summary: Option<String>,
    /// Hands it over to another team.
    #[schema(value_type = Option<ids::TeamLookup>)]
    owner_team: Option<String>,
    /// Who may find it.
    #[schema(value_type = Option<words::Visibility>)]
    visibility: Option<Visibility>,
    /// The teams a restricted API is shown to, all of them.
    #[schema(value_type = Option<Vec<ids::TeamLookup>>)]
    granted_teams: Option<Vec<String>>,
    /// How sensitive its data is.
    #[schema(value_type = Option<words::DataClass>)]
    data_class: Option<DataClass>,
    /// For how many seconds (10 to 2,592,000) gateways may serve it without having heard from the control plane; after that its
    /// calls are refused with `config_stale`. Null: they go on with what they have.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<u32>)]
    config_max_age_s: Option<Option<u32>>,
}
