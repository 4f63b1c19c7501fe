//! Writes to the other side of a request.

use axum::extract::State;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_domain::id::SubscriptionId;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Writes to the other side of a request: its team to those who decide, or they to it.
#[utoipa::path(
    post,
    path = "/v1/subscriptions/{subscription}/messages",
    tag = "subscriptions",
    params(("subscription" = String, Path, description = "Id of the subscription.")),
    request_body = SendMessage,
    responses((status = 201, description = "The message", body = bodies::Changed<bodies::RequestMessage>)),
    security(("token" = ["subscription.decide"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn send_message(
    caller: Caller<needs::MessageSend>,
    State(db): State<Db>,
    Path(subscription): Path<SubscriptionId>,
    Json(body): Json<SendMessage>,
) -> Result<Mutation, Problem> {
    let sent = subscriptions::send_message(&db, &caller, subscription, &body.text).await?;
    Ok(Mutation::changed(&sent).made())
}

/// A message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendMessage {
    /// Plain text, shown and mailed as it is written; 1 to 2000 characters.
    #[schema(min_length = 1)]
    text: String,
}
