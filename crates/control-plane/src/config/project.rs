//! Projections: what gateways should hold of a thing, read from the rows of the running transaction.

use gatehouse_domain::credential::CredentialState;
use gatehouse_domain::environment::EnvironmentKind;
use gatehouse_domain::id::{
    ApiId, ApiVersionId, ApplicationId, CredentialId, EnvironmentId, LimitId, PlanId, ProductId,
    RouteId, SubscriptionId, TenantId, UpstreamId,
};
use gatehouse_domain::subscription::{EndedReason, StoredState};
use gatehouse_domain::{ApiVersionState, BasePath, OperationKey, TenantStatus};
use gatehouse_snapshot::object::{
    Application, Credential, Environment, LifeDates, Limit, LoadBalancing, Moment, Object,
    Operation, OperationLimit, Plan, PlanLater, Route, RouteLater, Subscription, Target, Tenant,
    Upstream,
};
use gatehouse_snapshot::sign::credential_digest;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::Touched;
use crate::plans::limits::rule_of;
use crate::refusal::Refusal;
use crate::subscriptions;

/// What groups should hold. A credential's digest differs from group to group; everything else is the same.
pub(super) struct Projection {
    object: Object,
    /// The environment it belongs to; `None` belongs to the tenant as a whole.
    environment: Option<Uuid>,
    secret_hash: Option<[u8; 32]>,
}

impl Projection {
    fn of_tenant(object: Object) -> Self {
        Self {
            object,
            environment: None,
            secret_hash: None,
        }
    }

    fn of_environment(object: Object, environment: Uuid) -> Self {
        Self {
            object,
            environment: Some(environment),
            secret_hash: None,
        }
    }

    /// The object as one group holds it, or `None` when the group does not serve its environment.
    pub(super) fn for_group(&self, environments: &[Uuid], group_key: &[u8; 32]) -> Option<Object> {
        if self
            .environment
            .is_some_and(|environment| !environments.contains(&environment))
        {
            return None;
        }
        let mut object = self.object.clone();
        if let (Object::Credential(credential), Some(secret_hash)) =
            (&mut object, &self.secret_hash)
        {
            credential.digest = credential_digest(group_key, secret_hash);
        }
        Some(object)
    }
}

/// Reads what gateways should hold of `touched`; `None` when they should not hold it.
pub(super) async fn project(
    conn: &mut PgConnection,
    tenant: TenantId,
    touched: Touched,
) -> Result<Option<Projection>, Refusal> {
    match touched {
        Touched::Tenant(id) => project_tenant(conn, id).await,
        Touched::Environment(id) => environment(conn, tenant, id).await,
        Touched::Upstream(id) => upstream(conn, tenant, id).await,
        Touched::Route(id) => route(conn, tenant, id).await,
        Touched::Plan(id) => plan(conn, tenant, id).await,
        Touched::Application(id) => application(conn, tenant, id).await,
        Touched::Subscription(id) => subscription(conn, tenant, id).await,
        Touched::OwnPlan(id) => own_plan(conn, tenant, id).await,
        Touched::Credential(id) => credential(conn, tenant, id).await,
    }
}

/// A stored word that the program does not know is a fault of the program, never a default.
fn known<T>(value: Option<T>, word: &str) -> Result<T, Refusal> {
    value.ok_or_else(|| Refusal::Internal(anyhow::anyhow!("the stored word '{word}' is not known")))
}

async fn project_tenant(
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

async fn environment(
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

async fn upstream(
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

async fn route(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: RouteId,
) -> Result<Option<Projection>, Refusal> {
    let row = sqlx::query!(
        r#"select r.environment_id, r.upstream_id, r.path, v.id as version_id, v.api_id, v.state, v.current_revision_id, a.config_max_age_s,
                  v.deprecated_at, v.sunset_at, n.path as "successor?"
           from route r join api_version v on v.id = r.api_version_id join api a on a.id = v.api_id
           left join route n on n.api_version_id = v.successor_id and n.environment_id = r.environment_id and n.enabled
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

async fn plan(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: PlanId,
) -> Result<Option<Projection>, Refusal> {
    let row = sqlx::query!(
        // A plan in staging is offered to nobody: gateways need not know it.
        "select name, current_revision_id from plan where id = $1 and state <> 'staging'",
        id.uuid()
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (limits, operation_limits) = plan_limits(conn, row.current_revision_id).await?;
    Ok(Some(Projection::of_tenant(Object::Plan(Plan {
        id,
        tenant,
        name: row.name,
        limits,
        later: PlanLater { operation_limits },
    }))))
}

/// The limits of a revision as gateways hold them: of every call, and of single operations.
async fn plan_limits(
    conn: &mut PgConnection,
    revision: Option<Uuid>,
) -> Result<(Vec<Limit>, Vec<OperationLimit>), Refusal> {
    let rows = sqlx::query!(
        "select id, algorithm, amount, window_s, burst, period, operation_key from plan_limit where plan_revision_id = $1 order by position, id",
        revision,
    )
    .fetch_all(conn)
    .await?;
    let mut limits = Vec::with_capacity(rows.len());
    let mut operation_limits = Vec::new();
    for row in rows {
        let period = row.period.as_deref();
        let rule = rule_of(
            row.id,
            &row.algorithm,
            row.amount,
            row.window_s,
            row.burst,
            period,
        )?;
        let limit = Limit {
            id: LimitId::from_uuid(row.id),
            rule: rule.into(),
        };
        match row.operation_key.map(OperationKey::from_stored) {
            Some(operation) => operation_limits.push(OperationLimit { operation, limit }),
            None => limits.push(limit),
        }
    }
    Ok((limits, operation_limits))
}

/// The plan of one subscription: the limits of the real one and its own, under the subscription's id. None while it has none
/// of its own, and once it is over.
async fn own_plan(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: SubscriptionId,
) -> Result<Option<Projection>, Refusal> {
    let own = subscriptions::of_subscriptions(conn, &[id.uuid()]).await?;
    let Some(own) = own.into_values().next() else {
        return Ok(None);
    };
    let row = sqlx::query!(
        "select p.name, p.current_revision_id from subscription s join plan p on p.id = s.plan_id
         where s.id = $1 and s.state = 'active'",
        id.uuid(),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (mut limits, operation_limits) = plan_limits(conn, row.current_revision_id).await?;
    limits.extend(own.into_iter().map(|limit| Limit {
        id: limit.id,
        rule: limit.rule.into(),
    }));
    Ok(Some(Projection::of_tenant(Object::Plan(Plan {
        id: PlanId::from_uuid(id.uuid()),
        tenant,
        name: row.name,
        limits,
        later: PlanLater { operation_limits },
    }))))
}

async fn application(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: ApplicationId,
) -> Result<Option<Projection>, Refusal> {
    let state = sqlx::query_scalar!("select state from application where id = $1", id.uuid())
        .fetch_optional(conn)
        .await?;
    Ok(match state.as_deref() {
        None | Some("deleted") => None,
        Some(state) => Some(Projection::of_tenant(Object::Application(Application {
            id,
            tenant,
            suspended: state == "suspended",
        }))),
    })
}

/// A closed subscription stays known, so that a refusal can say why, until a later one takes its place or its time is over.
async fn subscription(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: SubscriptionId,
) -> Result<Option<Projection>, Refusal> {
    let row = sqlx::query!(
        r#"select s.application_id, s.product_id, s.environment_id, s.plan_id, s.state, s.ended_reason,
                  s.provider_hold_at is not null as "provider_hold!", s.consumer_hold_at is not null as "consumer_hold!",
                  s.starts_at, s.ends_at, s.forgotten_at is not null as "forgotten!",
                  s.state = 'active' and exists (select from subscription_limit l where l.subscription_id = s.id) as "own_plan!",
                  exists (select from subscription later
                          where later.application_id = s.application_id and later.product_id = s.product_id
                            and later.environment_id = s.environment_id and later.id > s.id
                            and s.state not in ('pending', 'active')) as "replaced!"
           from subscription s where s.id = $1"#,
        id.uuid(),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row.filter(|row| !row.replaced && !row.forgotten) else {
        return Ok(None);
    };
    let object = Subscription {
        id,
        tenant,
        application: ApplicationId::from_uuid(row.application_id),
        product: ProductId::from_uuid(row.product_id),
        environment: EnvironmentId::from_uuid(row.environment_id),
        plan: PlanId::from_uuid(if row.own_plan { id.uuid() } else { row.plan_id }),
        state: known(StoredState::parse(&row.state), &row.state)?,
        ended_reason: match row.ended_reason {
            Some(word) => Some(known(EndedReason::parse(&word), &word)?),
            None => None,
        },
        provider_hold: row.provider_hold,
        consumer_hold: row.consumer_hold,
        starts_at: row.starts_at.map(Moment::from),
        ends_at: row.ends_at.map(Moment::from),
    };
    Ok(Some(Projection::of_environment(
        Object::Subscription(object),
        row.environment_id,
    )))
}

/// A key that has ended stays known, so that a refusal can say so, until its time is over.
async fn credential(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: CredentialId,
) -> Result<Option<Projection>, Refusal> {
    let row = sqlx::query!(
        "select application_id, environment_id, key_id, secret_hash, state, not_before, expires_at, retire_at
         from credential where id = $1 and forgotten_at is null",
        id.uuid(),
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let secret_hash: [u8; 32] = row
        .secret_hash
        .try_into()
        .map_err(|_| anyhow::anyhow!("a stored secret hash is not 32 bytes"))?;
    let object = Credential {
        id,
        tenant,
        application: ApplicationId::from_uuid(row.application_id),
        environment: EnvironmentId::from_uuid(row.environment_id),
        key_id: row.key_id.unsigned_abs(),
        digest: [0; 32],
        state: known(CredentialState::parse(&row.state), &row.state)?,
        not_before: row.not_before.map(Moment::from),
        expires_at: row.expires_at.map(Moment::from),
        retire_at: row.retire_at.map(Moment::from),
    };
    let environment = row.environment_id;
    Ok(Some(Projection {
        object: Object::Credential(object),
        environment: Some(environment),
        secret_hash: Some(secret_hash),
    }))
}
