//! Blast radius: whom a change concerns, before it is made.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::plan::{Planned, ResourceChange};
use crate::refusal::Refusal;
use crate::resources::render::State;
use crate::resources::{Key, ResourceKind};

/// Whom a change concerns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Impact {
    /// Subscriptions in force or waiting.
    pub subscriptions: i64,
    /// Applications that have them.
    pub applications: i64,
    /// Groups of gateways that get it.
    pub groups: Vec<GroupReach>,
}

/// A group of gateways that gets a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupReach {
    /// Its slug.
    pub group: String,
    /// How many gateways it has.
    pub gateways: i64,
}

/// The ids a change concerns.
#[derive(Default)]
struct Concerned {
    apis: Vec<Uuid>,
    products: Vec<Uuid>,
    plans: Vec<Uuid>,
    terms: Vec<Uuid>,
    environments: Vec<Uuid>,
    /// Everybody.
    all: bool,
}

/// Fills in the impact of each change, and answers that of all together.
pub(super) async fn measure(
    conn: &mut PgConnection,
    planned: &mut Planned,
    held: &BTreeMap<Key, State>,
) -> Result<Impact, Refusal> {
    let groups = groups(conn).await?;
    let mut all = Concerned::default();
    let mut reaches = false;
    for (key, change) in &mut planned.changes {
        let concerned = Concerned::of(key, change, held);
        change.impact = concerned.count(conn).await?;
        if !key.kind.is_for_people() {
            change.impact.groups.clone_from(&groups);
            reaches = true;
        }
        all.apis.extend(concerned.apis);
        all.products.extend(concerned.products);
        all.plans.extend(concerned.plans);
        all.terms.extend(concerned.terms);
        all.environments.extend(concerned.environments);
        all.all |= concerned.all;
    }
    let mut impact = all.count(conn).await?;
    if reaches {
        impact.groups = groups;
    }
    Ok(impact)
}

impl Concerned {
    fn of(key: &Key, change: &ResourceChange, held: &BTreeMap<Key, State>) -> Self {
        let mut concerned = Self::default();
        let own = held.get(key).map(|state| state.id);
        match key.kind {
            ResourceKind::Team | ResourceKind::Role | ResourceKind::LintRules => {}
            ResourceKind::Terms => concerned.terms.extend(own),
            ResourceKind::Product => concerned.products.extend(own),
            ResourceKind::Environment => concerned.environments.extend(own),
            ResourceKind::Plan => concerned.plans.extend(own),
            ResourceKind::Api | ResourceKind::Upstream | ResourceKind::Version => {
                let api = Key::new(ResourceKind::Api, None, key.owner());
                concerned.apis.extend(held.get(&api).map(|state| state.id));
            }
            // Its API stays what it is; of a new one it is among what is stated.
            ResourceKind::Policy => {
                let stated = change.fields.iter();
                let mut stated = stated.filter(|field| field.pointer == "/spec/api");
                let known = held.get(key).and_then(|state| state.fields.get("api"));
                match known.or(stated.next().map(|field| &field.after)) {
                    Some(slug) => {
                        let slug = slug.as_str().unwrap_or_default();
                        let api = Key::new(ResourceKind::Api, None, slug);
                        concerned.apis.extend(held.get(&api).map(|state| state.id));
                    }
                    None => concerned.all = true,
                }
            }
        }
        concerned
    }

    async fn count(&self, conn: &mut PgConnection) -> Result<Impact, Refusal> {
        let lists = [
            &self.apis,
            &self.products,
            &self.plans,
            &self.terms,
            &self.environments,
        ];
        if !self.all && lists.into_iter().all(Vec::is_empty) {
            return Ok(Impact::default());
        }
        let counted = sqlx::query!(
            r#"select count(*) as "subscriptions!", count(distinct s.application_id) as "applications!"
               from subscription s join product p on p.id = s.product_id
               where s.state in ('pending', 'active')
                 and ($6 or p.api_id = any($1) or s.plan_id = any($2) or s.environment_id = any($3) or s.product_id = any($4)
                      or s.plan_id in (select n.id from plan n where n.terms_id = any($5)))"#,
            &self.apis,
            &self.plans,
            &self.environments,
            &self.products,
            &self.terms,
            self.all,
        )
        .fetch_one(conn)
        .await?;
        Ok(Impact {
            subscriptions: counted.subscriptions,
            applications: counted.applications,
            groups: Vec::new(),
        })
    }
}

async fn groups(conn: &mut PgConnection) -> Result<Vec<GroupReach>, Refusal> {
    let rows = sqlx::query!(
        r#"select g.slug, (select count(*) from gateway_node n where n.group_id = g.id and n.retired_at is null) as "gateways!"
           from gateway_group g where g.id in (select group_id from group_environment) order by g.slug"#,
    )
    .fetch_all(conn)
    .await?;
    let groups = rows.into_iter().map(|row| GroupReach {
        group: row.slug,
        gateways: row.gateways,
    });
    Ok(groups.collect())
}
