//! Changes how long decisions may take, for requests from now on.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::ids;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Changes how long decisions may take, for requests from now on.
#[utoipa::path(
    put,
    path = "/v1/approval-settings",
    tag = "subscriptions",
    params(IfMatchHeader),
    request_body = PutApprovalSettings,
    responses((status = 200, description = "The settings", body = bodies::Changed<bodies::ApprovalSettings>)),
    security(("token" = ["tenant.manage"]))
)]
pub(crate) async fn put_approval_settings(
    caller: Caller<needs::TenantManage>,
    State(db): State<Db>,
    IfMatch(expected): IfMatch,
    Json(body): Json<PutApprovalSettings>,
) -> Result<Mutation, Problem> {
    let input = subscriptions::SetApprovalSettings {
        due_s: body.due_s,
        remind_before_s: body.remind_before_s,
        escalation_team: body.escalation_team.as_deref().map(Lookup::from),
        reject_reasons: body.reject_reasons,
    };
    let changed = subscriptions::set_approval_settings(&db, &caller, expected, input).await?;
    Ok(Mutation::changed(&changed))
}

/// All of it; what is left out is taken away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutApprovalSettings {
    /// Seconds until a decision is due, where the plan says nothing else.
    #[schema(minimum = 60, maximum = 7_776_000)]
    due_s: i32,
    /// So many seconds before that approvers are reminded once; null: not at all.
    #[schema(minimum = 60, maximum = 7_776_000)]
    remind_before_s: Option<i32>,
    /// Who is told when a decision is late; null: the owners of the tenant.
    #[schema(value_type = Option<ids::TeamLookup>)]
    escalation_team: Option<String>,
    /// What approvers start a rejection from, different from one another, 1 to 500 characters each; null: the program's own.
    #[schema(max_items = 20)]
    reject_reasons: Option<Vec<String>>,
}
