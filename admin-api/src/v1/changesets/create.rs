//! Works out what files change, tries it, and keeps it to be looked at and applied.

use axum::extract::{Request, State};
use gatehouse_control_plane::Db;
use gatehouse_control_plane::changesets::{self, ChangesetInput, ChangesetView, Mode, References};
use gatehouse_control_plane::publishing::Source;
use gatehouse_control_plane::resources::ResourceFile;
use gatehouse_web::extract::read_body_up_to;
use gatehouse_web::{BodyLimit, FieldError, Problem, ProblemKind};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::settings::Limits;

/// Works out what files change, tries it, and keeps it to be looked at and applied.
///
/// Nothing of the configuration changes by it. Faults come back with file, line and column.
#[utoipa::path(
    post,
    path = "/v1/changesets",
    tag = "configuration",
    request_body = CreateChangeset,
    responses((status = 201, description = "What would change", body = bodies::Changed<bodies::Changeset>)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn create_changeset(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
    State(limits): State<Limits>,
    request: Request,
) -> Result<Mutation, Problem> {
    let limit = BodyLimit(usize::try_from(limits.spec).unwrap_or(usize::MAX));
    let content = read_body_up_to(request, limit).await?;
    let body: CreateChangeset = serde_json::from_slice(&content).map_err(|error| {
        let mut field = FieldError::new("", "format", format!("{error}."));
        field.line = Some(error.line());
        field.column = Some(error.column());
        Problem::new(ProblemKind::Invalid).field(field)
    })?;
    let input = ChangesetInput {
        mode: body.mode.unwrap_or_default(),
        scope: body.scope,
        source: body.source.unwrap_or_default(),
        files: body.files,
        values: body.values.unwrap_or_default(),
    };
    let changed = changesets::make_changeset(&db, &caller, input).await?;
    let path = |view: &ChangesetView| format!("/v1/changesets/{}", view.id);
    let path = path(&changed.value);
    Ok(Mutation::created(&changed, path))
}

/// Files, and what they may do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateChangeset {
    /// What the files may do; without it `apply`.
    #[schema(value_type = Option<bodies::ChangesetMode>)]
    mode: Option<Mode>,
    /// Needed to sync; else what files that name no scope are kept in.
    scope: Option<String>,
    /// Where the files come from: `commit`, `branch`, `ci_run`, `file`.
    #[schema(value_type = Option<Object>)]
    source: Option<Source>,
    /// Resources, and the descriptions they name.
    #[schema(value_type = Vec<bodies::File>)]
    files: Vec<ResourceFile>,
    /// What references in the files stand for: `${env:NAME}` or `${file:PATH}` to its value.
    #[schema(value_type = Option<Object>)]
    values: Option<References>,
}
