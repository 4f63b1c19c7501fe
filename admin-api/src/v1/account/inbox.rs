//! Lists what the caller was told.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::notices::{self, NotificationView};
use gatehouse_web::{Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::AccountCaller;
use crate::edge::list::ListQuery;

/// Lists what the caller was told in this tenant, the newest first. Reading the list marks nothing as read.
#[utoipa::path(
    get,
    path = "/v1/account/inbox",
    tag = "account",
    params(ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Notice>)),
    security(("token" = []))
)]
pub(crate) async fn list_inbox(
    caller: AccountCaller,
    State(db): State<Db>,
    Query(query): Query<ListQuery>,
) -> Result<List<NotificationView>, Problem> {
    let listed = notices::list_notifications(&db, &caller, &query.page()?).await?;
    Ok(List(listed))
}
