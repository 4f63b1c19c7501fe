//! Publishing fails closed: what a group would compile is checked before it is accepted.
//!
//! A change of routes, upstreams and plans is checked beside what it can collide with, found by place, so that it costs the
//! same with ten APIs or with thousands. Where an environment moves, everything in it moves, and everything is checked; so it
//! is where much changes at once, such as by a policy of every API.

use std::collections::{HashMap, HashSet};

use gatehouse_domain::id::GatewayGroupId;
use gatehouse_language::t;
use gatehouse_snapshot::check::{self, Fault};
use gatehouse_snapshot::object::{Environment, Object, ObjectKind, ObjectRef, Record, Route};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::step::Step;
use crate::refusal::{FieldFault, Refusal};

/// Kinds that routing is compiled from.
const ROUTING: [ObjectKind; 4] = [
    ObjectKind::Environment,
    ObjectKind::Upstream,
    ObjectKind::Route,
    ObjectKind::Plan,
];

/// From so many changed objects on, looking for the neighbours of each costs more than reading everything.
const NEIGHBOURS_OF_MAX: usize = 200;

/// Most faults that are told at once. Who has more of them mends these first.
const TOLD_MAX: usize = 100;

type Objects = HashMap<ObjectRef, Object>;

/// Refuses a step that leads to a configuration with faults.
pub(super) async fn check(
    conn: &mut PgConnection,
    group: GatewayGroupId,
    step: &Step,
) -> Result<(), Refusal> {
    let is_routing = |object: &ObjectRef| ROUTING.contains(&object.kind);
    let upserted = step
        .upserted
        .iter()
        .filter(|upsert| is_routing(&upsert.record.object))
        .map(|upsert| (upsert.record.object, upsert.object.clone()));
    let upserted: Objects = upserted.collect();
    let removed: Vec<ObjectRef> = step
        .removed
        .iter()
        .map(|(object, _)| *object)
        .filter(is_routing)
        .collect();
    if upserted.is_empty() && removed.is_empty() {
        return Ok(());
    }
    // Others may live in an environment or lead to an upstream that goes.
    let is_wide = upserted
        .keys()
        .any(|object| object.kind == ObjectKind::Environment)
        || removed
            .iter()
            .any(|object| matches!(object.kind, ObjectKind::Environment | ObjectKind::Upstream))
        || upserted.len() > NEIGHBOURS_OF_MAX;
    let mut objects = if is_wide {
        everything(conn, group).await?
    } else {
        neighbours(conn, group, &upserted).await?
    };
    for object in &removed {
        objects.remove(object);
    }
    let changed: HashSet<ObjectRef> = upserted.keys().copied().collect();
    claims(&objects, &upserted)?;
    objects.extend(upserted);
    // Those that change come last: of two that collide, the second is blamed.
    let (changing, held): (Vec<&Object>, Vec<&Object>) = objects
        .values()
        .partition(|object| changed.contains(&object.object_ref()));
    let faults = check::check(held.into_iter().chain(changing));
    if faults.is_empty() {
        return Ok(());
    }
    let (own, others): (Vec<Fault>, Vec<Fault>) = faults
        .into_iter()
        .partition(|fault| changed.contains(&fault.object));
    let environments = slugs(conn, &own, &objects).await?;
    Err(Refusal::Invalid(told(
        own,
        !others.is_empty(),
        &objects,
        &environments,
    )))
}

/// What its author is told: of a route with its path and environment, since one policy may have many of them. Another tenant's
/// object may be named by a fault that this change causes; its name is not shown.
fn told(
    own: Vec<Fault>,
    are_others_broken: bool,
    objects: &Objects,
    environments: &HashMap<Uuid, String>,
) -> Vec<FieldFault> {
    let said = own.into_iter().take(TOLD_MAX).map(|fault| {
        let at = objects.get(&fault.object).and_then(route);
        let environment = at.and_then(|at| environments.get(&at.environment.uuid()));
        match at.zip(environment) {
            Some((at, environment)) => format!("{} in {environment}: {}", at.path, fault.detail),
            None => fault.detail,
        }
    });
    let others = are_others_broken.then(|| "this would break a configuration in force".to_owned());
    said.chain(others)
        .map(|detail| FieldFault::new("", "configuration", detail))
        .collect()
}

/// The slugs of the environments of routes at fault, of this tenant.
async fn slugs(
    conn: &mut PgConnection,
    faults: &[Fault],
    objects: &Objects,
) -> Result<HashMap<Uuid, String>, Refusal> {
    let routes = faults
        .iter()
        .filter_map(|fault| objects.get(&fault.object).and_then(route));
    let ids: HashSet<Uuid> = routes.map(|route| route.environment.uuid()).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let rows = sqlx::query!("select id, slug from environment where id = any($1)", &ids)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.slug)).collect())
}

/// A host is one tenant's in a group: the certificate it is served with is theirs, and so is what is called there.
fn claims(held: &Objects, upserted: &Objects) -> Result<(), Refusal> {
    let held: Vec<&Environment> = held.values().filter_map(environment).collect();
    let is_taken = upserted.values().filter_map(environment).any(|claiming| {
        claiming.host.is_some()
            && held
                .iter()
                .any(|held| held.host == claiming.host && held.tenant != claiming.tenant)
    });
    if is_taken {
        return Err(Refusal::field(
            "/host",
            "taken",
            t!("refused-apis-this-host-is-in-use-by"),
        ));
    }
    Ok(())
}

async fn everything(conn: &mut PgConnection, group: GatewayGroupId) -> Result<Objects, Refusal> {
    let kinds = ROUTING.map(|kind| kind as i16);
    let rows = sqlx::query!(
        "select kind, object_id, body from config_object where group_id = $1 and kind = any($2)",
        group.uuid(),
        &kinds,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| decode(row.kind, row.object_id, row.body))
        .collect()
}

/// What routes that change can collide with: routes at the same place, environments at, above or below it; and the
/// environments and upstreams they need.
async fn neighbours(
    conn: &mut PgConnection,
    group: GatewayGroupId,
    changed: &Objects,
) -> Result<Objects, Refusal> {
    let routes: Vec<&Route> = changed.values().filter_map(route).collect();
    let environments = routes.iter().map(|route| route.environment.uuid());
    let mut found = by_id(conn, group, ObjectKind::Environment, environments.collect()).await?;
    let (mut at, mut within) = (HashSet::new(), HashSet::new());
    for route in &routes {
        let own = ObjectRef {
            kind: ObjectKind::Environment,
            id: route.environment.uuid(),
        };
        if let Some(Object::Environment(own)) = found.get(&own) {
            let place = format!("{}{}", own.base_path.as_str(), route.path);
            at.extend(check::places_above(&place).map(ToOwned::to_owned));
            within.insert(place);
        }
    }
    let at: Vec<String> = at.into_iter().collect();
    let within: Vec<String> = within.into_iter().collect();
    let of: Vec<Uuid> = routes
        .iter()
        .map(|route| route.environment.uuid())
        .collect();
    let paths: Vec<String> = routes.iter().map(|route| route.path.clone()).collect();
    // '0' is the character after '/': from the one to the other lies all that is below a place, by whole segments.
    let rows = sqlx::query!(
        r#"select o.kind as "kind!", o.object_id as "object_id!", o.body as "body!"
           from config_object o where o.group_id = $1 and o.kind = $2 and o.place = any($3)
           union all
           select o.kind, o.object_id, o.body
           from unnest($4::text[]) as p (place)
           join config_object o on o.place >= p.place || '/' and o.place < p.place || '0'
           where o.group_id = $1 and o.kind = $2 and o.place is not null
           union all
           select o.kind, o.object_id, o.body
           from unnest($5::uuid[], $6::text[]) as r (environment, place)
           join config_object o on o.place = r.place and o.environment_id = r.environment
           where o.group_id = $1 and o.kind = $7 and o.place is not null"#,
        group.uuid(),
        ObjectKind::Environment as i16,
        &at,
        &within,
        &of,
        &paths,
        ObjectKind::Route as i16,
    )
    .fetch_all(&mut *conn)
    .await?;
    for row in rows {
        let (object, value) = decode(row.kind, row.object_id, row.body)?;
        found.insert(object, value);
    }
    let upstreams = found.values().chain(changed.values()).filter_map(route);
    let upstreams = upstreams.filter_map(|route| Some(route.upstream?.uuid()));
    let upstreams = upstreams.collect();
    found.extend(by_id(conn, group, ObjectKind::Upstream, upstreams).await?);
    Ok(found)
}

async fn by_id(
    conn: &mut PgConnection,
    group: GatewayGroupId,
    kind: ObjectKind,
    ids: HashSet<Uuid>,
) -> Result<Objects, Refusal> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let rows = sqlx::query!(
        "select kind, object_id, body from config_object where group_id = $1 and kind = $2 and object_id = any($3)",
        group.uuid(),
        kind as i16,
        &ids,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| decode(row.kind, row.object_id, row.body))
        .collect()
}

fn environment(object: &Object) -> Option<&Environment> {
    match object {
        Object::Environment(environment) => Some(environment),
        _ => None,
    }
}

fn route(object: &Object) -> Option<&Route> {
    match object {
        Object::Route(route) => Some(route),
        _ => None,
    }
}

fn decode(kind: i16, id: Uuid, body: Vec<u8>) -> Result<(ObjectRef, Object), Refusal> {
    let known = u8::try_from(kind).ok().and_then(ObjectKind::from_number);
    let kind =
        known.ok_or_else(|| anyhow::anyhow!("a stored object has the unknown kind {kind}"))?;
    let record = Record {
        object: ObjectRef { kind, id },
        body: body.into(),
    };
    let object = record.decode().map_err(anyhow::Error::from)?;
    Ok((record.object, object))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_faults_are_told_and_others_things_in_one_line_without_a_name() {
        let object = ObjectRef {
            kind: ObjectKind::Plan,
            id: Uuid::nil(),
        };
        for (count, kept) in [(0, 0), (99, 99), (100, 100), (101, 100), (5_000, 100)] {
            let own = (0..count).map(|number| Fault {
                object,
                detail: format!("limit {number}"),
            });
            for others in [false, true] {
                let own = own.clone().collect();
                let said = told(own, others, &Objects::new(), &HashMap::new());
                let details: Vec<&str> = said.iter().map(|fault| &*fault.detail).collect();
                assert_eq!(details.len(), kept + usize::from(others), "{count}");
                assert_eq!(
                    details.last() == Some(&"this would break a configuration in force"),
                    others
                );
                assert_eq!(details.first() == Some(&"limit 0"), count > 0);
            }
        }
    }
}
