//! Counts what the catalogue can be narrowed by.

use axum::extract::State;
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::{Db, catalogue};
use gatehouse_domain::ApiVersionState;
use gatehouse_web::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::Single;
use crate::edge::auth::{Caller, needs};

/// Counts what the catalogue can be narrowed by: each kind of choice within what is chosen of the others.
#[utoipa::path(
    get,
    path = "/v1/catalogue-facets",
    tag = "catalogue",
    params(FacetsQuery),
    responses((status = 200, description = "The choices", body = bodies::CatalogueFacets)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn get_catalogue_facets(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Query(query): Query<FacetsQuery>,
) -> Result<Single<catalogue::Facets>, Problem> {
    let filter = catalogue::CatalogueFilter {
        q: query.q,
        tags: query.tag.into_iter().collect(),
        teams: query.team.into_iter().collect(),
        states: query.state.into_iter().collect(),
    };
    let facets = catalogue::catalogue_facets(&db, &Viewer::Member(&caller), &filter).await?;
    Ok(Single(facets))
}

/// What is chosen already.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FacetsQuery {
    /// Only those whose words hold this text.
    q: Option<String>,
    /// Only those with operations of this tag.
    tag: Option<String>,
    /// Only those of the team with this slug.
    team: Option<String>,
    /// Only those whose newest version stands here.
    #[param(value_type = Option<words::ApiVersionState>)]
    state: Option<ApiVersionState>,
}
