//! Finds operations of every API by their words.

use axum::extract::State;
use gatehouse_control_plane::page::Listed;
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::{Db, catalogue};
use gatehouse_web::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::page;

/// Finds operations of every API by their words.
#[utoipa::path(
    get,
    path = "/v1/operations",
    tag = "apis",
    params(OperationQuery),
    responses((status = 200, description = "The best first", body = bodies::OperationHits)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn search_operations(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Query(query): Query<OperationQuery>,
) -> Result<List<catalogue::OperationHit>, Problem> {
    let limit = page(query.limit, None)?.limit;
    let viewer = Viewer::Member(&caller);
    let data = catalogue::search_operations(&db, &viewer, &query.q, limit).await?;
    Ok(List(Listed { data, next: None }))
}

/// What to find.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OperationQuery {
    /// Words of its summary, path or id.
    q: String,
    /// Most entries of the answer.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
}
