//! Faults that keep a configuration from being published, and from being swapped in.
//!
//! The control plane calls [`check`] before it commits, a gateway before it swaps: one function, so that what was
//! accepted is what can run.

mod policies;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Bound;

use gatehouse_domain::id::{EnvironmentId, UpstreamId};
use gatehouse_domain::plan::LimitRule;
use http::Uri;

use crate::object::{Environment, Object, ObjectRef, Plan, Route, Upstream};

pub use policies::{
    CORS_MAX_AGE_S_MAX, HEADER_CHANGES_BYTES_MAX, JWT_LEEWAY_S_MAX, JWT_TRIES_MAX,
    POLICY_ENTRIES_MAX, POLICY_RATES_MAX, POLICY_TEXT_BYTES_MAX, ROUTE_POLICIES_BYTES_MAX,
    RSA_BITS, fits, header_bytes, sealed_bytes,
};

/// A fault: which object, which rule, in words for its author.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {id}: {detail}", kind = object.kind.as_str(), id = object.id)]
pub struct Fault {
    /// Where.
    pub object: ObjectRef,
    /// What, and what to do.
    pub detail: String,
}

/// Checks the objects that routing is compiled from. Applications, subscriptions and credentials may be left out: nothing
/// about them can make a configuration unusable.
pub fn check<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Vec<Fault> {
    let mut checker = Checker::default();
    for object in objects {
        match object {
            Object::Environment(environment) => checker.environments.push(environment),
            Object::Upstream(upstream) => checker.upstreams.push(upstream),
            Object::Route(route) => checker.routes.push(route),
            Object::Plan(plan) => checker.plan(plan),
            Object::Tenant(_)
            | Object::Application(_)
            | Object::Subscription(_)
            | Object::Credential(_)
            | Object::Certificate(_) => {}
        }
    }
    checker.finish()
}

#[derive(Default)]
struct Checker<'a> {
    environments: Vec<&'a Environment>,
    upstreams: Vec<&'a Upstream>,
    routes: Vec<&'a Route>,
    faults: Vec<Fault>,
}

impl Checker<'_> {
    fn finish(mut self) -> Vec<Fault> {
        self.places();
        self.targets();
        self.routes();
        self.faults
    }

    fn fault(&mut self, object: ObjectRef, detail: String) {
        self.faults.push(Fault { object, detail });
    }

    fn plan(&mut self, plan: &Plan) {
        let object = Object::Plan(plan.clone()).object_ref();
        for limit in &plan.limits {
            if let Err(invalid) = LimitRule::from(limit.rule).check() {
                self.fault(object, format!("limit {}: {invalid}", limit.id));
            }
        }
        for one in &plan.later.operation_limits {
            let rule = LimitRule::from(one.limit.rule);
            if let Err(invalid) = rule.check() {
                self.fault(object, format!("limit {}: {invalid}", one.limit.id));
            }
            if !matches!(rule, LimitRule::Rate { .. }) {
                let detail = format!("the limit of '{}' must be a rate", one.operation);
                self.fault(object, detail);
            }
        }
    }

    /// No two environments answer at the same host and base path.
    fn places(&mut self) {
        let mut places = HashSet::new();
        for environment in std::mem::take(&mut self.environments) {
            if !places.insert((environment.host.as_deref(), environment.base_path.as_str())) {
                let object = Object::Environment(environment.clone()).object_ref();
                self.fault(
                    object,
                    format!(
                        "another environment already answers at '{}'",
                        environment.base_path
                    ),
                );
            }
            self.environments.push(environment);
        }
    }

    fn targets(&mut self) {
        for upstream in std::mem::take(&mut self.upstreams) {
            let object = Object::Upstream(upstream.clone()).object_ref();
            if upstream.targets.is_empty() {
                self.fault(
                    object,
                    "it has no target in use; add one or stop draining one".to_owned(),
                );
            }
            for target in &upstream.targets {
                if let Err(detail) = target_uri(&target.url) {
                    self.fault(object, format!("target '{}': {detail}", target.url));
                }
            }
            self.upstreams.push(upstream);
        }
    }

    fn routes(&mut self) {
        let environments: HashMap<EnvironmentId, &Environment> = self
            .environments
            .iter()
            .map(|environment| (environment.id, *environment))
            .collect();
        let mut places_of: Places<'_> = BTreeMap::new();
        for environment in &self.environments {
            let at = places_of.entry(environment.base_path.as_str());
            at.or_default().push(environment);
        }
        let upstreams: HashSet<UpstreamId> =
            self.upstreams.iter().map(|upstream| upstream.id).collect();
        let mut places = HashSet::new();
        for route in std::mem::take(&mut self.routes) {
            let object = ObjectRef {
                kind: crate::object::ObjectKind::Route,
                id: route.id.uuid(),
            };
            match environments.get(&route.environment) {
                None => self.fault(
                    object,
                    "its environment is not part of this configuration".to_owned(),
                ),
                Some(own) => {
                    if let Some(other) = shadowing(own, route, &places_of) {
                        self.fault(
                            object,
                            format!(
                                "'{}' belongs to another environment; rename the API",
                                other.base_path
                            ),
                        );
                    }
                }
            }
            if !places.insert((route.environment, route.path.as_str())) {
                self.fault(
                    object,
                    format!("another version already answers at '{}'", route.path),
                );
            }
            if route
                .upstream
                .is_some_and(|upstream| !upstreams.contains(&upstream))
            {
                self.fault(
                    object,
                    "its upstream is not part of this configuration".to_owned(),
                );
            }
            for (product, operations) in &route.later.narrowed {
                let within = |place: &u32| (*place as usize) < route.operations.len();
                if *product as usize >= route.products.len() || !operations.iter().all(within) {
                    self.fault(
                        object,
                        "it opens an operation or names a product that it does not have".to_owned(),
                    );
                }
            }
            for detail in policies::faults(route) {
                self.fault(object, detail);
            }
            let mut keys = HashSet::new();
            for operation in &route.operations {
                if !keys.insert(&operation.key) {
                    self.fault(
                        object,
                        format!(
                            "two operations answer '{}'; they differ only in parameter names",
                            operation.key
                        ),
                    );
                }
                if !operation.path_template.starts_with('/') {
                    self.fault(
                        object,
                        format!("path '{}' must start with '/'", operation.path_template),
                    );
                }
            }
        }
    }
}

/// Environments by base path.
type Places<'a> = BTreeMap<&'a str, Vec<&'a Environment>>;

/// Another environment on the same host whose base path the route would reach into: one at or above the route's place but
/// below its own environment, or one below the route's place.
fn shadowing<'a>(own: &Environment, route: &Route, places: &Places<'a>) -> Option<&'a Environment> {
    let own_base = own.base_path.as_str();
    let place = format!("{own_base}{}", route.path);
    let above = places_above(&place)
        .filter(|base| base.len() > own_base.len())
        .filter_map(|base| places.get(base));
    let from = (Bound::Excluded(place.as_str()), Bound::Unbounded);
    let below = places
        .range::<str, _>(from)
        .take_while(|(base, _)| base.starts_with(&place))
        .filter(|(base, _)| starts_with_segments(base, &place))
        .map(|(_, there)| there);
    above.chain(below).flatten().copied().find(|other| {
        other.id != own.id && (other.host == own.host || other.host.is_none() || own.host.is_none())
    })
}

/// A place and all places above it, by whole segments.
pub fn places_above(place: &str) -> impl Iterator<Item = &str> {
    let above = place.match_indices('/').map(|(at, _)| &place[..at]);
    above.chain([place])
}

/// Whether `path` lies at or below `place`, by whole segments.
fn starts_with_segments(path: &str, place: &str) -> bool {
    path.strip_prefix(place)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Reads a target address: `http` or `https`, a host, no user, query or fragment.
pub fn target_uri(url: &str) -> Result<Uri, String> {
    let uri: Uri = url
        .parse()
        .map_err(|_| "not an address; use https://host:port/path".to_owned())?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err("use http or https".to_owned());
    }
    let authority = uri.authority().ok_or("name a host")?;
    if authority.host().is_empty() || authority.as_str().contains('@') {
        return Err("name a host, without a user".to_owned());
    }
    if uri.query().is_some() || url.contains('#') {
        return Err("leave out the query and the fragment".to_owned());
    }
    Ok(uri)
}

#[cfg(test)]
mod tests;
