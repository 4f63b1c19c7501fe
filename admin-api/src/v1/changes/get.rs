//! Tells which gateways have a change.

use axum::extract::State;
use gatehouse_control_plane::{Db, changes};
use gatehouse_domain::id::ChangeId;
use gatehouse_web::{Path, Problem};

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Tells which gateways have a change.
#[utoipa::path(
    get,
    path = "/v1/changes/{change}",
    tag = "changes",
    params(("change" = String, Path, description = "The `change_id` of an answer.")),
    responses((status = 200, description = "How far it got", body = bodies::Change)),
    security(("token" = []))
)]
pub(crate) async fn get_change(
    caller: Caller<needs::AnyToken>,
    State(db): State<Db>,
    Path(change): Path<ChangeId>,
) -> Result<Single<changes::ChangeView>, Problem> {
    let change = changes::get_change(&db, &caller, change).await?;
    Ok(Single(change))
}
