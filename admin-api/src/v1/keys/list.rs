//! Lists the keys of an application.

use axum::extract::State;
use gatehouse_control_plane::credentials::CredentialFilter;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Db, credentials};
use gatehouse_web::{Path, Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::bodies::ids;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::page;

/// Lists the keys of an application.
#[utoipa::path(
    get,
    path = "/v1/applications/{application}/keys",
    tag = "keys",
    params(("application" = String, Path, description = "Id or slug of the application."), KeyQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Key>)),
    security(("token" = ["application.manage"]), ("token" = ["application.manage_any"]), ("token" = ["subscription.read"]))
)]
pub(crate) async fn list_keys(
    caller: Caller<needs::ApplicationSee>,
    State(db): State<Db>,
    Path(application): Path<String>,
    Query(query): Query<KeyQuery>,
) -> Result<List<credentials::CredentialView>, Problem> {
    let filter = CredentialFilter {
        environment: query.environment.as_deref().map(Lookup::from),
        usable: query.usable.unwrap_or_default(),
    };
    let page = page(query.limit, query.after.as_deref())?;
    let application = Lookup::from(application.as_str());
    let listed = credentials::list_credentials(&db, &caller, application, &filter, &page).await?;
    Ok(List(listed))
}

/// Which keys.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct KeyQuery {
    /// Most entries of the answer.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Only those of this environment, by id or slug.
    #[param(value_type = Option<ids::EnvironmentLookup>)]
    environment: Option<String>,
    /// Only those that open something now.
    usable: Option<bool>,
}
