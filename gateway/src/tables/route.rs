//! A route as requests need it, in a few hundred bytes: fifty thousand of them fit.

use std::sync::Arc;

use gatehouse_domain::id::{ApiVersionId, EnvironmentId, RouteId, TenantId, UpstreamId};
use gatehouse_domain::{ApiVersionState, OperationKey};
use gatehouse_snapshot::object::{Route, RouteLater};

use super::life::Life;
use super::names::Names;
use super::operations::{OperationMatch, Operations};
use super::policies::{CompiledSet, RouteSets};
use super::text::Text;
use crate::metrics::ApiLabel;
use crate::upstream::CompiledUpstream;
use crate::usage::dictionary::OperationNumbers;

/// A route, its operations and its backend.
#[derive(Debug)]
#[repr(C)] // What a look-up reads stands together, in two lines of the cache.
pub(crate) struct CompiledRoute {
    /// `/{api}/{version}`.
    pub(crate) path: Text,
    /// The environment's number.
    pub(super) environment_number: u32,
    pub(crate) state: ApiVersionState,
    operations: Operations,
    pub(crate) id: RouteId,
    pub(crate) tenant: TenantId,
    pub(crate) environment: EnvironmentId,
    pub(crate) api_version: ApiVersionId,
    pub(crate) config_max_age_s: Option<u32>,
    /// The numbers of the products that open it.
    pub(crate) products: Box<[u32]>,
    /// What single products open of it; none when each opens all.
    narrowed: Option<Arc<Narrowed>>,
    /// What its responses say about its end; none of a version that is not being phased out.
    pub(crate) life: Option<Arc<Life>>,
    policies: RouteSets,
    upstream_id: Option<UpstreamId>,
    pub(crate) upstream: Option<Arc<CompiledUpstream>>,
    /// What its operations are called in records.
    pub(crate) numbers: OperationNumbers,
    /// What its API is called in metrics.
    pub(crate) label: ApiLabel,
}

/// A bit for each operation that a product opens, by the product's place in the route's list; none: it opens all.
#[derive(Debug)]
struct Narrowed(Box<[Option<Box<[u64]>>]>);

impl Narrowed {
    fn of(route: &Route) -> Option<Arc<Self>> {
        if route.later.narrowed.is_empty() {
            return None;
        }
        let mut products = vec![None; route.products.len()];
        for (product, operations) in &route.later.narrowed {
            let mut bits = vec![0; route.operations.len().div_ceil(64)];
            for place in operations {
                if let Some(word) = bits.get_mut(*place as usize / 64) {
                    *word |= 1_u64 << (place % 64);
                }
            }
            if let Some(slot) = products.get_mut(*product as usize) {
                *slot = Some(bits.into_boxed_slice());
            }
        }
        Some(Arc::new(Self(products.into())))
    }

    fn opens(&self, product: usize, operation: usize) -> bool {
        match self.0.get(product) {
            Some(Some(bits)) => bits
                .get(operation / 64)
                .is_some_and(|word| word >> (operation % 64) & 1 == 1),
            Some(None) | None => true,
        }
    }
}

impl CompiledRoute {
    /// Whether it is served no more: its version was retired, or the end that was announced of it has come.
    pub(crate) fn has_ended(&self, wall_ms: i64) -> bool {
        self.state == ApiVersionState::Retired
            || self.life.as_ref().is_some_and(|life| life.is_over(wall_ms))
    }

    pub(super) fn new(
        route: &Route,
        upstream: Option<Arc<CompiledUpstream>>,
        policies: RouteSets,
        names: &mut Names,
    ) -> Self {
        let products = route.products.iter();
        Self {
            id: route.id,
            tenant: route.tenant,
            environment: route.environment,
            api_version: route.api_version,
            path: route.path.as_str().into(),
            state: route.state,
            config_max_age_s: route.config_max_age_s,
            environment_number: names.environments.number(route.environment),
            products: products.map(|id| names.products.number(*id)).collect(),
            narrowed: Narrowed::of(route),
            life: Life::of(&route.later).map(Arc::new),
            policies,
            operations: Operations::build(&route.operations),
            upstream_id: route.upstream,
            upstream,
            numbers: OperationNumbers::new(route.operations.len()),
            label: ApiLabel::default(),
        }
    }

    /// The same route to a backend that changed.
    pub(super) fn with_upstream(&self, upstream: Option<Arc<CompiledUpstream>>) -> Self {
        Self {
            path: self.path.clone(),
            products: self.products.clone(),
            operations: self.operations.clone(),
            narrowed: self.narrowed.clone(),
            life: self.life.clone(),
            policies: self.policies.clone(),
            upstream,
            numbers: OperationNumbers::new(self.operations.len()),
            label: ApiLabel::default(),
            ..*self
        }
    }

    pub(super) fn upstream_id(&self) -> Option<UpstreamId> {
        self.upstream_id
    }

    /// What a check of other objects needs to know of it: everything but its operations.
    pub(super) fn outline(&self) -> Route {
        Route {
            id: self.id,
            tenant: self.tenant,
            environment: self.environment,
            api: self.api_version.uuid().into(),
            api_version: self.api_version,
            path: self.path.to_string(),
            state: self.state,
            products: Vec::new(),
            upstream: self.upstream_id,
            config_max_age_s: self.config_max_age_s,
            operations: Vec::new(),
            later: RouteLater::default(),
        }
    }

    /// Whether the product at a place of the route's list opens the operation at a place.
    pub(crate) fn opens(&self, product: usize, operation: usize) -> bool {
        self.narrowed
            .as_ref()
            .is_none_or(|narrowed| narrowed.opens(product, operation))
    }

    /// Whether the operation at a place has this stable key.
    pub(crate) fn is_operation(&self, place: usize, key: &OperationKey) -> bool {
        self.operations.is(place, key)
    }

    /// The operation a method and the path below the route mean.
    pub(crate) fn operation(&self, method: &http::Method, path: &str) -> OperationMatch {
        self.operations.find(method, path)
    }

    /// The operation's place alone: quicker where nobody asks which methods there are instead.
    pub(crate) fn place_of(&self, method: &http::Method, path: &str) -> Option<usize> {
        self.operations.place(method, path)
    }

    /// Every method that an operation has, each once.
    pub(crate) fn methods(&self) -> Vec<http::Method> {
        self.operations.methods()
    }

    /// What happens at the operation at a place besides what always does.
    pub(crate) fn policies(&self, place: usize) -> Option<&Arc<CompiledSet>> {
        self.policies.get(place)
    }

    /// Whether no operation has policies.
    pub(crate) fn has_no_policies(&self) -> bool {
        self.policies.is_none()
    }

    /// The stable key of the operation at a place.
    pub(crate) fn operation_key(&self, place: usize) -> Option<OperationKey> {
        self.operations.key(place)
    }

    /// `{api}` of the route's path, for links.
    pub(crate) fn api_slug(&self) -> &str {
        self.path.split('/').nth(1).unwrap_or_default()
    }
}
