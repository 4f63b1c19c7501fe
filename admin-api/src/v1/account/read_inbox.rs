//! Marks everything in the inbox as read.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::notices::{self, Which};
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::AccountCaller;

/// Marks everything in the caller's inbox as read.
#[utoipa::path(
    post,
    path = "/v1/account/inbox/read",
    tag = "account",
    responses((status = 200, description = "How many are left", body = bodies::Changed<bodies::Unread>)),
    security(("token" = []))
)]
pub(crate) async fn read_inbox(
    caller: AccountCaller,
    State(db): State<Db>,
) -> Result<Mutation, Problem> {
    let changed = notices::mark_read(&db, &caller, Which::All).await?;
    Ok(Mutation::changed(&changed))
}
