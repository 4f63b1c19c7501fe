//! Lists webhooks.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::webhooks::WebhookFilter;
use gatehouse_control_plane::{Db, webhooks};
use gatehouse_web::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::bodies::ids;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::page;

/// Lists the webhooks the caller may manage: those of the tenant, or of the caller's teams.
#[utoipa::path(
    get,
    path = "/v1/webhooks",
    tag = "webhooks",
    params(WebhookQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Webhook>)),
    security(("token" = ["tenant.manage"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn list_webhooks(
    caller: Caller<needs::WebhookManage>,
    State(db): State<Db>,
    Query(query): Query<WebhookQuery>,
) -> Result<List<webhooks::WebhookView>, Problem> {
    let filter = WebhookFilter {
        application: query.application.as_deref().map(Lookup::from),
    };
    let page = page(query.limit, query.after.as_deref())?;
    let listed = webhooks::list_webhooks(&db, &caller, &filter, &page).await?;
    Ok(List(listed))
}

/// Which webhooks.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WebhookQuery {
    /// Most entries of the answer.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Only those of this application, by id or slug.
    #[param(value_type = Option<ids::ApplicationLookup>)]
    application: Option<String>,
}
