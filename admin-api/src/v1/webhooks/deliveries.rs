//! Shows what was and will be sent to a webhook.

use axum::extract::State;
use gatehouse_control_plane::webhooks::{DeliveryDetail, DeliveryFilter, DeliveryView};
use gatehouse_control_plane::{Db, webhooks};
use gatehouse_domain::id::{WebhookDeliveryId, WebhookEndpointId};
use gatehouse_domain::webhook::DeliveryState;
use gatehouse_web::{Path, Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::{List, Single};
use crate::edge::auth::{Caller, needs};
use crate::edge::list::page;

/// Lists what was and will be sent to a webhook.
#[utoipa::path(
    get,
    path = "/v1/webhooks/{webhook}/deliveries",
    tag = "webhooks",
    params(("webhook" = String, Path, description = "Id of the webhook."), DeliveryQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Delivery>)),
    security(("token" = ["tenant.manage"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn list_deliveries(
    caller: Caller<needs::WebhookManage>,
    State(db): State<Db>,
    Path(webhook): Path<WebhookEndpointId>,
    Query(query): Query<DeliveryQuery>,
) -> Result<List<DeliveryView>, Problem> {
    let filter = DeliveryFilter {
        state: query.state,
        kind: query.r#type,
    };
    let page = page(query.limit, query.after.as_deref())?;
    let listed = webhooks::list_deliveries(&db, &caller, webhook, &filter, &page).await?;
    Ok(List(listed))
}

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveryQuery {
    /// Most entries of the answer.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Only those of this state; `dead` is what was given up.
    #[param(value_type = Option<words::DeliveryState>)]
    state: Option<DeliveryState>,
    /// Only those of this type of event.
    r#type: Option<String>,
}

/// Shows one delivery with its body and its attempts.
#[utoipa::path(
    get,
    path = "/v1/webhooks/{webhook}/deliveries/{delivery}",
    tag = "webhooks",
    params(
        ("webhook" = String, Path, description = "Id of the webhook."),
        ("delivery" = String, Path, description = "Id of the delivery.")
    ),
    responses((status = 200, description = "The delivery", body = bodies::DeliveryDetail)),
    security(("token" = ["tenant.manage"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn get_delivery(
    caller: Caller<needs::WebhookManage>,
    State(db): State<Db>,
    Path((webhook, delivery)): Path<(WebhookEndpointId, WebhookDeliveryId)>,
) -> Result<Single<DeliveryDetail>, Problem> {
    let found = webhooks::get_delivery(&db, &caller, webhook, delivery).await?;
    Ok(Single(found))
}
