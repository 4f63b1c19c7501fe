//! Writes an entry of the changelog.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, changelog};
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Writes an entry of the changelog.
#[utoipa::path(
    post,
    path = "/v1/apis/{api}/changelog",
    tag = "changelog",
    params(("api" = String, Path, description = "Id or slug of the API.")),
    request_body = AddEntry,
    responses((status = 201, description = "The entry", body = bodies::Changed<bodies::ChangelogEntry>)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn add_changelog_entry(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path(api): Path<String>,
    Json(body): Json<AddEntry>,
) -> Result<Mutation, Problem> {
    let input = changelog::EntryInput {
        title: Some(body.title),
        markdown: Some(body.markdown),
        version: body.version,
    };
    let named = Lookup::from(api.as_str());
    let changed = changelog::add_entry(&db, &caller, named, input).await?;
    let path = format!("/v1/apis/{api}/changelog/{}", changed.value.id);
    Ok(Mutation::created(&changed, path))
}

/// The entry to write.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddEntry {
    /// In one line.
    title: String,
    /// More about it, in Markdown; at most 20,000 characters.
    #[serde(default)]
    markdown: String,
    /// Label of the version it is about.
    version: Option<String>,
}
