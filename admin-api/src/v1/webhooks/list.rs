//! Lists webhooks.

use axum::extract::State;
use gatehouse_control_plane::{Db, webhooks};
use gatehouse_web::{Problem, Query};

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists the webhooks the caller may manage: those of the tenant, or of the caller's teams.
#[utoipa::path(
    get,
    path = "/v1/webhooks",
    tag = "webhooks",
    params(ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Webhook>)),
    security(("token" = ["tenant.manage"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn list_webhooks(
    caller: Caller<needs::WebhookManage>,
    State(db): State<Db>,
    Query(query): Query<ListQuery>,
) -> Result<List<webhooks::WebhookView>, Problem> {
    let listed = webhooks::list_webhooks(&db, &caller, &query.page()?).await?;
    Ok(List(listed))
}
