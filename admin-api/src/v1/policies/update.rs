//! Changes a policy.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, policies};
use gatehouse_domain::policy::{PolicyInherit, PolicyMode};
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{IfMatch, IfMatchHeader};

/// Changes what a policy says, or whether it decides. Where it is and what it does stay.
#[utoipa::path(
    patch,
    path = "/v1/policies/{policy}",
    tag = "policies",
    params(("policy" = String, Path, description = "Id or slug of the policy."), IfMatchHeader),
    request_body = UpdatePolicy,
    responses((status = 200, description = "The policy as it is now", body = bodies::Changed<bodies::Policy>)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn update_policy(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Path(policy): Path<String>,
    IfMatch(expected): IfMatch,
    Json(body): Json<UpdatePolicy>,
) -> Result<Mutation, Problem> {
    let input = policies::UpdatePolicy {
        document: body.document,
        mode: body.mode,
        inherit: body.inherit,
        reason: body.reason.unwrap_or_default(),
    };
    let policy = Lookup::from(policy.as_str());
    let mut changed = policies::update_policy(&db, &caller, policy, expected, input).await?;
    let warnings = std::mem::take(&mut changed.value.warnings);
    Ok(Mutation::changed(&changed).warned(warnings))
}

/// What changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdatePolicy {
    /// What it says, whole.
    #[schema(value_type = Option<bodies::PolicyConfig>)]
    document: Option<Value>,
    /// Whether it decides.
    #[schema(value_type = Option<words::PolicyMode>)]
    mode: Option<PolicyMode>,
    /// Whether places further in may say otherwise.
    #[schema(value_type = Option<words::PolicyInherit>)]
    inherit: Option<PolicyInherit>,
    /// Why, for the audit log.
    #[schema(max_length = 500)]
    reason: Option<String>,
}
