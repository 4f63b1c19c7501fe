//! Shows an entry of the changelog.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::{Db, changelog};
use gatehouse_domain::id::ChangelogEntryId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows an entry of the changelog.
#[utoipa::path(
    get,
    path = "/v1/apis/{api}/changelog/{entry}",
    tag = "changelog",
    params(("api" = String, Path, description = "Id or slug of the API."), ("entry" = String, Path, description = "Id of the entry.")),
    responses((status = 200, description = "The entry", body = bodies::ChangelogEntry)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn get_changelog_entry(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path((api, entry)): Path<(String, ChangelogEntryId)>,
) -> Result<Single<changelog::EntryView>, Problem> {
    let api = Lookup::from(api.as_str());
    let entry = changelog::get_entry(&db, &Viewer::Member(&caller), api, entry).await?;
    Ok(Single(entry))
}
