//! Where calls go: tenants, environments and upstreams.

use gatehouse_domain::environment::EnvironmentKind;
use gatehouse_domain::id::{EnvironmentId, TenantId, UpstreamId};
use gatehouse_domain::{BasePath, TenantStatus};
use gatehouse_snapshot::object::{Environment, LoadBalancing, Object, Target, Tenant, Upstream};
use sqlx::postgres::PgConnection;

use super::Projection;
use crate::refusal::Refusal;
use crate::words::known;

pub(super) async fn tenant(
    conn: &mut PgConnection,
    id: TenantId,
) -> Result<Option<Projection>, Refusal> {
    let row = sqlx::query!(
        "select slug, status, time_zone from tenant where id = $1",
        id.uuid()
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let status = known(TenantStatus::parse(&row.status), &row.status)?;
    let suspended = status != TenantStatus::Active;
    Ok(Some(Projection::of_tenant(Object::Tenant(Tenant {
        id,
        slug: row.slug,
        suspended,
        time_zone: row.time_zone,
    }))))
}

pub(super) async fn environment(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: EnvironmentId,
) -> Result<Option<Projection>, Refusal> {
    let row = sqlx::query!(
        "select kind, host, base_path from environment where id = $1",
        id.uuid()
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let object = Environment {
        id,
        tenant,
        kind: known(EnvironmentKind::parse(&row.kind), &row.kind)?,
        host: row.host,
        base_path: known(BasePath::parse(&row.base_path), &row.base_path)?,
    };
    Ok(Some(Projection::of_environment(
        Object::Environment(object),
        id.uuid(),
    )))
}

pub(super) async fn upstream(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: UpstreamId,
) -> Result<Option<Projection>, Refusal> {
    let row = sqlx::query!(
        "select environment_id, name, load_balancing, connect_timeout_ms, response_timeout_ms, idle_timeout_ms from upstream where id = $1",
        id.uuid(),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let targets = sqlx::query!(
        "select url, weight from upstream_target where upstream_id = $1 and not drain order by position, id",
        id.uuid(),
    )
    .fetch_all(&mut *conn)
    .await?;
    let object = Upstream {
        id,
        tenant,
        name: row.name,
        load_balancing: match row.load_balancing.as_str() {
            "least_connections" => LoadBalancing::LeastConnections,
            _ => LoadBalancing::RoundRobin,
        },
        connect_timeout_ms: row.connect_timeout_ms.unsigned_abs(),
        response_timeout_ms: row.response_timeout_ms.unsigned_abs(),
        idle_timeout_ms: row.idle_timeout_ms.unsigned_abs(),
        targets: targets
            .into_iter()
            .map(|target| Target {
                url: target.url,
                weight: target.weight.unsigned_abs(),
            })
            .collect(),
    };
    Ok(Some(Projection::of_environment(
        Object::Upstream(object),
        row.environment_id,
    )))
}
