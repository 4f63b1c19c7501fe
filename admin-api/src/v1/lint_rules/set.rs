//! Sets the level of a lint rule.

use axum::extract::State;
use gatehouse_control_plane::{Db, lint_rules};
use gatehouse_spec::lint::Level;
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies::{self, words};
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};

/// Sets the level of a lint rule. What was published stays; what is published next is held to it.
#[utoipa::path(
    put,
    path = "/v1/lint-rules/{rule}",
    tag = "apis",
    params(("rule" = String, Path, description = "Id of the rule, such as `path-casing`.")),
    request_body = SetLintRule,
    responses((status = 200, description = "The rule as it is now", body = bodies::Changed<bodies::LintRule>)),
    security(("token" = ["tenant.manage"]))
)]
pub(crate) async fn set_lint_rule(
    caller: Caller<needs::TenantManage>,
    State(db): State<Db>,
    Path(rule): Path<String>,
    Json(body): Json<SetLintRule>,
) -> Result<Mutation, Problem> {
    let changed = lint_rules::set_lint_rule(&db, &caller, &rule, body.level).await?;
    Ok(Mutation::changed(&changed))
}

/// The new level.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetLintRule {
    /// `off`, `warn`, or `block`, which refuses descriptions.
    #[schema(value_type = words::LintLevel)]
    level: Level,
}
