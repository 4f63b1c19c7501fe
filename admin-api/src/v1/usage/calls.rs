//! Lists the latest calls of an application.

use axum::extract::State;
use gatehouse_control_plane::page::Listed;
use gatehouse_control_plane::usage::CallView;
use gatehouse_control_plane::{Db, usage};
use gatehouse_domain::id;
use gatehouse_web::{Path, Problem, Query};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::application_id::application_id;
use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::page;

/// Lists the latest calls of an application.
#[utoipa::path(
    get,
    path = "/v1/applications/{application}/calls",
    tag = "usage",
    params(("application" = String, Path, description = "Id or slug of the application."), CallsQuery),
    responses((status = 200, description = "The newest first", body = bodies::Calls)),
    security(("token" = ["usage.read_any"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn list_application_calls(
    caller: Caller<needs::UsageSee>,
    State(db): State<Db>,
    Path(application): Path<String>,
    Query(query): Query<CallsQuery>,
) -> Result<List<Call>, Problem> {
    let application = application_id(&db, &caller, &application).await?;
    let limit = page(query.limit, None)?.limit;
    let calls = usage::recent_calls(&db, &caller, application, limit).await?;
    Ok(List(Listed {
        data: calls.into_iter().map(Call::from).collect(),
        next: None,
    }))
}

/// How many calls.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CallsQuery {
    /// Most entries of the answer.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
}

/// A call with its request id as the response carried it.
#[derive(Debug, Serialize)]
pub(crate) struct Call {
    #[serde(flatten)]
    call: CallView,
    request_id: String,
}

impl From<CallView> for Call {
    fn from(call: CallView) -> Self {
        let request_id = format!("req_{}", id::encode(call.request_id.as_u128()));
        Self { call, request_id }
    }
}
