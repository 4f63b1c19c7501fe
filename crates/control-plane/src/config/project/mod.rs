//! Projections: what gateways should hold of a thing, read from the rows of the running transaction.

mod access;
mod plans;
mod traffic;

use gatehouse_domain::id::TenantId;
use gatehouse_snapshot::object::Object;
use gatehouse_snapshot::sign::credential_digest;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::Touched;
use crate::refusal::Refusal;

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
        Touched::Tenant(id) => traffic::tenant(conn, id).await,
        Touched::Environment(id) => traffic::environment(conn, tenant, id).await,
        Touched::Upstream(id) => traffic::upstream(conn, tenant, id).await,
        Touched::Route(id) => traffic::route(conn, tenant, id).await,
        Touched::Plan(id) => plans::plan(conn, tenant, id).await,
        Touched::Application(id) => access::application(conn, tenant, id).await,
        Touched::Subscription(id) => access::subscription(conn, tenant, id).await,
        Touched::OwnPlan(id) => plans::own_plan(conn, tenant, id).await,
        Touched::Credential(id) => access::credential(conn, tenant, id).await,
    }
}
