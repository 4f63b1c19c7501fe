//! Lists applications.

use axum::extract::State;
use gatehouse_control_plane::applications::ApplicationFilter;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, applications};
use gatehouse_web::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::bodies::ids;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::page;

/// Lists applications.
#[utoipa::path(
    get,
    path = "/v1/applications",
    tag = "applications",
    params(ApplicationQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Application>)),
    security(("token" = ["application.manage"]), ("token" = ["application.manage_any"]), ("token" = ["subscription.read"]))
)]
pub(crate) async fn list_applications(
    caller: Caller<needs::ApplicationSee>,
    State(db): State<Db>,
    Query(query): Query<ApplicationQuery>,
) -> Result<List<applications::ApplicationView>, Problem> {
    let filter = ApplicationFilter {
        q: query.q,
        mine: query.mine.unwrap_or_default(),
        team: query.team.as_deref().map(Lookup::from),
        api: query.api.as_deref().map(Lookup::from),
    };
    let page = page(query.limit, query.after.as_deref())?;
    let listed = applications::list_applications(&db, &caller, &filter, &page).await?;
    Ok(List(listed))
}

/// Which applications.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ApplicationQuery {
    /// Most entries of the answer.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Only those whose name holds this text.
    q: Option<String>,
    /// Only those of teams the caller belongs to.
    mine: Option<bool>,
    /// Only those of this team, by id or slug.
    #[param(value_type = Option<ids::TeamLookup>)]
    team: Option<String>,
    /// Only those that have access to this API, by id or slug.
    #[param(value_type = Option<ids::ApiLookup>)]
    api: Option<String>,
}
