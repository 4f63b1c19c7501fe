//! Makes a webhook; its secret is shown this once.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, webhooks};
use gatehouse_domain::id::TeamId;
use gatehouse_runtime::egress::Egress;
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use super::with_secret;
use crate::bodies;
use crate::bodies::ids;
use crate::edge::answer::WithSecret;
use crate::edge::auth::{Caller, needs};

/// Makes a webhook; its secret is shown this once.
///
/// Messages follow Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature` over `id.timestamp.body`.
#[utoipa::path(
    post,
    path = "/v1/webhooks",
    tag = "webhooks",
    request_body = CreateWebhook,
    responses((status = 201, description = "The webhook", body = bodies::Secret<bodies::Webhook>)),
    security(("token" = ["tenant.manage"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn create_webhook(
    caller: Caller<needs::WebhookManage>,
    State(db): State<Db>,
    State(egress): State<Egress>,
    Json(body): Json<CreateWebhook>,
) -> Result<WithSecret, Problem> {
    let input = webhooks::CreateWebhook {
        name: body.name,
        url: body.url,
        types: body.types.unwrap_or_default(),
        team: body.team,
        application: body.application.as_deref().map(Lookup::from),
    };
    let made = webhooks::create_webhook(&db, &caller, &egress, input).await?;
    Ok(with_secret(&caller, made))
}

/// The webhook to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateWebhook {
    /// For people, 1 to 80 characters.
    name: String,
    /// Where events are sent: http or https, a public address.
    url: String,
    /// Types, or groups such as `subscription.*`; without them every type.
    types: Option<Vec<String>>,
    /// Only what concerns the applications of this team.
    #[schema(value_type = Option<ids::TeamId>)]
    team: Option<TeamId>,
    /// Only what concerns this application.
    #[schema(value_type = Option<ids::ApplicationLookup>)]
    application: Option<String>,
}
