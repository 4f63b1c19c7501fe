//! Decides where the traffic of an API goes in one environment.

use axum::extract::State;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::upstreams::LoadBalancing;
use gatehouse_control_plane::{Db, upstreams};
use gatehouse_web::{Json, Path, Problem};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies;
use crate::bodies::words;
use crate::edge::answer::Mutation;
use crate::edge::auth::{Caller, needs};
use crate::edge::conditional::{PutCondition, PutHeaders};

/// Decides where the traffic of an API goes in one environment.
#[utoipa::path(
    put,
    path = "/v1/apis/{api}/upstreams/{environment}",
    tag = "upstreams",
    params(("api" = String, Path, description = "Id or slug of the API."), ("environment" = String, Path, description = "Id or slug of the environment."), PutHeaders),
    request_body = PutUpstream,
    responses(
        (status = 200, description = "The upstream as it is now", body = bodies::Changed<bodies::Upstream>),
        (status = 201, description = "The upstream, which is new", body = bodies::Changed<bodies::Upstream>)
    ),
    security(("token" = ["upstream.manage"]))
)]
pub(crate) async fn put_upstream(
    caller: Caller<needs::UpstreamManage>,
    State(db): State<Db>,
    Path((api, environment)): Path<(String, String)>,
    condition: PutCondition,
    Json(body): Json<PutUpstream>,
) -> Result<Mutation, Problem> {
    let targets = body.targets.into_iter().map(|target| upstreams::PutTarget {
        url: target.url,
        weight: target.weight,
        drain: target.drain,
    });
    let timeouts = body.timeouts.map(|timeouts| upstreams::Timeouts {
        connect_ms: timeouts.connect_ms,
        response_ms: timeouts.response_ms,
        idle_ms: timeouts.idle_ms,
    });
    let input = upstreams::PutUpstream {
        targets: targets.collect(),
        load_balancing: body.load_balancing.unwrap_or_default(),
        timeouts,
    };
    let api = Lookup::from(api.as_str());
    let expected = condition.expected();
    let changed = upstreams::put_upstream(&db, &caller, api, &environment, expected, input).await?;
    Ok(Mutation::put(&changed, condition == PutCondition::Absent))
}

/// Where traffic goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutUpstream {
    /// 1 to 50 addresses.
    #[schema(min_items = 1, max_items = 50)]
    targets: Vec<PutTarget>,
    /// How calls are spread over them; `round_robin` when it is left out.
    #[schema(value_type = Option<words::LoadBalancing>)]
    load_balancing: Option<LoadBalancing>,
    /// How long is waited; without it the usual times.
    timeouts: Option<PutTimeouts>,
}

/// One address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutTarget {
    /// `http` or `https`, host, port, and a path before every call's.
    url: String,
    /// Its share of the calls.
    #[serde(default = "one")]
    #[schema(minimum = 1, default = 1)]
    weight: i32,
    /// Whether it gets no new calls.
    #[serde(default)]
    drain: bool,
}

fn one() -> i32 {
    1
}

/// How long is waited, milliseconds.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutTimeouts {
    /// For a connection.
    connect_ms: i32,
    /// For the head of the answer.
    response_ms: i32,
    /// Between two pieces of a body.
    idle_ms: i32,
}
