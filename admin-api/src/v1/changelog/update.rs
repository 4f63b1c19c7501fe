//! Changes what an entry of the changelog says.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, changelog};
use gatehouse_domain::id::ChangelogEntryId;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Changes what an entry of the changelog says.
#[utoipa::path(
    patch,
    path = "/v1/apis/{api}/changelog/{entry}",
    tag = "changelog",
    params(("api" = String, Path, description = "Id or slug of the API."), ("entry" = String, Path, description = "Id of the entry."), IfMatchHeader),
    request_body = UpdateEntry,
    responses((status = 200, description = "The entry as it is now", body = bodies::Changed<bodies::ChangelogEntry>)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn update_changelog_entry(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path((api, entry)): Path<(String, ChangelogEntryId)>,
    IfMatch(expected): IfMatch,
    Json(body): Json<UpdateEntry>,
) -> Result<Mutation, Problem> {
    let input = changelog::EntryInput {
        title: body.title,
        markdown: body.markdown,
        version: None,
    };
    let api = Lookup::from(api.as_str());
    let changed = changelog::update_entry(&db, &caller, api, entry, expected, input).await?;
    Ok(Mutation::changed(&changed))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateEntry {
    /// In one line.
    title: Option<String>,
    /// More about it, in Markdown; at most 20,000 characters.
    markdown: Option<String>,
}
