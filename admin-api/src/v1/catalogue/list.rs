//! Lists the APIs the caller finds in the catalogue.

use axum::extract::State;
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::{Db, catalogue};
use gatehouse_domain::ApiVersionState;
use gatehouse_web::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::page;

/// Lists the APIs the caller finds in the catalogue.
#[utoipa::path(
    get,
    path = "/v1/catalogue",
    tag = "catalogue",
    params(CatalogueQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::CatalogueEntry>)),
    security(("token" = ["catalogue.read"]), ("token" = ["api.read"]), ("token" = ["spec.publish"]))
)]
pub(crate) async fn list_catalogue(
    caller: Caller<needs::CatalogueSee>,
    State(db): State<Db>,
    Query(query): Query<CatalogueQuery>,
) -> Result<List<catalogue::CatalogueEntry>, Problem> {
    let filter = catalogue::CatalogueFilter {
        q: query.q,
        tags: query.tag.into_iter().collect(),
        teams: query.team.into_iter().collect(),
        states: query.state.into_iter().collect(),
    };
    let page = page(query.limit, query.after.as_deref())?;
    let listed = catalogue::catalogue(&db, &Viewer::Member(&caller), &filter, &page).await?;
    Ok(List(listed))
}

/// Which APIs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CatalogueQuery {
    /// Most entries of the answer.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
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
