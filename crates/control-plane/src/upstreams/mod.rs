//! Upstreams: where the traffic of an API goes, per environment. A right of its own; publishing never moves it.

mod address;
mod remove;
mod store;

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiId, EnvironmentId, TargetId, UpstreamId};
use gatehouse_language::t;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::actor::Actor;
use crate::apis;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::environments::{self, EnvironmentView};
use crate::page::Lookup;
use crate::refs::EnvRef;
use crate::refusal::{Faults, Refusal};
use crate::words::{known, require_version};
use crate::work::{Changed, Work};

pub use remove::remove_upstream;

pub(crate) use address::require_target;
pub(crate) use remove::restore_upstream;
pub(crate) use store::{NewUpstream, attach_routes, insert};

/// How calls are spread over targets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadBalancing {
    /// One after another.
    #[default]
    RoundRobin,
    /// To the target with the fewest calls in flight.
    LeastConnections,
}

impl LoadBalancing {
    /// The word in tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RoundRobin => "round_robin",
            Self::LeastConnections => "least_connections",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::RoundRobin, Self::LeastConnections]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// How long an upstream may take, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeouts {
    /// To a connection, 1 to 60,000.
    pub connect_ms: i32,
    /// To the head of a response, 1 to 600,000.
    pub response_ms: i32,
    /// Between two pieces of a body, 1 to 3,600,000.
    pub idle_ms: i32,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect_ms: 5_000,
            response_ms: 30_000,
            idle_ms: 60_000,
        }
    }
}

/// An upstream.
#[derive(Debug, Clone, Serialize)]
pub struct UpstreamView {
    /// Identity.
    pub id: UpstreamId,
    /// Whose traffic.
    pub api: ApiId,
    /// Where.
    pub environment: EnvRef,
    /// For logs and metrics.
    pub name: String,
    /// How calls are spread.
    pub load_balancing: LoadBalancing,
    /// How long it may take.
    pub timeouts: Timeouts,
    /// Its addresses.
    pub targets: Vec<TargetView>,
    /// For If-Match.
    pub row_version: i32,
}

/// One address of an upstream.
#[derive(Debug, Clone, Serialize)]
pub struct TargetView {
    /// Identity.
    pub id: TargetId,
    /// `http` or `https`; its path is put before the forwarded path.
    pub url: String,
    /// Share of calls relative to the other targets, 1 to 1000.
    pub weight: i32,
    /// Gets no new calls.
    pub drain: bool,
}

/// Where traffic shall go.
#[derive(Debug, Clone, Default)]
pub struct PutUpstream {
    /// 1 to 50, at least one of them not draining.
    pub targets: Vec<PutTarget>,
    /// How calls are spread.
    pub load_balancing: LoadBalancing,
    /// How long it may take; `None` keeps what is set.
    pub timeouts: Option<Timeouts>,
}

/// One address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutTarget {
    /// `http` or `https`, without user, query or fragment.
    pub url: String,
    /// 1 to 1000.
    pub weight: i32,
    /// Gets no new calls.
    pub drain: bool,
}

impl PutTarget {
    /// A target with the usual share.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            weight: 1,
            drain: false,
        }
    }
}

/// Most targets of one upstream.
const TARGETS_MAX: usize = 50;

/// Decides where the traffic of an API goes in one environment.
pub async fn put_upstream(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    environment: &str,
    expected: Option<i32>,
    input: PutUpstream,
) -> Result<Changed<UpstreamView>, Refusal> {
    actor.require_anywhere(Permission::UpstreamManage)?;
    check(&input)?;
    let mut work = Work::begin(db, actor).await?;
    let api = apis::lock(work.conn(), actor, &api, Permission::UpstreamManage).await?;
    let environment = environments::find(work.conn(), &environment.into()).await?;
    let before = find(work.conn(), api.id, environment.id).await?;
    if let Some(expected) = expected {
        let current = before.as_ref().map_or(0, |upstream| upstream.row_version);
        require_version(Some(expected), current)?;
    }
    let id = match &before {
        Some(upstream) => {
            store::replace(&mut work, upstream, &input).await?;
            upstream.id
        }
        None => {
            let new = NewUpstream {
                api: &api,
                environment: &environment,
                put: &input,
            };
            let id = insert(&mut work, &new).await?;
            attach_routes(&mut work, api.id, environment.id, id).await?;
            id
        }
    };
    let after = find(work.conn(), api.id, environment.id)
        .await?
        .ok_or(Refusal::NotFound)?;
    work.audit(AuditEntry {
        action: "upstream.put",
        subject: id.to_string(),
        before: before.as_ref().map(recorded),
        after: Some(recorded(&after)),
        reason: None,
    });
    work.commit(after).await
}

fn check(input: &PutUpstream) -> Result<(), Refusal> {
    let mut faults = Faults::default();
    faults.require(
        (1..=TARGETS_MAX).contains(&input.targets.len()),
        "/targets",
        "length",
        t!(
            "refused-policies-name-1-to-targets",
            targets_max = &TARGETS_MAX
        ),
    );
    faults.require(
        input.targets.iter().any(|target| !target.drain),
        "/targets",
        "all_draining",
        t!("refused-policies-leave-at-least-one-target-that"),
    );
    for (place, target) in input.targets.iter().enumerate() {
        let pointer = format!("/targets/{place}/url");
        if let Err(detail) = require_target(&target.url) {
            faults.require(false, &pointer, "url", detail);
        }
        let twice = input.targets[..place]
            .iter()
            .any(|other| other.url == target.url);
        faults.require(
            !twice,
            &pointer,
            "duplicate",
            t!("refused-policies-this-target-is-in-the-list"),
        );
        faults.require(
            (1..=1000).contains(&target.weight),
            &format!("/targets/{place}/weight"),
            "out_of_range",
            t!(
                "refused-policies-use-1-to-1000-got",
                weight = &target.weight
            ),
        );
    }
    if let Some(timeouts) = input.timeouts {
        for (pointer, value, max) in [
            ("/timeouts/connect_ms", timeouts.connect_ms, 60_000),
            ("/timeouts/response_ms", timeouts.response_ms, 600_000),
            ("/timeouts/idle_ms", timeouts.idle_ms, 3_600_000),
        ] {
            faults.require(
                (1..=max).contains(&value),
                pointer,
                "out_of_range",
                t!(
                    "refused-policies-use-1-to-ms-got",
                    max = &max,
                    value = &value
                ),
            );
        }
    }
    faults.finish()
}

fn recorded(upstream: &UpstreamView) -> Value {
    let targets: Vec<_> = upstream
        .targets
        .iter()
        .map(|target| json!({ "url": target.url, "weight": target.weight, "drain": target.drain }))
        .collect();
    json!({
        "environment": upstream.environment.slug,
        "targets": targets,
        "load_balancing": upstream.load_balancing,
        "timeouts": upstream.timeouts,
    })
}

/// Reads where the traffic of an API goes in one environment.
pub async fn get_upstream(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    environment: &str,
) -> Result<UpstreamView, Refusal> {
    actor.require_anywhere(Permission::ApiRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let api = apis::find(&mut tx, actor, &api, Permission::ApiRead).await?;
    let environment: EnvironmentView = environments::find(&mut tx, &environment.into()).await?;
    find(&mut tx, api.id, environment.id)
        .await?
        .ok_or(Refusal::NotFound)
}

/// Finds the upstream of an API in an environment.
pub(crate) async fn find(
    conn: &mut PgConnection,
    api: Uuid,
    environment: EnvironmentId,
) -> Result<Option<UpstreamView>, Refusal> {
    let row = sqlx::query!(
        "select u.id, u.api_id, u.name, u.load_balancing, u.connect_timeout_ms, u.response_timeout_ms, u.idle_timeout_ms,
                u.row_version, e.id as environment_id, e.slug, e.kind
         from upstream u join environment e on e.id = u.environment_id
         where u.api_id = $1 and u.environment_id = $2",
        api,
        environment.uuid(),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let targets = sqlx::query_as!(
        TargetView,
        "select id, url, weight, drain from upstream_target where upstream_id = $1 order by position, id",
        row.id,
    )
    .fetch_all(conn)
    .await?;
    Ok(Some(UpstreamView {
        id: row.id.into(),
        api: row.api_id.into(),
        environment: EnvRef {
            id: row.environment_id.into(),
            slug: row.slug,
            kind: known(
                gatehouse_domain::EnvironmentKind::parse(&row.kind),
                &row.kind,
            )?,
        },
        name: row.name,
        load_balancing: known(
            LoadBalancing::parse(&row.load_balancing),
            &row.load_balancing,
        )?,
        timeouts: Timeouts {
            connect_ms: row.connect_timeout_ms,
            response_ms: row.response_timeout_ms,
            idle_ms: row.idle_timeout_ms,
        },
        targets,
        row_version: row.row_version,
    }))
}
