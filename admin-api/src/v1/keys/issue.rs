//! Issues a key; its text is shown this once.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, credentials};
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::ids;
use crate::edge::answer::{WithSecret, with_key};
use crate::edge::auth::{Caller, needs};

/// Issues a key; its text is shown this once.
#[utoipa::path(
    post,
    path = "/v1/applications/{application}/keys",
    tag = "keys",
    params(("application" = String, Path, description = "Id or slug of the application.")),
    request_body = IssueKey,
    responses((status = 201, description = "The key", body = bodies::Secret<bodies::Key>)),
    security(("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn issue_key(
    caller: Caller<needs::ApplicationManage>,
    State(db): State<Db>,
    Path(application): Path<String>,
    Json(body): Json<IssueKey>,
) -> Result<WithSecret, Problem> {
    let input = credentials::IssueKey {
        environment: Lookup::from(body.environment.as_str()),
        name: body.name,
        expires_in_days: body.expires_in_days,
    };
    let application = Lookup::from(application.as_str());
    let made = credentials::issue(&db, &caller, application, input).await?;
    Ok(with_key(&caller, made, |key| {
        format!("/v1/keys/{}", key.id)
    }))
}

/// The key to issue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IssueKey {
    /// Where it works.
    #[schema(value_type = ids::EnvironmentLookup)]
    environment: String,
    /// For people.
    name: String,
    /// Days until it ends; without it as long as the plans allow.
    #[schema(minimum = 1)]
    expires_in_days: Option<i32>,
}
