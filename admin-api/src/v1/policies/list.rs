//! Lists policies.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::policies::PolicyFilter;
use gatehouse_control_plane::{Db, policies};
use gatehouse_domain::policy::{PolicyKind, PolicyLevel};
use gatehouse_web::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::bodies::{ids, words};
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::page;

/// Lists the policies of the tenant and of the APIs the caller may read.
#[utoipa::path(
    get,
    path = "/v1/policies",
    tag = "policies",
    params(PolicyQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Policy>)),
    security(("token" = ["api.read"]))
)]
pub(crate) async fn list_policies(
    caller: Caller<needs::ApiRead>,
    State(db): State<Db>,
    Query(query): Query<PolicyQuery>,
) -> Result<List<policies::PolicyView>, Problem> {
    let filter = PolicyFilter {
        api: query.api.as_deref().map(Lookup::from),
        version: query.version,
        environment: query.environment.as_deref().map(Lookup::from),
        kind: query.kind,
        level: query.level,
    };
    let page = page(query.limit, query.after.as_deref())?;
    let listed = policies::list_policies(&db, &caller, &filter, &page).await?;
    Ok(List(listed))
}

/// Which policies.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PolicyQuery {
    /// Most entries of the answer.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Only those of this API, by id or slug.
    #[param(value_type = Option<ids::ApiLookup>)]
    api: Option<String>,
    /// Only those of versions with this label.
    version: Option<String>,
    /// Only those for this environment alone, by id or slug.
    #[param(value_type = Option<ids::EnvironmentLookup>)]
    environment: Option<String>,
    /// Only those of this kind.
    #[param(value_type = Option<words::PolicyKind>)]
    kind: Option<PolicyKind>,
    /// Only those at this level.
    #[param(value_type = Option<words::PolicyLevel>)]
    level: Option<PolicyLevel>,
}
