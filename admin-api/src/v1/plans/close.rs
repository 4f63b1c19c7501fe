//! Takes no more requests for a plan, and moves or ends those who have it.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, plans};
use gatehouse_web::{OptionalJson, Path, Problem};
use serde::Deserialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::ids;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Takes no more requests for a plan, and moves or ends those who have it.
#[utoipa::path(
    post,
    path = "/v1/apis/{api}/plans/{plan}/close",
    tag = "plans",
    params(("api" = String, Path, description = "Id or slug of the API."), ("plan" = String, Path, description = "Id or slug of the plan.")),
    request_body = Option<ClosePlan>,
    responses((status = 200, description = "The plan as it is now", body = bodies::Changed<bodies::Plan>)),
    security(("token" = ["plan.manage"]))
)]
pub(crate) async fn close_plan(
    caller: Caller<needs::PlanManage>,
    State(db): State<Db>,
    Path((api, plan)): Path<(String, String)>,
    OptionalJson(body): OptionalJson<ClosePlan>,
) -> Result<Mutation, Problem> {
    let input = plans::ClosePlan {
        move_to: body.move_to.as_deref().map(Lookup::from),
        ends_at: body.ends_at,
    };
    let (api, plan) = (Lookup::from(api.as_str()), Lookup::from(plan.as_str()));
    let changed = plans::close_plan(&db, &caller, api, plan, None, input).await?;
    Ok(Mutation::changed(&changed))
}

/// What becomes of those who have it; without either they keep it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClosePlan {
    /// Another plan of the API they are moved to.
    #[schema(value_type = Option<ids::PlanLookup>)]
    move_to: Option<String>,
    /// When their access ends.
    #[serde(default, with = "time::serde::rfc3339::option")]
    ends_at: Option<OffsetDateTime>,
}
