//! Says what an operation gets of all policies, and why.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, policies};
use gatehouse_web::{Path, Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::bodies::ids;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Says what an operation gets of all policies in an environment, in the order gateways run it, and what does not apply and
/// because of what.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/versions/{version}/policies/effective",
    tag = "policies",
    params(("api" = String, Path, description = "Id or slug of the API."), ("version" = String, Path, description = "Label of the version, such as `v1`."), EffectiveQuery),
    responses((status = 200, description = "What applies", body = bodies::EffectivePolicies)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn effective_policies(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
    Path((api, version)): Path<(String, String)>,
    Query(query): Query<EffectiveQuery>,
) -> Result<Single<policies::EffectiveView>, Problem> {
    let api = Lookup::from(api.as_str());
    let environment = query.environment.as_deref().unwrap_or("production");
    let environment = Lookup::from(environment);
    let operation = query.operation.as_deref();
    let found = policies::effective(&db, &caller, api, &version, environment, operation).await?;
    Ok(Single(found))
}

/// For what.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EffectiveQuery {
    /// The environment, by id or slug; `production` when it is left out.
    #[param(value_type = Option<ids::EnvironmentLookup>)]
    environment: Option<String>,
    /// The operation: method and path, such as `GET /pets/{id}`; without it what those get that have no policy of their own.
    operation: Option<String>,
}
