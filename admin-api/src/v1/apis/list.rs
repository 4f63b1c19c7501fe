//! Lists APIs.

use axum::extract::State;
use gatehouse_control_plane::{Db, apis};
use gatehouse_web::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::page;

/// Lists APIs.
///
/// Without `api.read` only what the catalogue shows.
#[utoipa::path(
    get,
    path = "/v1/apis",
    tag = "apis",
    params(ApiQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Api>)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn list_apis(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Query(query): Query<ApiQuery>,
) -> Result<List<apis::ApiView>, Problem> {
    let filter = apis::ApiFilter {
        q: query.q,
        mine: query.mine.unwrap_or_default(),
    };
    let page = page(query.limit, query.after.as_deref())?;
    let listed = apis::list_apis(&db, &caller, &filter, &page).await?;
    Ok(List(listed))
}

/// Which APIs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ApiQuery {
    /// Most entries of the answer.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Only those whose name or slug holds this text.
    q: Option<String>,
    /// Only those of teams the caller belongs to.
    mine: Option<bool>,
}
