//! Projections: what gateways should hold of a thing, read from the rows of the running transaction.

mod access;
mod plans;
mod routes;
mod traffic;

use gatehouse_domain::id::TenantId;
use gatehouse_snapshot::group_seal::{GroupSeal, NotOpened, SealedFor};
use gatehouse_snapshot::object::{Object, SealedField};
use gatehouse_snapshot::sign::credential_digest;
use sqlx::postgres::PgConnection;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::Touched;
use crate::certificates;
use crate::db::Db;
use crate::policies::compile::BackendValue;
use crate::refusal::Refusal;
pub(super) use routes::{Routes, routes};

/// What groups should hold. A credential's digest, a certificate's sealed key and a route's sealed fields differ from group to group;
/// everything else is the same.
pub(super) struct Projection {
    object: Object,
    /// The environment it belongs to; `None` belongs to the tenant as a whole.
    environment: Option<Uuid>,
    secret_hash: Option<[u8; 32]>,
    certificate: Option<OfCertificate>,
    /// Of a route: what its requests are given besides.
    values: Vec<BackendValue>,
}

/// What of a certificate is made for each group.
struct OfCertificate {
    key: Zeroizing<Vec<u8>>,
    /// Where it is served: a group that serves none of these gets nothing.
    environments: Vec<Uuid>,
}

impl Projection {
    fn of_tenant(object: Object) -> Self {
        Self {
            object,
            environment: None,
            secret_hash: None,
            certificate: None,
            values: Vec::new(),
        }
    }

    fn of_environment(object: Object, environment: Uuid) -> Self {
        Self {
            object,
            environment: Some(environment),
            secret_hash: None,
            certificate: None,
            values: Vec::new(),
        }
    }

    /// The object as one group holds it, or `None` when the group does not serve its environment.
    pub(super) fn for_group(
        &self,
        environments: &[Uuid],
        group_key: &[u8; 32],
    ) -> Result<Option<Object>, Refusal> {
        let is_served = |environment: &Uuid| environments.contains(environment);
        if !self.environment.as_ref().is_none_or(is_served) {
            return Ok(None);
        }
        let mut object = self.object.clone();
        if let (Object::Credential(credential), Some(secret_hash)) =
            (&mut object, &self.secret_hash)
        {
            credential.digest = credential_digest(group_key, secret_hash);
        }
        if let (Object::Certificate(certificate), Some(of)) = (&mut object, &self.certificate) {
            if !of.environments.iter().any(is_served) {
                return Ok(None);
            }
            let sealed_for = SealedFor::Certificate(certificate.tenant, certificate.id);
            certificate.sealed_key = GroupSeal::new(group_key)
                .seal(sealed_for, &of.key)
                .map_err(anyhow::Error::from)?;
        }
        if let (Object::Route(route), false) = (&mut object, self.values.is_empty()) {
            let (seal, sealed_for) = (
                GroupSeal::new(group_key),
                SealedFor::Route(route.tenant, route.id),
            );
            let sealed = self.values.iter().map(|value| {
                Ok(SealedField {
                    set: value.set,
                    name: value.name.clone(),
                    value: seal.seal(sealed_for, value.value.as_bytes())?,
                })
            });
            let sealed: Result<Vec<_>, NotOpened> = sealed.collect();
            route.later.policies.sealed = sealed.map_err(anyhow::Error::from)?;
        }
        Ok(Some(object))
    }
}

/// Reads what gateways should hold of `touched`; `None` when they should not hold it. Routes have been read before, all at once
/// ([`routes()`]), and are taken from there.
pub(super) async fn project(
    conn: &mut PgConnection,
    db: &Db,
    tenant: TenantId,
    touched: Touched,
    routes: &mut Routes,
) -> Result<Option<Projection>, Refusal> {
    match touched {
        Touched::Tenant(id) => traffic::tenant(conn, id).await,
        Touched::Environment(id) => traffic::environment(conn, tenant, id).await,
        Touched::Upstream(id) => traffic::upstream(conn, tenant, id).await,
        Touched::Route(id) => Ok(routes.remove(&id.uuid())),
        Touched::Plan(id) => plans::plan(conn, tenant, id).await,
        Touched::Application(id) => access::application(conn, tenant, id).await,
        Touched::Subscription(id) => access::subscription(conn, tenant, id).await,
        Touched::OwnPlan(id) => plans::own_plan(conn, tenant, id).await,
        Touched::Credential(id) => access::credential(conn, tenant, id).await,
        Touched::Certificate(id) => {
            let found = certificates::project(conn, db, tenant, id).await?;
            Ok(found.map(|(certificate, key, environments)| Projection {
                certificate: Some(OfCertificate { key, environments }),
                ..Projection::of_tenant(Object::Certificate(certificate))
            }))
        }
    }
}
