//! Trusts workloads of a CI system; the keys of their issuer are read first.

use axum::extract::State;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::ci_trusts::{self, WorkloadIssuers};
use gatehouse_domain::Permission;
use gatehouse_domain::id::ApiId;
use gatehouse_web::{Json, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::{ids, words};
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Trusts workloads of a CI system; the keys of their issuer are read first.
///
/// They exchange their identity tokens at `POST /v1/token-exchange` (RFC 8693).
#[utoipa::path(
    post,
    path = "/v1/ci-trusts",
    tag = "tokens",
    request_body = CreateCiTrust,
    responses((status = 201, description = "The trust", body = bodies::Changed<bodies::CiTrust>)),
    security(("token" = ["token.manage"]))
)]
pub(crate) async fn create_ci_trust(
    caller: Caller<needs::TokenManage>,
    State(db): State<Db>,
    State(issuers): State<WorkloadIssuers>,
    Json(body): Json<CreateCiTrust>,
) -> Result<Mutation, Problem> {
    let input = ci_trusts::CreateCiTrust {
        name: body.name,
        issuer: body.issuer,
        audience: body.audience,
        subject_pattern: body.subject_pattern,
        scopes: body.scopes,
        apis: body.apis,
        ttl_s: body.ttl_s,
    };
    let made = ci_trusts::create_ci_trust(&db, &issuers, &caller, input).await?;
    let path = format!("/v1/ci-trusts/{}", made.value.id);
    Ok(Mutation::created(&made, path))
}

/// The trust to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateCiTrust {
    /// For people.
    name: String,
    /// Who signs the identity tokens, such as `https://token.actions.githubusercontent.com`.
    issuer: String,
    /// What their `aud` has to hold.
    audience: String,
    /// The whole `sub`; `*` stands for any characters but `:`, after the owner, as in `repo:acme/*:ref:refs/heads/main`.
    subject_pattern: String,
    /// What an exchanged token may do; nothing the caller may not.
    #[schema(value_type = Vec<words::Permission>, min_items = 1)]
    scopes: Vec<Permission>,
    /// The only APIs it may touch; without it every API of the tenant.
    #[schema(value_type = Option<Vec<ids::ApiId>>)]
    apis: Option<Vec<ApiId>>,
    /// Seconds an exchanged token lives.
    #[schema(minimum = 60, maximum = 3600, default = 900)]
    ttl_s: Option<i32>,
}
