//! Objects being compiled, and with a changed one those that hold it.

use std::collections::BTreeMap;
use std::sync::Arc;

use gatehouse_domain::id::{TenantId, UpstreamId};
use gatehouse_snapshot::object::{Environment, Object, ObjectKind, ObjectRef, Plan, Route};

use super::{Held, Item, Ready, Small, reference};
use crate::policies::PlanLimits;
use crate::tables::compiled::{CompileError, Compiled, CompiledPlan, CompiledTenant};
use crate::tables::names::{Names, Scope};
use crate::tables::route::CompiledRoute;
use crate::upstream::CompiledUpstream;

/// Changes being compiled.
pub(super) struct Work<'a> {
    small: &'a Small,
    /// Where backends and calendars are taken over from.
    before: &'a Small,
    compiled: Compiled,
    names: &'a mut Names,
    updates: BTreeMap<ObjectRef, Option<Held>>,
}

impl<'a> Work<'a> {
    /// Beside what is held; backends and calendars are taken over from `before`.
    pub(super) fn new(
        (small, before): (&'a Small, &'a Small),
        compiled: Compiled,
        names: &'a mut Names,
    ) -> Self {
        Self {
            small,
            before,
            compiled,
            names,
            updates: BTreeMap::new(),
        }
    }

    /// Removals stand before what comes in their place; relations are looked up by what is held, so the order is free.
    pub(super) fn ready(self) -> Ready {
        Ready {
            compiled: self.compiled,
            updates: self.updates.into_iter().collect(),
        }
    }

    fn item(&self, object_ref: ObjectRef) -> Option<&Item> {
        match self.updates.get(&object_ref) {
            Some(update) => update.as_ref().map(|held| &held.item),
            None => self.small.held.get(&object_ref).map(|held| &held.item),
        }
    }

    fn hold(&mut self, object_ref: ObjectRef, hash: [u8; 32], item: Item) {
        self.updates.insert(object_ref, Some(Held { hash, item }));
    }

    pub(super) fn remove(&mut self, object_ref: ObjectRef) {
        match self.small.held.get(&object_ref).map(|held| &held.item) {
            Some(Item::Environment(environment)) => self.compiled.remove_environment(environment),
            Some(Item::Route(route)) => self.compiled.remove_route(route),
            Some(Item::Plan(plan)) => self.compiled.remove_plan(plan.number),
            Some(Item::Tenant(_) | Item::Upstream(_)) => {}
            None => return,
        }
        self.updates.insert(object_ref, None);
    }

    pub(super) fn put(&mut self, object: &Object, hash: [u8; 32]) -> Result<(), CompileError> {
        let object_ref = object.object_ref();
        let kept = self.before.held.get(&object_ref);
        let kept = kept.filter(|kept| kept.hash == hash).map(|kept| &kept.item);
        match object {
            Object::Tenant(tenant) => {
                let item = match kept {
                    Some(Item::Tenant(kept)) => Arc::clone(kept),
                    _ => Arc::new(CompiledTenant::new(tenant)),
                };
                self.hold(object_ref, hash, Item::Tenant(item));
                self.move_environments(tenant.id);
            }
            Object::Environment(environment) => self.put_environment(environment, hash)?,
            Object::Upstream(upstream) => {
                let known = self.before.upstream(upstream.id).map(AsRef::as_ref);
                let item = match kept {
                    Some(Item::Upstream(kept)) => Arc::clone(kept),
                    _ => CompiledUpstream::new(upstream, known)
                        .map(Arc::new)
                        .map_err(|reason| CompileError::Target(upstream.name.clone(), reason))?,
                };
                self.hold(object_ref, hash, Item::Upstream(item));
                self.move_routes(upstream.id);
            }
            Object::Route(route) => self.put_route(route, hash)?,
            Object::Plan(plan) => self.put_plan(plan, hash),
            Object::Application(_)
            | Object::Subscription(_)
            | Object::Credential(_)
            | Object::Certificate(_) => {}
        }
        Ok(())
    }

    fn put_environment(
        &mut self,
        environment: &Environment,
        hash: [u8; 32],
    ) -> Result<(), CompileError> {
        let object_ref = reference(ObjectKind::Environment, environment.id);
        let Some(Item::Tenant(tenant)) =
            self.item(reference(ObjectKind::Tenant, environment.tenant))
        else {
            return Err(CompileError::Orphan(object_ref));
        };
        let tenant = Arc::clone(tenant);
        let numbers = (
            self.names.environments.number(environment.id),
            self.names.scopes.number(Scope::of(environment)),
        );
        if let Some(before) = self.small.environment(environment.id) {
            self.compiled.remove_environment(before);
        }
        let item = Arc::new(self.compiled.new_environment(environment, &tenant, numbers));
        self.compiled.put_environment(Arc::clone(&item));
        self.hold(object_ref, hash, Item::Environment(item));
        Ok(())
    }

    fn put_route(&mut self, route: &Route, hash: [u8; 32]) -> Result<(), CompileError> {
        let object_ref = reference(ObjectKind::Route, route.id);
        let policies = self.before.policies.route(route)?;
        let upstream = self.upstream_of(route.upstream);
        if let Some(before) = self.small.route(route.id) {
            self.compiled.remove_route(before);
        }
        let item = CompiledRoute::new(route, upstream, policies, self.names);
        let item = Arc::new(item);
        self.compiled.put_route(Arc::clone(&item));
        self.hold(object_ref, hash, Item::Route(item));
        Ok(())
    }

    fn put_plan(&mut self, plan: &Plan, hash: [u8; 32]) {
        let item = Arc::new(CompiledPlan {
            number: self.names.plans.number(plan.id),
            limits: PlanLimits::compile(plan),
        });
        self.compiled.put_plan(Arc::clone(&item));
        self.hold(reference(ObjectKind::Plan, plan.id), hash, Item::Plan(item));
    }

    fn upstream_of(&self, id: Option<UpstreamId>) -> Option<Arc<CompiledUpstream>> {
        match self.item(reference(ObjectKind::Upstream, id?)) {
            Some(Item::Upstream(upstream)) => Some(Arc::clone(upstream)),
            _ => None,
        }
    }

    /// Environments of a tenant that changed hold it anew. Those that change themselves come after it.
    fn move_environments(&mut self, tenant: TenantId) {
        let Some(ids) = self.small.environments_of.get(&tenant) else {
            return;
        };
        for id in ids {
            let object_ref = reference(ObjectKind::Environment, *id);
            let held = self.small.held.get(&object_ref);
            if let Some(Held {
                hash,
                item: Item::Environment(environment),
            }) = held
                && !self.updates.contains_key(&object_ref)
            {
                // Its tenant was put a moment ago.
                let _ = self.put_environment(&environment.object, *hash);
            }
        }
    }

    /// Routes to a backend that changed lead to the new one.
    fn move_routes(&mut self, upstream: UpstreamId) {
        let Some(ids) = self.small.routes_to.get(&upstream) else {
            return;
        };
        let item = self.upstream_of(Some(upstream));
        for id in ids {
            let object_ref = reference(ObjectKind::Route, *id);
            let held = self.small.held.get(&object_ref);
            if let Some(Held {
                hash,
                item: Item::Route(route),
            }) = held
                && !self.updates.contains_key(&object_ref)
            {
                let route = Arc::new(route.with_upstream(item.clone()));
                self.compiled.put_route(Arc::clone(&route));
                self.hold(object_ref, *hash, Item::Route(route));
            }
        }
    }
}
