//! Lists the lint rules.

use axum::extract::State;
use gatehouse_control_plane::lint_rules::{self, LintRule};
use gatehouse_control_plane::{Db, Listed};
use gatehouse_web::Problem;

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};

/// Lists every lint rule with its level in this tenant.
#[utoipa::path(
    get,
    path = "/v1/lint-rules",
    tag = "apis",
    responses((status = 200, description = "All of them", body = bodies::LintRules)),
    security(("token" = ["spec.publish"]), ("token" = ["api.read"]))
)]
pub(crate) async fn list_lint_rules(
    caller: Caller<needs::SpecCompare>,
    State(db): State<Db>,
) -> Result<List<LintRule>, Problem> {
    let data = lint_rules::list_lint_rules(&db, &caller).await?;
    Ok(List(Listed { data, next: None }))
}
