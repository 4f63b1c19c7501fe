//! The base of a changeset: what it was worked out from, which is locked and must be what it was.

use std::collections::BTreeMap;

use serde_json::Value;
use sqlx::postgres::PgConnection;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::plan::Planned;
use crate::refusal::Refusal;
use crate::releases;
use crate::resources::render::{Wanted, render};
use crate::resources::{Key, ResourceKind};
use crate::tenants;
use crate::work::Work;

/// Locks what the changeset was worked out from, kind by kind and by id: what is compared next stays as it is.
pub(super) async fn lock_read(
    work: &mut Work<'_>,
    base: &BTreeMap<String, Value>,
) -> Result<(), Refusal> {
    let keys: Vec<Key> = base.keys().filter_map(|key| Key::parse(key)).collect();
    let is_of_tenant = |key: &Key| matches!(key.kind, ResourceKind::Role | ResourceKind::LintRules);
    if keys.iter().any(is_of_tenant) {
        // Roles and lint rules change under the lock of their tenant.
        let tenant = work.actor().tenant();
        tenants::get_locked(work.conn(), tenant).await?;
    }
    let held = render(work.conn(), &Wanted::all()).await?;
    let mut ids: BTreeMap<ResourceKind, Vec<Uuid>> = BTreeMap::new();
    for key in keys {
        // Versions, upstreams and policies change under the lock of their API.
        let key = match key.kind {
            ResourceKind::Version | ResourceKind::Upstream => {
                Key::new(ResourceKind::Api, None, key.owner())
            }
            ResourceKind::Policy => {
                let api = held
                    .get(&key)
                    .and_then(|held| held.fields.get("api")?.as_str());
                match api {
                    Some(api) => Key::new(ResourceKind::Api, None, api),
                    None => key,
                }
            }
            _ => key,
        };
        if let Some(state) = held.get(&key) {
            ids.entry(key.kind).or_default().push(state.id);
        }
    }
    for (kind, ids) in ids {
        lock_rows(work.conn(), kind, &ids).await?;
    }
    Ok(())
}

async fn lock_rows(
    conn: &mut PgConnection,
    kind: ResourceKind,
    ids: &[Uuid],
) -> Result<(), Refusal> {
    let table = match kind {
        ResourceKind::Team => "team",
        ResourceKind::Role => "role",
        ResourceKind::Terms => "terms",
        ResourceKind::Environment => "environment",
        ResourceKind::Api | ResourceKind::Version | ResourceKind::Upstream => "api",
        ResourceKind::Product => "product",
        ResourceKind::Plan => "plan",
        ResourceKind::Policy => "policy",
        ResourceKind::LintRules => return Ok(()),
    };
    let mut lock = QueryBuilder::<Postgres>::new("select id from ");
    lock.push(table).push(" where id = any(");
    lock.push_bind(ids).push(") order by id for no key update");
    lock.build().fetch_all(conn).await?;
    Ok(())
}

/// Refuses when anything that was read is no longer what it was, and names it.
pub(super) async fn require_base(
    conn: &mut PgConnection,
    base: &BTreeMap<String, Value>,
    planned: &Planned,
) -> Result<(), Refusal> {
    let keys = base.keys().chain(planned.read.keys());
    let mut moved: Vec<String> = keys
        .filter(|key| base.get(*key) != planned.read.get(*key))
        .cloned()
        .collect();
    moved.sort();
    moved.dedup();
    if moved.is_empty() {
        return Ok(());
    }
    let by = releases::latest(conn, &moved).await?;
    let words: Vec<String> = moved
        .iter()
        .map(|key| match by.get(key) {
            Some(by) => format!("{key} ({by})"),
            None => key.clone(),
        })
        .collect();
    Err(Refusal::Conflict(format!(
        "The base moved: {}. Make the changeset anew and look at what it does now.",
        words.join(", ")
    )))
}
