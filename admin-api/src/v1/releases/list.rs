//! Lists releases.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::page::Listed;
use gatehouse_control_plane::releases::{self, ReleaseView};
use gatehouse_web::{Problem, Query};
use uuid::Uuid;

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists releases.
#[utoipa::path(
    get,
    path = "/v1/releases",
    tag = "configuration",
    params(ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Release>)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn list_releases(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
    Query(query): Query<ListQuery>,
) -> Result<List<ReleaseView>, Problem> {
    let page = query.page()?;
    let before = page
        .after
        .map(|number| i64::try_from(number.as_u128()).unwrap_or(i64::MAX));
    let mut data = releases::list_releases(&db, &caller, before, page.limit).await?;
    let wanted = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let more = data.len() > wanted;
    data.truncate(wanted);
    let last = data.last().filter(|_| more);
    let next = last.map(|last| Uuid::from_u128(last.number.unsigned_abs().into()));
    Ok(List(Listed { data, next }))
}
