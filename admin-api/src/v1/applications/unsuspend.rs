//! Lets an application call again.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, applications};
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Lets an application call again.
#[utoipa::path(
    post,
    path = "/v1/applications/{application}/unsuspend",
    tag = "applications",
    params(("application" = String, Path, description = "Id or slug of the application.")),
    responses((status = 200, description = "The application as it is now", body = bodies::Changed<bodies::Application>)),
    security(("token" = ["subscription.enforce"]))
)]
pub(crate) async fn unsuspend_application(
    caller: Caller<needs::SubscriptionEnforce>,
    State(db): State<Db>,
    Path(application): Path<String>,
) -> Result<Mutation, Problem> {
    let application = Lookup::from(application.as_str());
    let changed = applications::unsuspend_application(&db, &caller, application).await?;
    Ok(Mutation::changed(&changed))
}
