//! Lists what waits for approvers, the oldest question first.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::subscriptions::{RequestFilter, RequestSubject};
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_web::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::bodies::{ids, words};
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::page;

/// Lists what waits for approvers, the oldest question first.
#[utoipa::path(
    get,
    path = "/v1/access-requests",
    tag = "subscriptions",
    params(RequestQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::AccessRequest>)),
    security(("token" = ["subscription.read"]))
)]
pub(crate) async fn list_access_requests(
    caller: Caller<needs::SubscriptionRead>,
    State(db): State<Db>,
    Query(query): Query<RequestQuery>,
) -> Result<List<subscriptions::RequestRow>, Problem> {
    let filter = RequestFilter {
        subject: query.subject,
        api: query.api.as_deref().map(Lookup::from),
        environment: query.environment,
        application: query.application.as_deref().map(Lookup::from),
        overdue: query.overdue.unwrap_or_default(),
        for_me: query.for_me.unwrap_or_default(),
    };
    let page = page(query.limit, query.after.as_deref())?;
    let listed = subscriptions::list_requests(&db, &caller, &filter, &page).await?;
    Ok(List(listed))
}

/// Which questions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RequestQuery {
    /// Most entries of the answer.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Only questions about this.
    #[param(value_type = Option<words::RequestSubject>)]
    subject: Option<RequestSubject>,
    /// Only those about this API, by id or slug.
    #[param(value_type = Option<ids::ApiLookup>)]
    api: Option<String>,
    /// Only those in the environment with this slug.
    environment: Option<String>,
    /// Only those of this application, by id or slug.
    #[param(value_type = Option<ids::ApplicationLookup>)]
    application: Option<String>,
    /// Only those that should have been decided by now.
    overdue: Option<bool>,
    /// Only those of others that the caller has not answered.
    for_me: Option<bool>,
}
