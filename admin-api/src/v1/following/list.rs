//! Lists the APIs that the person behind the token follows.

use axum::extract::State;
use gatehouse_control_plane::page::Listed;
use gatehouse_control_plane::{Db, following};
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};

/// Lists the APIs that the person behind the token follows, by name; at most 500.
#[utoipa::path(
    get,
    path = "/v1/followed-apis",
    tag = "questions",
    responses((status = 200, description = "All of them", body = bodies::List<bodies::FollowedApi>)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn list_followed(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
) -> Result<List<following::FollowView>, Problem> {
    let data = following::list_followed(&db, &caller).await?;
    Ok(List(Listed { data, next: None }))
}
