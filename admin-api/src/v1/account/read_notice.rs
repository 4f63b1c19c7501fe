//! Marks one notice as read.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::notices::{self, Which};
use gatehouse_domain::id::NotificationId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::AccountCaller;

/// Marks one notice of the caller's inbox as read. Doing so twice is no fault.
#[utoipa::path(
    post,
    path = "/v1/account/inbox/{notice}/read",
    tag = "account",
    params(("notice" = String, Path, description = "Id of the notice.")),
    responses((status = 200, description = "How many are left", body = bodies::Changed<bodies::Unread>)),
    security(("token" = []))
)]
pub(crate) async fn read_notice(
    caller: AccountCaller,
    State(db): State<Db>,
    Path(notice): Path<NotificationId>,
) -> Result<Mutation, Problem> {
    let changed = notices::mark_read(&db, &caller, Which::One(notice)).await?;
    Ok(Mutation::changed(&changed))
}
