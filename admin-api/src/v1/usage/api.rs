//! Tells how much an API was called, over a time that ends now.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, usage};
use gatehouse_web::{Path, Problem, Query};

use super::application::UsageQuery;
use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Tells how much an API was called, by all applications together, over a time that ends now.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/usage",
    tag = "usage",
    params(("api" = String, Path, description = "Id or slug of the API."), UsageQuery),
    responses((status = 200, description = "The usage", body = bodies::Usage)),
    security(("token" = ["usage.read_any"]))
)]
pub(crate) async fn get_api_usage(
    caller: Caller<needs::UsageReadAny>,
    State(db): State<Db>,
    Path(api): Path<String>,
    Query(query): Query<UsageQuery>,
) -> Result<Single<usage::UsageView>, Problem> {
    let api = Lookup::from(api.as_str());
    let usage = usage::api_usage(&db, &caller, api, query.range()?).await?;
    Ok(Single(usage))
}
