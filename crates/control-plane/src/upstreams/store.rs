//! Storing upstreams. The API's row is locked by the caller.

use gatehouse_domain::id::{EnvironmentId, RouteId, TargetId, UpstreamId};
use uuid::Uuid;

use super::{PutUpstream, UpstreamView};
use crate::apis;
use crate::config::Touched;
use crate::environments::EnvironmentView;
use crate::refusal::Refusal;
use crate::work::Work;

/// An upstream that does not exist yet.
pub(crate) struct NewUpstream<'a> {
    pub(crate) api: &'a apis::Row,
    pub(crate) environment: &'a EnvironmentView,
    pub(crate) put: &'a PutUpstream,
}

/// Stores a new upstream.
pub(crate) async fn insert(
    work: &mut Work<'_>,
    new: &NewUpstream<'_>,
) -> Result<UpstreamId, Refusal> {
    let id: UpstreamId = work.new_id();
    insert_as(work, new, id).await?;
    Ok(id)
}

/// Stores a new upstream under an id of the caller's choice.
pub(super) async fn insert_as(
    work: &mut Work<'_>,
    new: &NewUpstream<'_>,
    id: UpstreamId,
) -> Result<(), Refusal> {
    let (tenant, now) = (work.tenant(), work.now());
    let timeouts = new.put.timeouts.unwrap_or_default();
    sqlx::query!(
        "insert into upstream (id, tenant_id, environment_id, api_id, name, load_balancing, connect_timeout_ms, response_timeout_ms,
                               idle_timeout_ms, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id.uuid(),
        tenant,
        new.environment.id.uuid(),
        new.api.id,
        format!("{}-{}", new.api.slug, new.environment.slug),
        new.put.load_balancing.as_str(),
        timeouts.connect_ms,
        timeouts.response_ms,
        timeouts.idle_ms,
        now,
    )
    .execute(work.conn())
    .await?;
    put_targets(work, id, new.put).await?;
    work.touch(Touched::Upstream(id));
    Ok(())
}

/// Replaces what an upstream says.
pub(super) async fn replace(
    work: &mut Work<'_>,
    before: &UpstreamView,
    put: &PutUpstream,
) -> Result<(), Refusal> {
    let timeouts = put.timeouts.unwrap_or(before.timeouts);
    sqlx::query!(
        "update upstream
         set load_balancing = $2, connect_timeout_ms = $3, response_timeout_ms = $4, idle_timeout_ms = $5, row_version = row_version + 1
         where id = $1",
        before.id.uuid(),
        put.load_balancing.as_str(),
        timeouts.connect_ms,
        timeouts.response_ms,
        timeouts.idle_ms,
    )
    .execute(work.conn())
    .await?;
    put_targets(work, before.id, put).await?;
    work.touch(Touched::Upstream(before.id));
    Ok(())
}

/// A target keeps its identity while its address stays.
async fn put_targets(
    work: &mut Work<'_>,
    upstream: UpstreamId,
    put: &PutUpstream,
) -> Result<(), Refusal> {
    let urls: Vec<String> = put
        .targets
        .iter()
        .map(|target| target.url.clone())
        .collect();
    sqlx::query!(
        "delete from upstream_target where upstream_id = $1 and not url = any($2)",
        upstream.uuid(),
        &urls,
    )
    .execute(work.conn())
    .await?;
    let tenant = work.tenant();
    for (position, target) in put.targets.iter().enumerate() {
        let id: TargetId = work.new_id();
        sqlx::query!(
            "insert into upstream_target (id, tenant_id, upstream_id, url, weight, drain, position) values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (tenant_id, upstream_id, url) do update
             set weight = excluded.weight, drain = excluded.drain, position = excluded.position",
            id.uuid(),
            tenant,
            upstream.uuid(),
            target.url,
            target.weight,
            target.drain,
            i32::try_from(position).unwrap_or(i32::MAX),
        )
        .execute(work.conn())
        .await?;
    }
    Ok(())
}

/// Sends the routes of an API in one environment to its upstream.
pub(crate) async fn attach_routes(
    work: &mut Work<'_>,
    api: Uuid,
    environment: EnvironmentId,
    upstream: UpstreamId,
) -> Result<(), Refusal> {
    let routes = sqlx::query_scalar!(
        "update route r set upstream_id = $3 from api_version v
         where v.id = r.api_version_id and v.api_id = $1 and r.environment_id = $2
         returning r.id",
        api,
        environment.uuid(),
        upstream.uuid(),
    )
    .fetch_all(work.conn())
    .await?;
    for route in routes {
        work.touch(Touched::Route(RouteId::from_uuid(route)));
    }
    Ok(())
}
