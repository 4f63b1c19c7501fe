//! Ends every session of the caller.

use axum::extract::State;
use gatehouse_control_plane::{Db, sessions};
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::AccountCaller;

/// Ends every session of the caller. A token is in none, so none is left; the token goes on.
#[utoipa::path(
    post,
    path = "/v1/account/sessions/end",
    tag = "account",
    responses((status = 200, description = "How many were ended", body = bodies::Changed<bodies::EndedSessions>)),
    security(("token" = []))
)]
pub(crate) async fn end_sessions(
    caller: AccountCaller,
    State(db): State<Db>,
) -> Result<Mutation, Problem> {
    let changed = sessions::end_others(&db, &caller, None).await?;
    Ok(Mutation::changed(&changed))
}
