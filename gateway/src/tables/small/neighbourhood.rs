//! What a change is checked beside.

use std::collections::BTreeSet;

use gatehouse_domain::id::{EnvironmentId, RouteId, UpstreamId};
use gatehouse_snapshot::object::{Environment, Object, ObjectKind, Route};
use uuid::Uuid;

use super::{Changes, Small, reference};
use crate::tables::Compiled;
use crate::tables::names::Names;

/// The objects that a change is checked with: those that change and those that could conflict with one of them.
pub(super) struct Neighbourhood<'a> {
    small: &'a Small,
    changes: &'a Changes,
    /// Of those that stay as they are.
    environments: BTreeSet<EnvironmentId>,
    routes: BTreeSet<RouteId>,
    upstreams: BTreeSet<UpstreamId>,
}

impl<'a> Neighbourhood<'a> {
    pub(super) fn of(
        small: &'a Small,
        changes: &'a Changes,
        names: &Names,
        compiled: &Compiled,
    ) -> Self {
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

    pub(super) fn objects(&self) -> Vec<Object> {
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
