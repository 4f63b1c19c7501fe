//! The compiled table: environments, routes, plans and upstreams in the form requests need, built aside and swapped whole.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use gatehouse_domain::id::{EnvironmentId, TenantId};
use gatehouse_snapshot::check::{self, Fault};
use gatehouse_snapshot::object::{
    Environment, Object, ObjectKind, ObjectRef, Plan, Route, Tenant, Upstream,
};

use super::names::{Names, Scope};
use super::operations::{OperationMatch, Operations};
use crate::metrics::ApiLabel;
use crate::policies::PlanLimits;
use crate::policies::calendar::Calendar;
use crate::upstream::CompiledUpstream;
use crate::usage::dictionary::OperationNumbers;

/// The objects the table is compiled from, kept by the applier.
pub(crate) type SmallObjects = BTreeMap<ObjectRef, Arc<Object>>;

/// Why a configuration cannot be compiled.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CompileError {
    /// What `snapshot::check` found.
    #[error("{} fault(s), the first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Faults(Vec<Fault>),
    /// An object names one that is not there.
    #[error("{kind} {id} names a tenant that is not part of this configuration", kind = .0.kind.as_str(), id = .0.id)]
    Orphan(ObjectRef),
    /// A target that cannot be reached as written.
    #[error("upstream {0}: {1}")]
    Target(String, String),
}

type BasePaths = HashMap<String, Arc<CompiledEnvironment>>;

/// The whole table.
#[derive(Debug, Default)]
pub(crate) struct Compiled {
    /// By base path, for the environments that have a host of their own.
    by_host: HashMap<String, BasePaths>,
    /// By base path, for those that answer on every host.
    any_host: BasePaths,
    /// Length of the longest base path: nothing longer needs looking up.
    base_path_bytes_max: usize,
    /// By the plan's number.
    plans: HashMap<u32, Arc<CompiledPlan>>,
    upstreams: HashMap<ObjectRef, Arc<CompiledUpstream>>,
    tenants: HashMap<TenantId, Arc<CompiledTenant>>,
    routes: HashMap<ObjectRef, Arc<CompiledRoute>>,
}

/// A tenant and its calendar.
#[derive(Debug)]
pub(crate) struct CompiledTenant {
    source: Arc<Object>,
    pub(crate) object: Tenant,
    pub(crate) calendar: Calendar,
}

/// An environment and the routes inside it. Nothing outside is ever looked at.
#[derive(Debug)]
pub(crate) struct CompiledEnvironment {
    pub(crate) object: Environment,
    pub(crate) tenant: Arc<CompiledTenant>,
    /// Its number: what is good here names this one.
    pub(crate) scope: u32,
    /// By `/{api}/{version}`.
    routes: HashMap<String, Arc<CompiledRoute>>,
}

/// A route, its operations and its backend.
#[derive(Debug)]
pub(crate) struct CompiledRoute {
    source: Arc<Object>,
    pub(crate) object: Route,
    /// The numbers of the products that open it.
    pub(crate) products: Box<[u32]>,
    operations: Arc<Operations>,
    /// What its operations are called in records.
    pub(crate) numbers: OperationNumbers,
    /// What its API is called in metrics.
    pub(crate) label: ApiLabel,
    pub(crate) upstream: Option<Arc<CompiledUpstream>>,
}

/// A plan and its limits.
#[derive(Debug)]
pub(crate) struct CompiledPlan {
    source: Arc<Object>,
    pub(crate) limits: PlanLimits,
}

/// Checks and compiles. Parts whose objects did not change are taken over from `before`, with their pools and counters.
pub(crate) fn compile(
    objects: &SmallObjects,
    before: &Compiled,
    names: &mut Names,
) -> Result<Compiled, CompileError> {
    let faults = check::check(objects.values().map(AsRef::as_ref));
    if !faults.is_empty() {
        return Err(CompileError::Faults(faults));
    }
    let mut compiled = Compiled::default();
    let mut environments = HashMap::new();
    for (object_ref, source) in objects {
        match source.as_ref() {
            Object::Tenant(tenant) => compiled.add_tenant(tenant, source, before),
            Object::Environment(environment) => {
                let tenant = compiled.tenants.get(&environment.tenant);
                let tenant = tenant.ok_or(CompileError::Orphan(*object_ref))?;
                environments.insert(
                    environment.id,
                    CompiledEnvironment {
                        object: environment.clone(),
                        tenant: Arc::clone(tenant),
                        scope: names.scopes.number(Scope::of(environment)),
                        routes: HashMap::new(),
                    },
                );
            }
            Object::Upstream(upstream) => {
                compiled.add_upstream(*object_ref, upstream, source, before)?;
            }
            Object::Route(route) => {
                let products = route.products.iter();
                let products = products.map(|id| names.products.number(*id)).collect();
                compiled.add_route(route, source, products, before, &mut environments);
            }
            Object::Plan(plan) => {
                let number = names.plans.number(plan.id);
                compiled.add_plan(plan, source, number, before);
            }
            Object::Application(_) | Object::Subscription(_) | Object::Credential(_) => {}
        }
    }
    for environment in environments.into_values() {
        compiled.add_environment(environment);
    }
    Ok(compiled)
}

impl Compiled {
    fn add_tenant(&mut self, tenant: &Tenant, source: &Arc<Object>, before: &Self) {
        let kept = before
            .tenants
            .get(&tenant.id)
            .filter(|kept| Arc::ptr_eq(&kept.source, source));
        let compiled = kept.cloned().unwrap_or_else(|| {
            Arc::new(CompiledTenant {
                source: Arc::clone(source),
                calendar: Calendar::new(&tenant.time_zone, &tenant.slug),
                object: tenant.clone(),
            })
        });
        self.tenants.insert(tenant.id, compiled);
    }

    fn add_upstream(
        &mut self,
        object_ref: ObjectRef,
        upstream: &Upstream,
        source: &Arc<Object>,
        before: &Self,
    ) -> Result<(), CompileError> {
        let known = before.upstreams.get(&object_ref);
        let compiled = match known.filter(|known| known.is_of(source)) {
            Some(kept) => Arc::clone(kept),
            None => Arc::new(
                CompiledUpstream::new(source, upstream, known.map(AsRef::as_ref))
                    .map_err(|reason| CompileError::Target(upstream.name.clone(), reason))?,
            ),
        };
        self.upstreams.insert(object_ref, compiled);
        Ok(())
    }

    fn add_route(
        &mut self,
        route: &Route,
        source: &Arc<Object>,
        products: Box<[u32]>,
        before: &Self,
        environments: &mut HashMap<EnvironmentId, CompiledEnvironment>,
    ) {
        let object_ref = ObjectRef {
            kind: ObjectKind::Route,
            id: route.id.uuid(),
        };
        let kept = before
            .routes
            .get(&object_ref)
            .filter(|kept| Arc::ptr_eq(&kept.source, source));
        let upstream = route.upstream.and_then(|id| {
            let id = ObjectRef {
                kind: ObjectKind::Upstream,
                id: id.uuid(),
            };
            self.upstreams.get(&id).cloned()
        });
        let operations = kept.map_or_else(
            || Arc::new(Operations::build(&route.operations)),
            |kept| Arc::clone(&kept.operations),
        );
        let compiled = Arc::new(CompiledRoute {
            source: Arc::clone(source),
            object: route.clone(),
            products,
            operations,
            numbers: OperationNumbers::new(route.operations.len()),
            label: ApiLabel::default(),
            upstream,
        });
        if let Some(environment) = environments.get_mut(&route.environment) {
            environment
                .routes
                .insert(route.path.clone(), Arc::clone(&compiled));
        }
        self.routes.insert(object_ref, compiled);
    }

    fn add_plan(&mut self, plan: &Plan, source: &Arc<Object>, number: u32, before: &Self) {
        // Numbers of another configuration mean other plans; the very same object does not.
        let kept = before
            .plans
            .get(&number)
            .filter(|kept| Arc::ptr_eq(&kept.source, source));
        let compiled = kept.cloned().unwrap_or_else(|| {
            Arc::new(CompiledPlan {
                source: Arc::clone(source),
                limits: PlanLimits::compile(&plan.limits),
            })
        });
        self.plans.insert(number, compiled);
    }

    fn add_environment(&mut self, environment: CompiledEnvironment) {
        let base_path = environment.object.base_path.as_str().to_owned();
        self.base_path_bytes_max = self.base_path_bytes_max.max(base_path.len());
        let place = match &environment.object.host {
            Some(host) => self.by_host.entry(host.clone()).or_default(),
            None => &mut self.any_host,
        };
        place.insert(base_path, Arc::new(environment));
    }

    /// The environment a host and path belong to: the longest base path wins, then the named host.
    ///
    /// Returns it with what of the path follows the base path.
    pub(crate) fn environment<'path>(
        &self,
        host: &str,
        path: &'path str,
    ) -> Option<(&Arc<CompiledEnvironment>, &'path str)> {
        let own = self.by_host.get(host);
        // Base paths are whole segments, so only the ends of segments need trying, longest first.
        let ends = std::iter::once(path.len()).chain(path.rmatch_indices('/').map(|(at, _)| at));
        ends.filter(|end| *end <= self.base_path_bytes_max)
            .find_map(|end| {
                let (base, rest) = path.split_at(end);
                let found = own.and_then(|own| own.get(base));
                let found = found.or_else(|| self.any_host.get(base))?;
                Some((found, rest))
            })
    }

    /// The plan with a number.
    pub(crate) fn plan(&self, number: u32) -> Option<&Arc<CompiledPlan>> {
        self.plans.get(&number)
    }

    /// Number of routes, for metrics.
    pub(crate) fn route_count(&self) -> usize {
        self.routes.len()
    }
}

impl CompiledEnvironment {
    /// The route `/{api}/{version}` that `path` begins with, and what follows it.
    pub(crate) fn route<'path>(
        &self,
        path: &'path str,
    ) -> Option<(&Arc<CompiledRoute>, &'path str)> {
        let version_at = path.get(1..)?.find('/')? + 1;
        let end = path[version_at + 1..]
            .find('/')
            .map_or(path.len(), |at| version_at + 1 + at);
        let (place, rest) = path.split_at(end);
        self.routes.get(place).map(|route| (route, rest))
    }
}

impl CompiledRoute {
    /// The operation a method and the path below the route mean.
    pub(crate) fn operation(&self, method: &http::Method, path: &str) -> OperationMatch {
        self.operations.find(method, path)
    }

    /// `{api}` of the route's path, for links.
    pub(crate) fn api_slug(&self) -> &str {
        self.object.path.split('/').nth(1).unwrap_or_default()
    }
}
