//! Tells which gateways have a change, at once or as soon as all have it.

use std::time::Duration;

use axum::extract::State;
use gatehouse_control_plane::{Db, changes};
use gatehouse_domain::id::ChangeId;
use gatehouse_web::{FieldError, Path, Problem, ProblemKind, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Tells which gateways have a change.
#[utoipa::path(
    get,
    path = "/v1/changes/{change}",
    tag = "changes",
    params(("change" = String, Path, description = "The `change_id` of an answer."), ChangeQuery),
    responses((status = 200, description = "How far it got", body = bodies::Change)),
    security(("token" = []))
)]
pub(crate) async fn get_change(
    caller: Caller<needs::AnyToken>,
    State(db): State<Db>,
    Path(change): Path<ChangeId>,
    Query(query): Query<ChangeQuery>,
) -> Result<Single<changes::ChangeView>, Problem> {
    let within = query.wait()?;
    let change = changes::wait_for_change(&db, &caller, change, within).await?;
    Ok(Single(change))
}

/// How long to wait for it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChangeQuery {
    /// Answer only once every gateway has it, or after so many seconds.
    #[param(minimum = 0, maximum = 60, default = 0)]
    wait: Option<u64>,
}

impl ChangeQuery {
    fn wait(&self) -> Result<Duration, Problem> {
        let wait = Duration::from_secs(self.wait.unwrap_or_default());
        if wait <= changes::WAIT_MAX {
            return Ok(wait);
        }
        let detail = format!("Use 0 to {} seconds.", changes::WAIT_MAX.as_secs());
        let fault = FieldError::new("?wait", "out_of_range", detail);
        Err(Problem::new(ProblemKind::Invalid).field(fault))
    }
}
