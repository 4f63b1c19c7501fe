//! Reading rows as resources: everything a file could say about a thing, whole.

mod api;
mod plan;
mod policy;
mod product;
mod tenant;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::{Fields, Key, ResourceKind};
use crate::refusal::Refusal;

/// A thing as it is now.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State {
    /// Its prefixed id, or what the audit log calls it.
    pub(crate) subject: String,
    pub(crate) id: Uuid,
    pub(crate) fields: Fields,
    /// What brings back exactly this, besides its fields: numbers of revisions, ids.
    pub(crate) ids: Value,
}

impl State {
    /// As releases keep it.
    pub(crate) fn body(&self) -> Value {
        json!({ "spec": self.fields, "ids": self.ids })
    }
}

/// Which things are wanted, by id.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Wanted(BTreeMap<ResourceKind, BTreeSet<Uuid>>, bool);

impl Wanted {
    /// Everything the tenant has.
    pub(crate) fn all() -> Self {
        Self(BTreeMap::new(), true)
    }

    pub(crate) fn add(&mut self, kind: ResourceKind, id: Uuid) {
        self.0.entry(kind).or_default().insert(id);
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.1 && self.0.is_empty()
    }

    /// `None` when none of this kind are wanted; an inner `None` wants all of them.
    fn of(&self, kind: ResourceKind) -> Option<Option<Vec<Uuid>>> {
        if self.1 {
            return Some(None);
        }
        let ids = self.0.get(&kind)?;
        Some(Some(ids.iter().copied().collect()))
    }
}

/// Reads what is wanted. What is over (closed plans, retired versions and products) or not offered yet (drafts) is not there.
pub(crate) async fn render(
    conn: &mut PgConnection,
    wanted: &Wanted,
) -> Result<BTreeMap<Key, State>, Refusal> {
    let mut states = BTreeMap::new();
    for kind in ResourceKind::ALL {
        let Some(ids) = wanted.of(kind) else { continue };
        match kind {
            ResourceKind::Team => tenant::teams(conn, ids, &mut states).await?,
            ResourceKind::Role => tenant::roles(conn, ids, &mut states).await?,
            ResourceKind::LintRules => tenant::lint_rules(conn, &mut states).await?,
            ResourceKind::Terms => tenant::terms(conn, ids, &mut states).await?,
            ResourceKind::Environment => tenant::environments(conn, ids, &mut states).await?,
            ResourceKind::Api => api::apis(conn, ids, &mut states).await?,
            ResourceKind::Upstream => api::upstreams(conn, ids, &mut states).await?,
            ResourceKind::Version => api::versions(conn, ids, &mut states).await?,
            ResourceKind::Product => product::products(conn, ids, &mut states).await?,
            ResourceKind::Plan => plan::plans(conn, ids, &mut states).await?,
            ResourceKind::Policy => policy::policies(conn, ids, &mut states).await?,
        }
    }
    Ok(states)
}

type States = BTreeMap<Key, State>;
