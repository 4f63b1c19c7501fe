//! The configuration road: from touched rows to a numbered change of every gateway group that needs it.
//!
//! [`project`] reads what gateways should hold from the rows of the transaction, [`plan`] works out what each group would
//! hold, [`append`] compares that with what it does hold and appends a gap-free change. `NOTIFY` is a hint for waiting
//! gateways; reading the sequence is the truth. [`forget_ended`] keeps what gateways hold from growing for ever.

mod append;
mod check;
mod forget;
mod project;
mod step;

use std::collections::HashSet;

use gatehouse_domain::id::{
    ApplicationId, CertificateId, CredentialId, EnvironmentId, GatewayGroupId, PlanId, RouteId,
    SubscriptionId, TenantId, UpstreamId,
};
use gatehouse_snapshot::object::{Object, ObjectKind, ObjectRef};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::certificates;
use crate::db::Db;
use crate::refusal::Refusal;
use crate::subscriptions;

pub(crate) use append::{Told, append, append_empty, tell_head_moved};
pub(crate) use forget::forget_ended;

/// The channel on which a commit tells waiting gateways' requests that a head moved. The payload is the group's UUID.
pub(crate) const CHANNEL: &str = "gatehouse_config";

/// A thing whose rows changed and which gateways hold a projection of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touched {
    Tenant(TenantId),
    Environment(EnvironmentId),
    Upstream(UpstreamId),
    Route(RouteId),
    Plan(PlanId),
    Application(ApplicationId),
    Subscription(SubscriptionId),
    /// The plan of one subscription that has limits of its own; it has the subscription's id.
    OwnPlan(SubscriptionId),
    Credential(CredentialId),
    Certificate(CertificateId),
}

/// Routes on the way to which something changed: of the tenant, of an API or of a version; in one environment, or in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RouteReach {
    pub(crate) api: Option<Uuid>,
    pub(crate) version: Option<Uuid>,
    pub(crate) environment: Option<Uuid>,
}

impl Touched {
    pub(crate) fn object_ref(self) -> ObjectRef {
        let (kind, id) = match self {
            Self::Tenant(id) => (ObjectKind::Tenant, id.uuid()),
            Self::Environment(id) => (ObjectKind::Environment, id.uuid()),
            Self::Upstream(id) => (ObjectKind::Upstream, id.uuid()),
            Self::Route(id) => (ObjectKind::Route, id.uuid()),
            Self::Plan(id) => (ObjectKind::Plan, id.uuid()),
            Self::Application(id) => (ObjectKind::Application, id.uuid()),
            Self::Subscription(id) => (ObjectKind::Subscription, id.uuid()),
            Self::OwnPlan(id) => (ObjectKind::Plan, id.uuid()),
            Self::Credential(id) => (ObjectKind::Credential, id.uuid()),
            Self::Certificate(id) => (ObjectKind::Certificate, id.uuid()),
        };
        ObjectRef { kind, id }
    }
}

/// What one group should hold of one touched thing.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) object: ObjectRef,
    /// `None`: the group should not hold it (any more).
    pub(crate) value: Option<Object>,
}

/// What one group should hold of everything that was touched.
#[derive(Debug, Clone)]
pub(crate) struct GroupPlan {
    pub(crate) group: GatewayGroupId,
    pub(crate) wanted: Vec<Wanted>,
}

/// Projects the touched things for every group that serves an environment of the tenant, in group id order.
pub(crate) async fn plan(
    conn: &mut PgConnection,
    db: &Db,
    tenant: TenantId,
    touched: &[Touched],
    reaches: &[RouteReach],
) -> Result<Vec<GroupPlan>, Refusal> {
    let mut touched = with_kin(conn, tenant, touched).await?;
    routes_of(conn, &mut touched, reaches).await?;
    if touched.is_empty() {
        return Ok(Vec::new());
    }
    // Each once, whoever brings it along: what an object adds to the state hash is counted once.
    let mut known = HashSet::with_capacity(touched.len());
    touched.retain(|thing| known.insert(thing.object_ref()));
    let served = sqlx::query!(
        r#"select g.id as group_id, g.key_version, array_agg(e.environment_id) as "environments!: Vec<Uuid>"
           from group_environment e join gateway_group g on g.id = e.group_id
           where e.tenant_id = $1
           group by g.id, g.key_version
           order by g.id"#,
        tenant.uuid(),
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut plans = Vec::with_capacity(served.len());
    let mut projections = Vec::with_capacity(touched.len());
    let routes: Vec<Uuid> = touched
        .iter()
        .filter_map(|thing| match thing {
            Touched::Route(id) => Some(id.uuid()),
            _ => None,
        })
        .collect();
    let mut routes = project::routes(conn, db, tenant, &routes).await?;
    for thing in &touched {
        let projection = project::project(conn, db, tenant, *thing, &mut routes).await?;
        projections.push((thing.object_ref(), projection));
    }
    for group in served {
        let id = GatewayGroupId::from_uuid(group.group_id);
        let group_key = db.keys().group_key(id, group.key_version);
        let mut wanted = Vec::with_capacity(projections.len());
        for (object, projection) in &projections {
            let value = match projection {
                Some(projection) => projection.for_group(&group.environments, &group_key)?,
                None => None,
            };
            wanted.push(Wanted {
                object: *object,
                value,
            });
        }
        plans.push(GroupPlan { group: id, wanted });
    }
    Ok(plans)
}

/// Adds the routes that are reached. A policy is no part of the rows that a route is otherwise locked by: whoever projects
/// routes shares a lock, and whoever changes policies has it alone, to the end of the transaction. So of two that commit at the
/// same time the second sees what the first did. It is taken where every verb has its rows already, before the shared heads.
async fn routes_of(
    conn: &mut PgConnection,
    touched: &mut Vec<Touched>,
    reaches: &[RouteReach],
) -> Result<(), Refusal> {
    const LOCK: &str = "hashtextextended('gatehouse.policies/' || current_tenant()::text, 0)";
    if !reaches.is_empty() {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "select pg_advisory_xact_lock({LOCK})"
        )))
        .execute(&mut *conn)
        .await?;
    } else if touched
        .iter()
        .any(|thing| matches!(thing, Touched::Route(_)))
    {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "select pg_advisory_xact_lock_shared({LOCK})"
        )))
        .execute(&mut *conn)
        .await?;
    }
    for reach in reaches {
        let routes = sqlx::query_scalar!(
            "select r.id from route r join api_version v on v.id = r.api_version_id
             where r.enabled and v.state in ('published', 'deprecated')
               and ($1::uuid is null or v.api_id = $1) and ($2::uuid is null or v.id = $2)
               and ($3::uuid is null or r.environment_id = $3)
             order by r.id",
            reach.api,
            reach.version,
            reach.environment,
        )
        .fetch_all(&mut *conn)
        .await?;
        touched.extend(routes.into_iter().map(|id| Touched::Route(id.into())));
    }
    Ok(())
}

/// A subscription brings its own plan along, where it has or had one, a plan those that are made from it, and an environment, whose
/// host may have changed, the certificates of its tenant.
async fn with_kin(
    conn: &mut PgConnection,
    tenant: TenantId,
    touched: &[Touched],
) -> Result<Vec<Touched>, Refusal> {
    let mut all = touched.to_vec();
    for thing in touched {
        let kin = match thing {
            Touched::Subscription(id) => vec![Touched::OwnPlan(*id)],
            Touched::Plan(id) => {
                let limited = subscriptions::limited_of_plan(conn, id.uuid()).await?;
                let limited = limited.into_iter().map(|id| Touched::OwnPlan(id.into()));
                limited.collect()
            }
            Touched::Environment(_) => {
                let moved = certificates::touched_by_environment(conn, tenant).await?;
                moved.into_iter().map(Touched::Certificate).collect()
            }
            _ => Vec::new(),
        };
        all.extend(kin);
    }
    Ok(all)
}
