//! Lists what happened to an API, newest first.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::{Db, changelog};
use gatehouse_web::{Path, Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists what happened to an API, newest first.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/changelog",
    tag = "changelog",
    params(("api" = String, Path, description = "Id or slug of the API."), ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::ChangelogEntry>)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn list_changelog(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path(api): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<List<changelog::EntryView>, Problem> {
    let api = Lookup::from(api.as_str());
    let viewer = Viewer::Member(&caller);
    let listed = changelog::list_changelog(&db, &viewer, api, &query.page()?).await?;
    Ok(List(listed))
}
