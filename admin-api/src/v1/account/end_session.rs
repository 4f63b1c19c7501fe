//! Ends one of the caller's sessions.

use axum::extract::State;
use gatehouse_control_plane::{Db, sessions};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::AccountCaller;

/// Ends one of the caller's sessions: whoever used it has to sign in again.
#[utoipa::path(
    delete,
    path = "/v1/account/sessions/{session}",
    tag = "account",
    params(("session" = String, Path, description = "What the list of sessions calls it.")),
    responses((status = 200, description = "It has ended", body = bodies::Gone)),
    security(("token" = []))
)]
pub(crate) async fn end_session(
    caller: AccountCaller,
    State(db): State<Db>,
    Path(session): Path<String>,
) -> Result<Mutation, Problem> {
    let changed = sessions::end_session(&db, &caller, &session).await?;
    Ok(Mutation::gone(changed.change.as_ref()))
}
