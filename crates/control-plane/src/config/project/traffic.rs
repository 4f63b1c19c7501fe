//! Where calls go: tenants, environments, upstreams and routes.

use gatehouse_domain::environment::EnvironmentKind;
use gatehouse_domain::id::{
    ApiId, ApiVersionId, EnvironmentId, ProductId, RouteId, TenantId, UpstreamId,
};
use gatehouse_domain::{ApiVersionState, BasePath, OperationKey, TenantStatus};
use gatehouse_snapshot::object::{
    Environment, LifeDates, LoadBalancing, Moment, Object, Operation, Route, RouteLater,
    RoutePolicies, Target, Tenant, Upstream,
};
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

pub(super) async fn route(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: RouteId,
) -> Result<Option<Projection>, Refusal> {
    let row = sqlx::query!(
        r#"select r.environment_id, r.upstream_id, r.path, v.id as version_id, v.api_id, v.state, v.current_revision_id, a.config_max_age_s,
                  v.deprecated_at, v.sunset_at, n.path as "successor?", g.slug as "guide?"
           from route r join api_version v on v.id = r.api_version_id join api a on a.id = v.api_id
           left join route n on n.api_version_id = v.successor_id and n.environment_id = r.environment_id and n.enabled
           left join guide g on g.id = v.guide_id
           where r.id = $1 and r.enabled"#,
        id.uuid(),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let state = known(ApiVersionState::parse(&row.state), &row.state)?;
    if state == ApiVersionState::Draft {
        return Ok(None);
    }
    let products = sqlx::query!(
        "select product_id, operation_filter from product_item where api_version_id = $1 order by product_id",
        row.version_id
    )
    .fetch_all(&mut *conn)
    .await?;
    let operations = sqlx::query!(
        "select operation_key, method, path_template from operation where revision_id = $1 and routed order by position",
        row.current_revision_id,
    )
    .fetch_all(&mut *conn)
    .await?;
    let narrowed = products.iter().enumerate().filter_map(|(product, item)| {
        let filter = item.operation_filter.as_ref()?;
        let opened = operations.iter().enumerate();
        let opened = opened.filter(|(_, operation)| filter.contains(&operation.operation_key));
        let opened = opened.filter_map(|(place, _)| u32::try_from(place).ok());
        Some((u32::try_from(product).ok()?, opened.collect()))
    });
    let later = RouteLater {
        narrowed: narrowed.collect(),
        life: row.deprecated_at.map(|deprecated_at| LifeDates {
            deprecated_at: deprecated_at.into(),
            sunset_at: row.sunset_at.map(Moment::from),
            successor: row.successor,
        }),
        guide: row.guide,
        policies: RoutePolicies::default(),
    };
    let object = Route {
        id,
        tenant,
        environment: EnvironmentId::from_uuid(row.environment_id),
        api: ApiId::from_uuid(row.api_id),
        api_version: ApiVersionId::from_uuid(row.version_id),
        path: row.path,
        state,
        products: products
            .into_iter()
            .map(|item| ProductId::from_uuid(item.product_id))
            .collect(),
        upstream: row.upstream_id.map(UpstreamId::from_uuid),
        config_max_age_s: row.config_max_age_s.map(i32::unsigned_abs),
        operations: operations
            .into_iter()
            .map(|operation| Operation {
                key: OperationKey::from_stored(operation.operation_key),
                method: operation.method,
                path_template: operation.path_template,
            })
            .collect(),
        later,
    };
    Ok(Some(Projection::of_environment(
        Object::Route(object),
        row.environment_id,
    )))
}
