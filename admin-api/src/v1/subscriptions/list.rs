//! Lists subscriptions.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::subscriptions::SubscriptionFilter;
use gatehouse_control_plane::{Db, subscriptions};
use gatehouse_domain::subscription::StoredState;
use gatehouse_web::{Problem, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::bodies;
use crate::bodies::{ids, words};
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::page;

/// Lists subscriptions.
#[utoipa::path(
    get,
    path = "/v1/subscriptions",
    tag = "subscriptions",
    params(SubscriptionQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::Subscription>)),
    security(("token" = ["subscription.read"]), ("token" = ["application.manage"]), ("token" = ["application.manage_any"]))
)]
pub(crate) async fn list_subscriptions(
    caller: Caller<needs::SubscriptionSee>,
    State(db): State<Db>,
    Query(query): Query<SubscriptionQuery>,
) -> Result<List<subscriptions::SubscriptionView>, Problem> {
    let filter = SubscriptionFilter {
        state: query.state,
        application: query.application.as_deref().map(Lookup::from),
        api: query.api.as_deref().map(Lookup::from),
        environment: query.environment,
        mine: query.mine.unwrap_or_default(),
        search: query.q,
    };
    let page = page(query.limit, query.after.as_deref())?;
    let listed = subscriptions::list_subscriptions(&db, &caller, &filter, &page).await?;
    Ok(List(listed))
}

/// Which subscriptions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SubscriptionQuery {
    /// Most entries of the answer.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Only those in this state.
    #[param(value_type = Option<words::StoredState>)]
    state: Option<StoredState>,
    /// Only those of this application, by id or slug.
    #[param(value_type = Option<ids::ApplicationLookup>)]
    application: Option<String>,
    /// Only those to this API, by id or slug.
    #[param(value_type = Option<ids::ApiLookup>)]
    api: Option<String>,
    /// Only those in the environment with this slug.
    environment: Option<String>,
    /// Only those of applications whose name begins with this; they come by that name, not newest first.
    #[param(max_length = 80)]
    q: Option<String>,
    /// Only those of teams the caller belongs to.
    mine: Option<bool>,
}
