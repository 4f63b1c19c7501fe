//! Shows terms in their newest version, or in the one asked for.

use axum::extract::State;
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::{Db, legal};
use gatehouse_web::{Path, Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Shows terms in their newest version, or in the one asked for.
#[utoipa::path(
    get,
    path = "/v1/terms/{terms}",
    tag = "terms",
    params(("terms" = String, Path, description = "Slug of the terms."), TermsQuery),
    responses((status = 200, description = "The terms", body = bodies::Terms)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn get_terms(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Path(terms): Path<String>,
    Query(query): Query<TermsQuery>,
) -> Result<Single<legal::TermsView>, Problem> {
    let viewer = Viewer::Member(&caller);
    let found = legal::get_terms(&db, &viewer, &terms, query.version).await?;
    Ok(Single(found))
}

/// Which version.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TermsQuery {
    /// Its number; without it the newest.
    #[param(minimum = 1)]
    version: Option<i32>,
}
