//! What hangs on operations that a new description no longer has: limits of plans, what products open, and policies. By their
//! stable keys all outlive a renamed parameter; where the operation itself is gone, publishing names them and stops, or drops them
//! when it is told to. Nothing is kept or lost in silence.

use gatehouse_domain::Language;
use gatehouse_domain::id::PlanId;
use gatehouse_language::speaking_now;
use gatehouse_language::t;
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::refusal::{FieldFault, Refusal};
use crate::resources::{Key, ResourceKind};
use crate::versions;
use crate::work::Work;
use crate::{plans, policies};

/// Something that hangs on an operation which is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Orphan {
    /// The stable key of the operation.
    pub operation: String,
    /// Slug of the product, which is the API's where it stands for one.
    pub product: String,
    /// Slug of the plan that limits it; without it and a policy the product itself names it among what it opens.
    pub plan: Option<String>,
    /// Slug of the policy that is attached to it.
    pub policy: Option<String>,
}

impl Orphan {
    /// What hangs on what: "the plan gold of pets limits GET /pets".
    pub fn words(&self) -> String {
        let Self {
            operation, product, ..
        } = self;
        match (&self.policy, &self.plan) {
            (Some(policy), _) => t!(
                "refused-apis-policy-attached",
                policy = policy,
                operation = operation
            ),
            (None, Some(plan)) => t!(
                "refused-apis-plan-limits",
                plan = plan,
                product = product,
                operation = operation
            ),
            (None, None) => t!(
                "refused-apis-product-opens",
                product = product,
                operation = operation
            ),
        }
    }
}

/// Everything orphaned, with what takes it away.
#[derive(Default)]
pub(crate) struct Orphans {
    limits: Vec<(Uuid, Orphan)>,
    choices: Vec<(Uuid, Orphan)>,
    policies: Vec<(Uuid, Orphan)>,
}

/// The stable keys of what gateways route of a revision.
pub(super) async fn keys_of(
    conn: &mut PgConnection,
    revision: Uuid,
) -> Result<Vec<String>, Refusal> {
    let keys = sqlx::query_scalar!(
        "select operation_key from operation where revision_id = $1 and routed",
        revision
    );
    Ok(keys.fetch_all(conn).await?)
}

/// What a version orphans that has these operations and had those of the revision `before`.
pub(super) async fn find(
    conn: &mut PgConnection,
    version: Uuid,
    before: Uuid,
    after: &[String],
) -> Result<Orphans, Refusal> {
    let choices = sqlx::query!(
        r#"select i.product_id, p.slug, chosen as "operation!"
           from product_item i join product p on p.id = i.product_id
           cross join unnest(i.operation_filter) chosen
           where i.api_version_id = $1 and p.state <> 'retired'
             and exists (select from operation o where o.revision_id = $2 and o.routed and o.operation_key = chosen)
             and not chosen = any($3)
           order by p.slug, chosen
           for no key update of i"#,
        version,
        before,
        after,
    )
    .fetch_all(&mut *conn)
    .await?;
    // In force and to come; an operation that another version of the product has is not gone.
    let limits = sqlx::query!(
        r#"select distinct pl.id as plan_id, pl.slug as plan, p.slug as product, l.operation_key as "operation!"
           from product_item i
           join product p on p.id = i.product_id and p.state <> 'retired'
           join plan pl on pl.product_id = p.id and pl.state <> 'closed'
           join plan_revision c on c.id = pl.current_revision_id
           join plan_revision r on r.plan_id = pl.id and (r.id = c.id or r.number > greatest(c.number, pl.settled_number))
           join plan_limit l on l.plan_revision_id = r.id
           where i.api_version_id = $1 and l.operation_key is not null
             and exists (select from operation o where o.revision_id = $2 and o.routed and o.operation_key = l.operation_key)
             and not exists (select from product_item j join api_version v on v.id = j.api_version_id
                             where j.product_id = p.id and v.state <> 'retired'
                               and (j.operation_filter is null or l.operation_key = any(j.operation_filter))
                               and case when v.id = $1 then l.operation_key = any($3)
                                   else exists (select from operation o where o.revision_id = v.current_revision_id
                                                and o.routed and o.operation_key = l.operation_key) end)
           order by pl.id, 4"#,
        version,
        before,
        after,
    )
    .fetch_all(&mut *conn)
    .await?;
    let limits = limits.into_iter().map(|row| {
        let orphan = Orphan {
            operation: row.operation,
            product: row.product,
            plan: Some(row.plan),
            policy: None,
        };
        (row.plan_id, orphan)
    });
    let choices = choices.into_iter().map(|row| {
        let orphan = Orphan {
            operation: row.operation,
            product: row.slug,
            plan: None,
            policy: None,
        };
        (row.product_id, orphan)
    });
    Ok(Orphans {
        limits: limits.collect(),
        choices: choices.collect(),
        policies: policies_of(conn, version, after).await?,
    })
}

/// The policies of operations that a version does not have.
async fn policies_of(
    conn: &mut PgConnection,
    version: Uuid,
    after: &[String],
) -> Result<Vec<(Uuid, Orphan)>, Refusal> {
    let rows = sqlx::query!(
        r#"select y.id, y.slug, y.operation_key as "operation!", a.slug as api
           from policy y join api a on a.id = y.api_id
           where y.api_version_id = $1 and y.operation_key is not null and not y.operation_key = any($2)
           order by y.operation_key, y.slug"#,
        version,
        after,
    )
    .fetch_all(conn)
    .await?;
    let orphans = rows.into_iter().map(|row| {
        let orphan = Orphan {
            operation: row.operation,
            product: row.api,
            plan: None,
            policy: Some(row.slug),
        };
        (row.id, orphan)
    });
    Ok(orphans.collect())
}

/// What takes the operations away, and could drop what hangs on them as well.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Orphaning {
    /// A description that is published.
    Publishing,
    /// A release that the tenant goes back to.
    GoingBack,
}

impl Orphans {
    pub(super) fn is_empty(&self) -> bool {
        self.limits.is_empty() && self.choices.is_empty() && self.policies.is_empty()
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Orphan> {
        let all = self.choices.iter().chain(&self.limits);
        let all = all.chain(&self.policies);
        all.map(|(_, orphan)| orphan)
    }

    /// Refuses them, each by name.
    pub(crate) fn require_none(&self, by: Orphaning) -> Result<(), Refusal> {
        let faults = self.all().map(|orphan| {
            let what = &orphan.words();
            let words = match by {
                Orphaning::Publishing => t!("refused-apis-orphaned", what = what),
                Orphaning::GoingBack => t!("refused-apis-orphaned-by-release", what = what),
            };
            FieldFault::new("?drop_orphans", "orphaned", words)
        });
        let faults: Vec<_> = faults.collect();
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Invalid(faults))
        }
    }

    /// Takes them away: products open what is left of their choice, plans get a new revision without those limits, and policies
    /// go.
    pub(crate) async fn drop_all(
        self,
        work: &mut Work<'_>,
        version: Uuid,
    ) -> Result<Vec<Orphan>, Refusal> {
        for (product, orphan) in &self.choices {
            let left = sqlx::query!(
                "update product_item set operation_filter = array_remove(operation_filter, $3)
                 where product_id = $1 and api_version_id = $2 and cardinality(array_remove(operation_filter, $3)) > 0",
                product,
                version,
                orphan.operation,
            )
            .execute(work.conn())
            .await?;
            if left.rows_affected() == 0 {
                return Err(Refusal::Conflict(format!(
                    "The product {} opens nothing else of this version: choose other operations for it, or take the version out of it.",
                    orphan.product
                )));
            }
            sqlx::query!(
                "update product set row_version = row_version + 1 where id = $1",
                product
            )
            .execute(work.conn())
            .await?;
        }
        let gone: Vec<Uuid> = self.policies.iter().map(|(policy, _)| *policy).collect();
        policies::drop_policies(work, &gone).await?;
        versions::touch_routes(work, version).await?;
        for of_plan in self.limits.chunk_by(|one, next| one.0 == next.0) {
            let Some((plan, _)) = of_plan.first() else {
                continue;
            };
            let gone: Vec<&str> = of_plan
                .iter()
                .map(|(_, orphan)| orphan.operation.as_str())
                .collect();
            plans::drop_operations(work, PlanId::from_uuid(*plan), &gone).await?;
        }
        Ok(self.all().cloned().collect())
    }
}

/// Versions that a larger unit of work gives other descriptions, and maybe other things that hang on them: what is left
/// behind is judged when all of it is done.
pub(crate) struct Hanging {
    before: Vec<Held>,
}

/// A version with the revision it has.
struct Held {
    key: Key,
    version: Uuid,
    revision: Uuid,
}

/// A version that was given another description, with what hangs on operations that this does not have.
pub(crate) struct LeftBehind {
    pub(crate) key: Key,
    pub(crate) version: Uuid,
    pub(crate) orphans: Orphans,
}

impl Hanging {
    /// Remembers what the versions among these have now. What was withdrawn is a draft with a description, has its policies, and
    /// may come back with another one.
    pub(crate) async fn on<'a>(
        conn: &mut PgConnection,
        keys: impl Iterator<Item = &'a Key>,
    ) -> Result<Self, Refusal> {
        let versions = keys.filter(|key| key.kind == ResourceKind::Version);
        let named = versions.filter_map(|key| Some((key.of.clone()?, key.name.clone())));
        let (apis, labels): (Vec<String>, Vec<String>) = named.unzip();
        Ok(Self {
            before: held(conn, &apis, &labels).await?,
        })
    }

    /// What hangs on operations that are gone since, version by version.
    pub(crate) async fn left_behind(
        self,
        conn: &mut PgConnection,
    ) -> Result<Vec<LeftBehind>, Refusal> {
        let named = self.before.iter().map(|held| &held.key);
        let after = Self::on(conn, named).await?.before;
        let mut left = Vec::new();
        for Held {
            key,
            version,
            revision: before,
        } in self.before
        {
            let after = after.iter().find(|held| held.version == version);
            if let Some(after) = after.filter(|after| after.revision != before) {
                let keys = keys_of(conn, after.revision).await?;
                let orphans = find(conn, version, before, &keys).await?;
                left.push(LeftBehind {
                    key,
                    version,
                    orphans,
                });
            }
        }
        left.retain(|one| !one.orphans.is_empty());
        Ok(left)
    }
}

async fn held(
    conn: &mut PgConnection,
    apis: &[String],
    labels: &[String],
) -> Result<Vec<Held>, Refusal> {
    let rows = sqlx::query!(
        r#"select v.id, a.slug as api, v.label, v.current_revision_id as "revision!"
           from unnest($1::text[], $2::text[]) as n (api, label)
           join api a on a.slug = n.api
           join api_version v on v.api_id = a.id and v.label = n.label
           where v.current_revision_id is not null and v.state <> 'retired'
           order by v.id"#,
        apis,
        labels,
    )
    .fetch_all(conn)
    .await?;
    let held = rows.into_iter().map(|row| Held {
        key: Key::new(ResourceKind::Version, Some(&row.api), &row.label),
        version: row.id,
        revision: row.revision,
    });
    Ok(held.collect())
}

/// What was dropped, for the record, which many read: in English, whoever dropped it.
pub(crate) fn recorded(dropped: &[Orphan]) -> Vec<Value> {
    let words = || dropped.iter().map(|orphan| json!(orphan.words())).collect();
    speaking_now(Language::English, words)
}
