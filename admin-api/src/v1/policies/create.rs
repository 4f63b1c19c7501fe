//! Puts a policy in place.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::policies::PolicyPlace;
use gatehouse_control_plane::{Db, policies};
use gatehouse_domain::policy::{PolicyInherit, PolicyKind, PolicyMode};
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::{ids, words};
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Puts a policy in place: for every API of the tenant, or as far in as is named.
///
/// At each place there is at most one of a kind. One for every API wants `tenant.manage` too. What a locked one further out
/// keeps from applying is put in place with a word in `warnings`.
#[utoipa::path(
    post,
    path = "/v1/policies",
    tag = "policies",
    request_body = CreatePolicy,
    responses((status = 201, description = "The policy", body = bodies::Changed<bodies::Policy>)),
    security(("token" = ["api.write"]))
)]
pub(crate) async fn create_policy(
    caller: Caller<needs::ApiWrite>,
    State(db): State<Db>,
    Json(body): Json<CreatePolicy>,
) -> Result<Mutation, Problem> {
    let input = policies::CreatePolicy {
        slug: body.slug,
        place: PolicyPlace {
            api: body.api.as_deref().map(Lookup::from),
            version: body.version,
            operation: body.operation,
            environment: body.environment.as_deref().map(Lookup::from),
        },
        kind: body.kind,
        document: body.document,
        mode: body.mode.unwrap_or(PolicyMode::Enforce),
        inherit: body.inherit.unwrap_or(PolicyInherit::Default),
        reason: body.reason.unwrap_or_default(),
    };
    let mut made = policies::create_policy(&db, &caller, input).await?;
    let path = format!("/v1/policies/{}", made.value.id);
    let warnings = std::mem::take(&mut made.value.warnings);
    Ok(Mutation::created(&made, path).warned(warnings))
}

/// The policy to put in place.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreatePolicy {
    /// In URLs and files; made of its place and kind where it is left out.
    #[schema(min_length = 2, max_length = 40)]
    slug: Option<String>,
    /// Only of this API; without it of every API of the tenant.
    #[schema(value_type = Option<ids::ApiLookup>)]
    api: Option<String>,
    /// Only of this version of the API, by its label.
    version: Option<String>,
    /// Only of this operation of the version: method and path, such as `GET /pets/{id}`.
    operation: Option<String>,
    /// Only in this environment.
    #[schema(value_type = Option<ids::EnvironmentLookup>)]
    environment: Option<String>,
    /// What it does.
    #[schema(value_type = words::PolicyKind)]
    kind: PolicyKind,
    /// What it says, as its kind has it.
    #[schema(value_type = bodies::PolicyConfig)]
    document: Value,
    /// Whether it decides; `enforce` when it is left out. `shadow` tries a `jwt` or `rate_limit`, and refuses nothing.
    #[schema(value_type = Option<words::PolicyMode>)]
    mode: Option<PolicyMode>,
    /// Whether places further in may say otherwise; `default` when it is left out.
    #[schema(value_type = Option<words::PolicyInherit>)]
    inherit: Option<PolicyInherit>,
    /// Why, for the audit log.
    #[schema(max_length = 500)]
    reason: Option<String>,
}
