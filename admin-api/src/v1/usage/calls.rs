//! Lists the latest calls of an application.

use axum::extract::State;
use gatehouse_control_plane::usage::{CallFilter, CallView};
use gatehouse_control_plane::{Db, usage};
use gatehouse_domain::id;
use gatehouse_web::{FieldError, Path, Problem, ProblemKind, Query};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::application_id::application_id;
use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::page;

/// Lists the calls of an application.
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
    let page = page(query.limit, query.after.as_deref())?;
    let filter = CallFilter {
        class: query.class()?,
        api: query.api,
        since: None,
    };
    let calls = usage::list_calls(&db, &caller, application, &filter, &page).await?;
    Ok(List(calls.map(Call::from)))
}

/// Which calls, and how many.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CallsQuery {
    /// Most entries of the answer.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
    /// The first digit of the status, as in `4xx`.
    #[param(pattern = "^[2-5]xx$")]
    status: Option<String>,
    /// Slug of the API that was called.
    api: Option<String>,
}

impl CallsQuery {
    fn class(&self) -> Result<Option<i32>, Problem> {
        let Some(text) = &self.status else {
            return Ok(None);
        };
        let digit = text.strip_suffix("xx").and_then(|digit| digit.parse().ok());
        match digit {
            Some(class @ 2..=5) => Ok(Some(class)),
            _ => Err(Problem::new(ProblemKind::Invalid).field(FieldError::new(
                "?status",
                "format",
                format!("Use 2xx, 3xx, 4xx or 5xx; got {text}."),
            ))),
        }
    }
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
