//! The compiled table: environments, routes and plans in the form requests need. Clones share what did not change, so that
//! a change of one API costs what that API costs.

use std::hash::BuildHasher;
use std::sync::Arc;

use gatehouse_domain::id::{CertificateId, RouteId};
use gatehouse_runtime::settings::PublicUrl;
use gatehouse_snapshot::check::Fault;
use gatehouse_snapshot::object::{Environment, ObjectRef, Tenant};
use hashbrown::{DefaultHashBuilder, HashMap};

use super::buckets::Shared;
use super::index::spread;
use super::route::CompiledRoute;
use super::text::Text;
use crate::policies::PlanLimits;
use crate::policies::calendar::Calendar;

/// Why a configuration cannot be compiled.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CompileError {
    /// What `snapshot::check` found.
    #[error("{} fault(s), the first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Faults(Vec<Fault>),
    /// An object names one that is not there.
    #[error("{kind} {id} names a tenant that is not part of this configuration", kind = .0.kind.as_str(), id = .0.id)]
    Orphan(ObjectRef),
    /// A certificate that cannot be served with.
    #[error("certificate {0}: {1}")]
    Certificate(CertificateId, &'static str),
    /// Policies that cannot be told apart: a route never goes on without them.
    #[error("route {0}: its policies are of other operations than it has")]
    Policies(RouteId),
    /// A value for the backend that does not open: a route never goes on without what its policies set.
    #[error("route {0}: a value for its backend is not sealed for this group")]
    Sealed(RouteId),
    /// A target that cannot be reached as written.
    #[error("upstream {0}: {1}")]
    Target(String, String),
}

/// The number of the host that environments without one of their own answer on.
const ANY_HOST: u32 = 0;

/// The whole table. Cloning copies pointers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Compiled {
    hasher: DefaultHashBuilder,
    /// Numbers of the hosts that are named, from 1 on.
    hosts: Arc<HashMap<Box<str>, u32>>,
    /// By host and base path.
    environments: Shared<CompiledEnvironment>,
    /// By environment and path.
    routes: Shared<CompiledRoute>,
    /// By number.
    plans: Shared<CompiledPlan>,
    /// Length of the longest base path there was: nothing longer needs looking up.
    base_path_bytes_max: usize,
}

/// A tenant and its calendar.
#[derive(Debug)]
pub(crate) struct CompiledTenant {
    pub(crate) object: Tenant,
    pub(crate) calendar: Calendar,
}

impl CompiledTenant {
    pub(super) fn new(tenant: &Tenant) -> Self {
        Self {
            calendar: Calendar::new(&tenant.time_zone, &tenant.slug),
            object: tenant.clone(),
        }
    }

    /// The link to a page about something of this tenant, by its path inside the tenant. The first tenant of an installation has
    /// its pages without this prefix as well; which one that is, no gateway knows.
    pub(crate) fn page(&self, portal: &PublicUrl, path: &str) -> String {
        portal.join(&format!("/t/{}{path}", self.object.slug))
    }
}

/// An environment. Only its own routes are ever looked at for an address inside it.
#[derive(Debug)]
#[repr(C)] // What a look-up reads stands in one line of the cache.
pub(crate) struct CompiledEnvironment {
    base_path: Text,
    host: u32,
    pub(super) number: u32,
    /// The number of its scope: what is good here names this one.
    pub(crate) scope: u32,
    pub(crate) tenant: Arc<CompiledTenant>,
    pub(crate) object: Environment,
}

/// A plan and its limits.
#[derive(Debug, Default)]
pub(crate) struct CompiledPlan {
    pub(super) number: u32,
    pub(crate) limits: PlanLimits,
}

#[cfg(test)]
impl CompiledPlan {
    /// A plan with these limits, as if it had been compiled.
    pub(crate) fn of_limits(plan: &gatehouse_snapshot::object::Plan) -> Self {
        Self {
            number: 0,
            limits: PlanLimits::compile(plan),
        }
    }
}

impl Compiled {
    /// The environment a host and path belong to: the longest base path wins, then the named host.
    ///
    /// Returns it with what of the path follows the base path.
    pub(crate) fn environment<'path>(
        &self,
        host: &str,
        path: &'path str,
    ) -> Option<(&Arc<CompiledEnvironment>, &'path str)> {
        let own = match self.hosts.is_empty() {
            true => None,
            false => self.hosts.get(host).copied(),
        };
        // Base paths are whole segments, so only the ends of segments need trying, longest first.
        let beginning = path.as_bytes();
        let beginning = &beginning[..beginning.len().min(self.base_path_bytes_max + 1)];
        let whole = (beginning.len() == path.len()).then_some(path.len());
        let ends = beginning.iter().enumerate().rev();
        let ends = ends.filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        whole
            .into_iter()
            .chain(ends)
            .filter(|end| *end <= self.base_path_bytes_max)
            .find_map(|end| {
                let (base, rest) = path.split_at(end);
                let found = own.and_then(|own| self.environment_at(own, base));
                let found = found.or_else(|| self.environment_at(ANY_HOST, base))?;
                Some((found, rest))
            })
    }

    /// Every environment, in no order.
    pub(super) fn environments(&self) -> impl Iterator<Item = &CompiledEnvironment> {
        self.environments.iter()
    }

    fn environment_at(&self, host: u32, base: &str) -> Option<&Arc<CompiledEnvironment>> {
        self.environments
            .find(self.place_hash(host, base), |found| {
                found.host == host && found.base_path.as_bytes() == base.as_bytes()
            })
    }

    /// The route `/{api}/{version}` of an environment that `path` begins with, and what follows it.
    pub(crate) fn route<'path>(
        &self,
        environment: &CompiledEnvironment,
        path: &'path str,
    ) -> Option<(&Arc<CompiledRoute>, &'path str)> {
        let bytes = path.as_bytes().get(1..)?;
        let mut slashes = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        slashes.next()?;
        let end = slashes.next().map_or(path.len(), |(at, _)| at + 1);
        let (place, rest) = path.split_at(end);
        self.route_at(environment.number, place)
            .map(|route| (route, rest))
    }

    /// The route at a path of an environment.
    pub(super) fn route_at(&self, environment: u32, path: &str) -> Option<&Arc<CompiledRoute>> {
        self.routes
            .find(self.place_hash(environment, path), |found| {
                found.environment_number == environment && found.path.as_bytes() == path.as_bytes()
            })
    }

    /// The plan with a number.
    pub(crate) fn plan(&self, number: u32) -> Option<&Arc<CompiledPlan>> {
        self.plans
            .find(spread(number.into()), |plan| plan.number == number)
    }

    /// Number of routes, for metrics.
    pub(crate) fn route_count(&self) -> usize {
        self.routes.len()
    }

    fn place_hash(&self, number: u32, path: &str) -> u64 {
        self.hasher.hash_one(path) ^ spread(number.into())
    }

    /// Makes an environment; its host gets a number.
    pub(super) fn new_environment(
        &mut self,
        object: &Environment,
        tenant: &Arc<CompiledTenant>,
        (number, scope): (u32, u32),
    ) -> CompiledEnvironment {
        let host = object.host.as_deref().map_or(ANY_HOST, |host| {
            self.hosts.get(host).copied().unwrap_or_else(|| {
                let hosts = Arc::make_mut(&mut self.hosts);
                let number = hosts.len() as u32 + 1;
                hosts.insert(host.into(), number);
                number
            })
        });
        CompiledEnvironment {
            base_path: object.base_path.as_str().into(),
            host,
            number,
            scope,
            tenant: Arc::clone(tenant),
            object: object.clone(),
        }
    }

    pub(super) fn put_environment(&mut self, environment: Arc<CompiledEnvironment>) {
        let base = environment.object.base_path.as_str();
        self.base_path_bytes_max = self.base_path_bytes_max.max(base.len());
        let hash = self.place_hash(environment.host, base);
        let id = environment.object.id;
        self.environments
            .put(hash, environment, |found| found.object.id == id);
    }

    pub(super) fn remove_environment(&mut self, environment: &CompiledEnvironment) {
        let base = environment.object.base_path.as_str();
        let hash = self.place_hash(environment.host, base);
        let id = environment.object.id;
        self.environments
            .remove(hash, |found| found.object.id == id);
    }

    pub(super) fn put_route(&mut self, route: Arc<CompiledRoute>) {
        let id = route.id;
        let hash = self.place_hash(route.environment_number, &route.path);
        self.routes.put(hash, route, |found| found.id == id);
    }

    pub(super) fn remove_route(&mut self, route: &CompiledRoute) {
        let hash = self.place_hash(route.environment_number, &route.path);
        let id = route.id;
        self.routes.remove(hash, |found| found.id == id);
    }

    pub(super) fn put_plan(&mut self, plan: Arc<CompiledPlan>) {
        let number = plan.number;
        self.plans
            .put(spread(number.into()), plan, |found| found.number == number);
    }

    pub(super) fn remove_plan(&mut self, number: u32) {
        self.plans
            .remove(spread(number.into()), |found| found.number == number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_two_tenants_have_two_addresses() {
        let tenant = |slug: &str| {
            CompiledTenant::new(&Tenant {
                id: uuid::Uuid::from_u128(1).into(),
                slug: slug.to_owned(),
                suspended: false,
                time_zone: "UTC".to_owned(),
            })
        };
        let page = |portal: &str, slug| {
            let portal: PublicUrl = portal.parse().unwrap();
            tenant(slug).page(&portal, "/apis/pets/request")
        };
        assert_eq!(
            page("https://portal.test", "northwind"),
            "https://portal.test/t/northwind/apis/pets/request"
        );
        assert_eq!(
            page("https://example.test:8443/developers", "contoso"),
            "https://example.test:8443/developers/t/contoso/apis/pets/request"
        );
    }
}
