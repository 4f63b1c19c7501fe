//! Deletes an entry of the changelog that was written by hand.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, changelog};
use gatehouse_domain::id::ChangelogEntryId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Deletes an entry of the changelog that was written by hand.
#[utoipa::path(
    delete,
    path = "/v1/apis/{api}/changelog/{entry}",
    tag = "changelog",
    params(("api" = String, Path, description = "Id or slug of the API."), ("entry" = String, Path, description = "Id of the entry.")),
    responses((status = 200, description = "It is deleted", body = bodies::Gone)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn delete_changelog_entry(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path((api, entry)): Path<(String, ChangelogEntryId)>,
) -> Result<Mutation, Problem> {
    let api = Lookup::from(api.as_str());
    let changed = changelog::delete_entry(&db, &caller, api, entry).await?;
    Ok(Mutation::gone(changed.change.as_ref()))
}
