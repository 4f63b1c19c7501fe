//! Applies a changeset: all of it or nothing.

use axum::extract::State;
use gatehouse_control_plane::{Db, changesets};
use gatehouse_domain::id::ChangesetId;
use gatehouse_web::{OptionalJson, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Applies a changeset: all of it or nothing.
///
/// Answers 409 and names what moved when anything it was worked out from has changed since.
#[utoipa::path(
    post,
    path = "/v1/changesets/{changeset}/apply",
    tag = "configuration",
    params(("changeset" = String, Path, description = "Id of the changeset.")),
    request_body = Option<ApplyChangeset>,
    responses((status = 200, description = "The changeset, applied", body = bodies::Changed<bodies::Changeset>)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn apply_changeset(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
    Path(changeset): Path<ChangesetId>,
    OptionalJson(body): OptionalJson<ApplyChangeset>,
) -> Result<Mutation, Problem> {
    let reason = body.reason.unwrap_or_default();
    let changed = changesets::apply_changeset(&db, &caller, changeset, &reason).await?;
    Ok(Mutation::changed(&changed))
}

/// Why versions are retired that somebody still has access to.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApplyChangeset {
    /// At most 500 characters; needed only for that.
    reason: Option<String>,
}
