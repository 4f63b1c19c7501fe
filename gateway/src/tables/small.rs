//! The small objects as the applier keeps them: what each was compiled to, and which others a change of it touches.
//!
//! A change is checked and compiled together with its neighbours only. Two objects conflict when they claim one address, or
//! when one names another that is not there; the relations kept here find exactly those, so that what passes beside its
//! neighbours would pass beside everything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gatehouse_domain::id::{EnvironmentId, RouteId, TenantId, UpstreamId};
use gatehouse_snapshot::check;
use gatehouse_snapshot::object::{Environment, Object, ObjectKind, ObjectRef, Plan, Route};
use gatehouse_snapshot::state_hash::StateHash;
use hashbrown::HashMap;
use uuid::Uuid;

use super::compiled::{CompileError, Compiled, CompiledEnvironment, CompiledPlan, CompiledTenant};
use super::names::{Names, Scope};
use super::route::CompiledRoute;
use crate::policies::PlanLimits;
use crate::upstream::CompiledUpstream;

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

    /// Compiles a whole configuration. Backends and calendars that did not change are taken over from `before`.
    pub(crate) fn of_all(
        objects: Vec<Object>,
        before: &Self,
        names: &mut Names,
    ) -> Result<(Self, Compiled), CompileError> {
        let faults = check::check(&objects);
        if !faults.is_empty() {
            return Err(CompileError::Faults(faults));
        }
        let nothing = Self::default();
        let mut work = Work {
            small: &nothing,
            before,
            compiled: Compiled::default(),
            names,
            updates: BTreeMap::new(),
        };
        for object in objects {
            let hash = StateHash::of_record(&object.encode());
            work.put(&object, hash)?;
        }
        let ready = work.ready();
        let compiled = ready.compiled.clone();
        let mut small = Self::default();
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
        let mut work = Work {
            small: self,
            before: self,
            compiled: compiled.clone(),
            names,
            updates: BTreeMap::new(),
        };
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

/// The objects that a change is checked with: those that change and those that could conflict with one of them.
struct Neighbourhood<'a> {
    small: &'a Small,
    changes: &'a Changes,
    /// Of those that stay as they are.
    environments: BTreeSet<EnvironmentId>,
    routes: BTreeSet<RouteId>,
    upstreams: BTreeSet<UpstreamId>,
}

impl<'a> Neighbourhood<'a> {
    fn of(small: &'a Small, changes: &'a Changes, names: &Names, compiled: &Compiled) -> Self {
        let mut found = Self {
            small,
            changes,
            environments: BTreeSet::new(),
            routes: BTreeSet::new(),
            upstreams: BTreeSet::new(),
        };
        for (object_ref, change) in changes {
            match change {
                Some((Object::Environment(environment), _)) => {
                    found.beside_environment(environment)
                }
                Some((Object::Route(route), _)) => found.beside_route(route, names, compiled),
                None if object_ref.kind == ObjectKind::Environment => {
                    found.routes_inside(object_ref.id.into());
                }
                None if object_ref.kind == ObjectKind::Upstream => {
                    let to = small.routes_to.get(&UpstreamId::from_uuid(object_ref.id));
                    to.into_iter()
                        .flatten()
                        .for_each(|route| found.add_route(*route));
                }
                _ => {}
            }
        }
        found
    }

    /// Whoever answers at its place, its routes when the place is another than before, and routes of others that lead there.
    fn beside_environment(&mut self, environment: &Environment) {
        let place = environment.base_path.as_str();
        let same = self.small.places.get(place);
        self.environments.extend(same.into_iter().flatten());
        let before = self.small.environment(environment.id);
        let stays = before.is_some_and(|before| {
            before.object.base_path == environment.base_path
                && before.object.host == environment.host
        });
        if stays {
            return;
        }
        self.routes_inside(environment.id);
        for (above, rest) in shorter(place) {
            for other in self.small.places.get(above).into_iter().flatten() {
                for id in self.small.routes_of.get(other).into_iter().flatten() {
                    let Some(route) = self.small.route(*id) else {
                        continue;
                    };
                    if below(rest, &route.path) || below(&route.path, rest) {
                        self.add_route(*id);
                    }
                }
            }
        }
    }

    /// Its environment, its backend, whoever answers at its path, and every environment on the way to it or below it.
    fn beside_route(&mut self, route: &Route, names: &Names, compiled: &Compiled) {
        let number = names.environments.known(route.environment);
        let same = number.and_then(|number| compiled.route_at(number, &route.path));
        if let Some(same) = same {
            self.add_route(same.id);
        }
        self.environments.insert(route.environment);
        self.upstreams.extend(route.upstream);
        self.on_the_way(route.environment, &route.path);
    }

    fn on_the_way(&mut self, environment: EnvironmentId, path: &str) {
        let changed = match self
            .changes
            .get(&reference(ObjectKind::Environment, environment))
        {
            Some(Some((Object::Environment(environment), _))) => Some(environment),
            _ => None,
        };
        let held = self.small.environment(environment).map(|held| &held.object);
        let Some(own) = changed.or(held) else { return };
        let place = format!("{}{path}", own.base_path);
        for (above, _) in shorter(&place) {
            let there = self.small.places.get(above);
            self.environments.extend(there.into_iter().flatten());
        }
        let from = (
            std::ops::Bound::Included(place.as_str()),
            std::ops::Bound::Unbounded,
        );
        for (base, there) in self.small.places.range::<str, _>(from) {
            if !base.starts_with(place.as_str()) {
                break;
            }
            self.environments.extend(there);
        }
    }

    fn routes_inside(&mut self, environment: EnvironmentId) {
        for route in self.small.routes_of.get(&environment).into_iter().flatten() {
            self.add_route(*route);
        }
    }

    /// A route that stays as it is, with all that it is checked by.
    fn add_route(&mut self, id: RouteId) {
        let Some(route) = self.small.route(id) else {
            return;
        };
        if !self.routes.insert(id) {
            return;
        }
        self.environments.insert(route.environment);
        self.upstreams.extend(route.upstream_id());
        self.on_the_way(route.environment, &route.path);
    }

    fn objects(&self) -> Vec<Object> {
        let changed = self.changes.values().flatten();
        let mut objects: Vec<Object> = changed.map(|(object, _)| object.clone()).collect();
        let stays = |kind, id: Uuid| !self.changes.contains_key(&reference(kind, id));
        for id in &self.environments {
            if stays(ObjectKind::Environment, id.uuid()) {
                let held = self.small.environment(*id);
                objects.extend(held.map(|held| Object::Environment(held.object.clone())));
            }
        }
        for id in &self.upstreams {
            if stays(ObjectKind::Upstream, id.uuid()) {
                let held = self.small.upstream(*id);
                objects.extend(held.map(|held| Object::Upstream(held.object().clone())));
            }
        }
        for id in &self.routes {
            if stays(ObjectKind::Route, id.uuid()) {
                let held = self.small.route(*id);
                objects.extend(held.map(|held| Object::Route(held.outline())));
            }
        }
        objects
    }
}

/// The beginnings of a path by whole segments, the empty one too, with what follows each; not the path itself.
fn shorter(path: &str) -> impl Iterator<Item = (&str, &str)> {
    path.match_indices('/').map(|(at, _)| path.split_at(at))
}

/// Whether `path` lies at or below `place`, by whole segments.
fn below(path: &str, place: &str) -> bool {
    let rest = path.strip_prefix(place);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Changes being compiled.
struct Work<'a> {
    small: &'a Small,
    /// Where backends and calendars are taken over from.
    before: &'a Small,
    compiled: Compiled,
    names: &'a mut Names,
    updates: BTreeMap<ObjectRef, Option<Held>>,
}

impl Work<'_> {
    /// Removals stand before what comes in their place; relations are looked up by what is held, so the order is free.
    fn ready(self) -> Ready {
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

    fn remove(&mut self, object_ref: ObjectRef) {
        match self.small.held.get(&object_ref).map(|held| &held.item) {
            Some(Item::Environment(environment)) => self.compiled.remove_environment(environment),
            Some(Item::Route(route)) => self.compiled.remove_route(route),
            Some(Item::Plan(plan)) => self.compiled.remove_plan(plan.number),
            Some(Item::Tenant(_) | Item::Upstream(_)) => {}
            None => return,
        }
        self.updates.insert(object_ref, None);
    }

    fn put(&mut self, object: &Object, hash: [u8; 32]) -> Result<(), CompileError> {
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
            Object::Route(route) => self.put_route(route, hash),
            Object::Plan(plan) => self.put_plan(plan, hash),
            Object::Application(_) | Object::Subscription(_) | Object::Credential(_) => {}
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

    fn put_route(&mut self, route: &Route, hash: [u8; 32]) {
        let object_ref = reference(ObjectKind::Route, route.id);
        let upstream = self.upstream_of(route.upstream);
        if let Some(before) = self.small.route(route.id) {
            self.compiled.remove_route(before);
        }
        let item = Arc::new(CompiledRoute::new(route, upstream, self.names));
        self.compiled.put_route(Arc::clone(&item));
        self.hold(object_ref, hash, Item::Route(item));
    }

    fn put_plan(&mut self, plan: &Plan, hash: [u8; 32]) {
        let item = Arc::new(CompiledPlan {
            number: self.names.plans.number(plan.id),
            limits: PlanLimits::compile(&plan.limits),
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

impl Ready {
    pub(crate) fn into_parts(self) -> (Compiled, Updates) {
        (self.compiled, Updates(self.updates))
    }
}

/// What [`Small::apply`] takes in.
pub(crate) struct Updates(Vec<(ObjectRef, Option<Held>)>);

#[cfg(test)]
mod tests;
