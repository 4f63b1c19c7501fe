//! Changes where an environment answers.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, environments};
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};
use crate::edge::merge::present;

/// Changes where an environment answers.
#[utoipa::path(
    patch,
    path = "/v1/environments/{environment}",
    tag = "environments",
    params(("environment" = String, Path, description = "Id or slug of the environment."), IfMatchHeader),
    request_body = UpdateEnvironment,
    responses((status = 200, description = "The environment as it is now", body = bodies::Changed<bodies::Environment>)),
    security(("token" = ["gateway.manage"]))
)]
pub(crate) async fn update_environment(
    caller: Caller<needs::GatewayManage>,
    State(db): State<Db>,
    Path(environment): Path<String>,
    IfMatch(expected): IfMatch,
    Json(body): Json<UpdateEnvironment>,
) -> Result<Mutation, Problem> {
    let input = environments::UpdateEnvironment {
        host: body.host,
        public_url: body.public_url,
    };
    let environment = Lookup::from(environment.as_str());
    let changed =
        environments::update_environment(&db, &caller, environment, expected, input).await?;
    Ok(Mutation::changed(&changed))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateEnvironment {
    /// The only host it answers on; null is every host of the gateways.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    host: Option<Option<String>>,
    /// The address people are shown; null is the gateways' own.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    public_url: Option<Option<String>>,
}
