//! The small objects as the applier keeps them: what each was compiled to, and which others a change of it touches.
//!
//! A change is checked and compiled together with its neighbours only. Two objects conflict when they claim one address, or
//! when one names another that is not there; the relations kept here find exactly those, so that what passes beside its
//! neighbours would pass beside everything.

mod neighbourhood;
mod work;

use std::collections::BTreeMap;
use std::sync::Arc;

use gatehouse_domain::id::{EnvironmentId, RouteId, TenantId, UpstreamId};
use gatehouse_snapshot::check;
use gatehouse_snapshot::object::{Object, ObjectKind, ObjectRef};
use hashbrown::HashMap;
use uuid::Uuid;

use super::compiled::{CompileError, Compiled, CompiledEnvironment, CompiledPlan, CompiledTenant};
use super::names::Names;
use super::policies::PolicyBook;
use super::route::CompiledRoute;
use crate::upstream::CompiledUpstream;
use neighbourhood::Neighbourhood;
use work::Work;

/// Objects that change: as they will be, or gone.
pub(crate) type Changes = BTreeMap<ObjectRef, Option<(Object, [u8; 32])>>;

/// All small objects of a configuration.
#[derive(Default)]
pub(crate) struct Small {
    held: HashMap<ObjectRef, Held>,
    /// By base path: who answers below it.
    places: BTreeMap<Box<str>, Vec<EnvironmentId>>,
    environments_of: HashMap<TenantId, Vec<EnvironmentId>>,
    routes_of: HashMap<EnvironmentId, Vec<RouteId>>,
    routes_to: HashMap<UpstreamId, Vec<RouteId>>,
    /// Handed on from one configuration to the next.
    policies: Arc<PolicyBook>,
}

#[derive(Clone)]
struct Held {
    /// What it adds to the state hash.
    hash: [u8; 32],
    item: Item,
}

/// What an object was compiled to.
#[derive(Clone)]
enum Item {
    Tenant(Arc<CompiledTenant>),
    Environment(Arc<CompiledEnvironment>),
    Upstream(Arc<CompiledUpstream>),
    Route(Arc<CompiledRoute>),
    Plan(Arc<CompiledPlan>),
}

impl Item {
    /// Whether both are found by the same relations.
    fn relates_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Environment(one), Self::Environment(other)) => {
                one.object.base_path == other.object.base_path
                    && one.object.tenant == other.object.tenant
            }
            (Self::Route(one), Self::Route(other)) => {
                one.environment == other.environment && one.upstream_id() == other.upstream_id()
            }
            _ => true,
        }
    }
}

/// Changes that were checked and compiled.
pub(crate) struct Ready {
    pub(crate) compiled: Compiled,
    updates: Vec<(ObjectRef, Option<Held>)>,
}

fn reference(kind: ObjectKind, id: impl Into<Uuid>) -> ObjectRef {
    ObjectRef {
        kind,
        id: id.into(),
    }
}

impl Small {
    /// What an object adds to the state hash, if it is there.
    pub(crate) fn hash(&self, object: ObjectRef) -> Option<[u8; 32]> {
        self.held.get(&object).map(|held| held.hash)
    }

    /// Compiles a whole configuration: objects, and what each adds to the state hash. Backends and calendars that did not change,
    /// and what was taken of shared rates, are taken over from `before`.
    pub(crate) fn of_all(
        (objects, hashes): (Vec<Object>, Vec<[u8; 32]>),
        before: &Self,
        names: &mut Names,
    ) -> Result<(Self, Compiled), CompileError> {
        let faults = check::check(&objects);
        if !faults.is_empty() {
            return Err(CompileError::Faults(faults));
        }
        let nothing = Self::default();
        let mut work = Work::new((&nothing, before), Compiled::default(), names);
        for (object, hash) in objects.into_iter().zip(hashes) {
            work.put(&object, hash)?;
        }
        let ready = work.ready();
        let compiled = ready.compiled.clone();
        let mut small = Self {
            policies: Arc::clone(&before.policies),
            ..Self::default()
        };
        small.apply(Updates(ready.updates));
        Ok((small, compiled))
    }

    /// Checks and compiles changes. What is held stays as it is.
    pub(crate) fn prepare(
        &self,
        changes: &Changes,
        compiled: &Compiled,
        names: &mut Names,
    ) -> Result<Ready, CompileError> {
        let faults = check::check(&Neighbourhood::of(self, changes, names, compiled).objects());
        if !faults.is_empty() {
            return Err(CompileError::Faults(faults));
        }
        self.orphans(changes)?;
        let mut work = Work::new((self, self), compiled.clone(), names);
        // What goes first, so that what comes may take its place.
        for (object_ref, change) in changes {
            if change.is_none() {
                work.remove(*object_ref);
            }
        }
        for (object_ref, change) in changes {
            if let Some((object, hash)) = change
                && self.hash(*object_ref) != Some(*hash)
            {
                work.put(object, *hash)?;
            }
        }
        Ok(work.ready())
    }

    /// Takes prepared changes in. Cannot fail.
    pub(crate) fn apply(&mut self, updates: Updates) {
        for (object_ref, held) in updates.0 {
            let old = match held.clone() {
                Some(held) => self.held.insert(object_ref, held),
                None => self.held.remove(&object_ref),
            };
            if let (Some(old), Some(held)) = (&old, &held)
                && old.item.relates_as(&held.item)
            {
                continue;
            }
            if let Some(old) = old {
                self.relate(&old.item, false);
            }
            if let Some(held) = held {
                self.relate(&held.item, true);
            }
        }
    }

    fn relate(&mut self, item: &Item, present: bool) {
        fn change<T: PartialEq>(list: &mut Vec<T>, value: T, present: bool) {
            match present {
                true => list.push(value),
                false => list.retain(|known| *known != value),
            }
        }
        match item {
            Item::Environment(environment) => {
                let object = &environment.object;
                let place = object.base_path.as_str();
                change(
                    self.places.entry(place.into()).or_default(),
                    object.id,
                    present,
                );
                if self.places.get(place).is_some_and(Vec::is_empty) {
                    self.places.remove(place);
                }
                let of_tenant = self.environments_of.entry(object.tenant).or_default();
                change(of_tenant, object.id, present);
                if of_tenant.is_empty() {
                    self.environments_of.remove(&object.tenant);
                }
            }
            Item::Route(route) => {
                let inside = self.routes_of.entry(route.environment).or_default();
                change(inside, route.id, present);
                if inside.is_empty() {
                    self.routes_of.remove(&route.environment);
                }
                if let Some(upstream) = route.upstream_id() {
                    let to = self.routes_to.entry(upstream).or_default();
                    change(to, route.id, present);
                    if to.is_empty() {
                        self.routes_to.remove(&upstream);
                    }
                }
            }
            Item::Tenant(_) | Item::Upstream(_) | Item::Plan(_) => {}
        }
    }

    /// Every environment names a tenant that is there.
    fn orphans(&self, changes: &Changes) -> Result<(), CompileError> {
        let there = |tenant: TenantId| {
            let tenant = reference(ObjectKind::Tenant, tenant);
            match changes.get(&tenant) {
                Some(change) => change.is_some(),
                None => self.held.contains_key(&tenant),
            }
        };
        for (object_ref, change) in changes {
            match (object_ref.kind, change) {
                (ObjectKind::Environment, Some((Object::Environment(environment), _)))
                    if !there(environment.tenant) =>
                {
                    return Err(CompileError::Orphan(*object_ref));
                }
                (ObjectKind::Tenant, None) => {
                    let left = self
                        .environments_of
                        .get(&TenantId::from_uuid(object_ref.id));
                    let mut left = left
                        .into_iter()
                        .flatten()
                        .map(|id| reference(ObjectKind::Environment, *id));
                    // One that changes too was looked at by itself.
                    if let Some(orphan) = left.find(|left| !changes.contains_key(left)) {
                        return Err(CompileError::Orphan(orphan));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn environment(&self, id: EnvironmentId) -> Option<&Arc<CompiledEnvironment>> {
        match &self.held.get(&reference(ObjectKind::Environment, id))?.item {
            Item::Environment(environment) => Some(environment),
            _ => None,
        }
    }

    fn route(&self, id: RouteId) -> Option<&Arc<CompiledRoute>> {
        match &self.held.get(&reference(ObjectKind::Route, id))?.item {
            Item::Route(route) => Some(route),
            _ => None,
        }
    }

    fn upstream(&self, id: UpstreamId) -> Option<&Arc<CompiledUpstream>> {
        match &self.held.get(&reference(ObjectKind::Upstream, id))?.item {
            Item::Upstream(upstream) => Some(upstream),
            _ => None,
        }
    }
}

impl Ready {
    pub(crate) fn into_parts(self) -> (Compiled, Updates) {
        (self.compiled, Updates(self.updates))
    }
}

/// What [`Small::apply`] takes in.
pub(crate) struct Updates(Vec<(ObjectRef, Option<Held>)>);

#[cfg(test)]
mod tests;
