//! Stops every call of an application.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, applications};
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Stops every call of an application.
#[utoipa::path(
    post,
    path = "/v1/applications/{application}/suspend",
    tag = "applications",
    params(("application" = String, Path, description = "Id or slug of the application.")),
    request_body = SuspendApplication,
    responses((status = 200, description = "The application as it is now", body = bodies::Changed<bodies::Application>)),
    security(("token" = ["subscription.enforce"]))
)]
pub(crate) async fn suspend_application(
    caller: Caller<needs::SubscriptionEnforce>,
    State(db): State<Db>,
    Path(application): Path<String>,
    Json(body): Json<SuspendApplication>,
) -> Result<Mutation, Problem> {
    let application = Lookup::from(application.as_str());
    let changed =
        applications::suspend_application(&db, &caller, application, &body.reason).await?;
    Ok(Mutation::changed(&changed))
}

/// Why, for the people it concerns.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuspendApplication {
    /// Mailed as it is written; 1 to 500 characters.
    reason: String,
}
