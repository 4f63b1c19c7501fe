//! Recording a release at the commit of whatever changed configuration, and noticing edits by hand of what files own.

use std::collections::{BTreeMap, BTreeSet};

use gatehouse_domain::id::{
    ApiId, ApiVersionId, ChangeId, ChangesetId, EnvironmentId, PlanId, PolicyId, ProductId, TeamId,
    TenantId, TermsId, UpstreamId,
};
use gatehouse_language::t;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::actor::{Actor, ActorKind};
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::drift;
use crate::refusal::Refusal;
use crate::resources::ResourceKind;
use crate::resources::render::{State, Wanted, render};
use crate::work::GroupSeq;

/// What a release comes from, when not from an edit by hand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    pub(crate) changeset: Option<ChangesetId>,
    pub(crate) rolled_back_to: Option<i64>,
    /// The newest release it was worked out from, where that was said.
    pub(crate) newest: Option<i64>,
    pub(crate) source: Option<Value>,
}

/// Things that a unit of work may have changed.
#[derive(Debug)]
pub(crate) struct Affected {
    wanted: Wanted,
    subjects: BTreeSet<String>,
    products: Vec<Uuid>,
    versions: Vec<Uuid>,
    routes: Vec<Uuid>,
    /// Slugs of the tenant's own roles.
    roles: Vec<String>,
    /// Where a published description came from.
    source: Option<Value>,
}

impl Affected {
    /// `None` when nothing that is configuration can have changed.
    pub(crate) fn of(audit: &[AuditEntry], touched: &[Touched]) -> Option<Self> {
        let mut affected = Self {
            wanted: Wanted::default(),
            subjects: BTreeSet::new(),
            products: Vec::new(),
            versions: Vec::new(),
            routes: Vec::new(),
            roles: Vec::new(),
            source: None,
        };
        for entry in audit {
            affected.entry(entry);
            let source = entry.after.as_ref().and_then(|after| after.get("source"));
            if let Some(source) = source.filter(|source| source.is_object()) {
                affected.source.get_or_insert_with(|| source.clone());
            }
        }
        for thing in touched {
            match thing {
                Touched::Environment(id) => affected.subject(&id.to_string()),
                Touched::Upstream(id) => affected.subject(&id.to_string()),
                Touched::Plan(id) => affected.subject(&id.to_string()),
                Touched::Route(id) => affected.routes.push(id.uuid()),
                _ => {}
            }
        }
        let any = !affected.subjects.is_empty()
            || !affected.wanted.is_empty()
            || !affected.products.is_empty()
            || !affected.routes.is_empty();
        any.then_some(affected)
    }

    /// Roles and rules are recorded by name, everything else by a prefixed id.
    fn entry(&mut self, entry: &AuditEntry) {
        match entry.action.split_once('.') {
            Some(("role", _)) => {
                self.roles.push(entry.subject.clone());
                self.subjects.insert(entry.subject.clone());
            }
            Some(("lint_rule", _)) => self.wanted.add(ResourceKind::LintRules, Uuid::nil()),
            _ => self.subject(&entry.subject),
        }
    }

    fn subject(&mut self, subject: &str) {
        let known = [
            (
                ResourceKind::Team,
                subject.parse::<TeamId>().ok().map(TeamId::uuid),
            ),
            (
                ResourceKind::Environment,
                subject
                    .parse::<EnvironmentId>()
                    .ok()
                    .map(EnvironmentId::uuid),
            ),
            (
                ResourceKind::Api,
                subject.parse::<ApiId>().ok().map(ApiId::uuid),
            ),
            (
                ResourceKind::Upstream,
                subject.parse::<UpstreamId>().ok().map(UpstreamId::uuid),
            ),
            (
                ResourceKind::Plan,
                subject.parse::<PlanId>().ok().map(PlanId::uuid),
            ),
            (
                ResourceKind::Policy,
                subject.parse::<PolicyId>().ok().map(PolicyId::uuid),
            ),
            (
                ResourceKind::Version,
                subject.parse::<ApiVersionId>().ok().map(ApiVersionId::uuid),
            ),
            (
                ResourceKind::Terms,
                subject.parse::<TermsId>().ok().map(TermsId::uuid),
            ),
        ];
        for (kind, id) in known {
            if let Some(id) = id {
                self.wanted.add(kind, id);
                self.subjects.insert(subject.to_owned());
                if kind == ResourceKind::Version {
                    self.versions.push(id);
                }
            }
        }
        if let Ok(product) = subject.parse::<ProductId>() {
            self.products.push(product.uuid());
        }
    }

    /// Routes belong to versions, versions are opened by products, and products stand for APIs or for themselves.
    async fn resolve(&mut self, conn: &mut PgConnection) -> Result<(), Refusal> {
        if !self.roles.is_empty() {
            let ids = sqlx::query_scalar!("select id from role where slug = any($1)", &self.roles);
            for id in ids.fetch_all(&mut *conn).await? {
                self.wanted.add(ResourceKind::Role, id);
            }
        }
        if !self.routes.is_empty() {
            let versions = sqlx::query_scalar!(
                "select distinct api_version_id from route where id = any($1)",
                &self.routes,
            )
            .fetch_all(&mut *conn)
            .await?;
            for version in versions {
                self.subject(&ApiVersionId::from_uuid(version).to_string());
            }
        }
        if self.products.is_empty() && self.versions.is_empty() {
            return Ok(());
        }
        // Those of a draft are in no release: they appear with it.
        let policies = sqlx::query_scalar!(
            "select id from policy where api_version_id = any($1)",
            &self.versions,
        )
        .fetch_all(&mut *conn)
        .await?;
        for policy in policies {
            self.subject(&PolicyId::from_uuid(policy).to_string());
        }
        let products = sqlx::query!(
            r#"select p.id, p.api_id, array(select n.id from plan n where n.product_id = p.id) as "plans!" from product p
             where p.id = any($1)
                or p.api_id is null and p.id in (select i.product_id from product_item i where i.api_version_id = any($2))"#,
            &self.products,
            &self.versions,
        )
        .fetch_all(conn)
        .await?;
        for row in products {
            match row.api_id {
                Some(api) => self.subject(&ApiId::from_uuid(api).to_string()),
                None => {
                    self.wanted.add(ResourceKind::Product, row.id);
                    self.subjects
                        .insert(ProductId::from_uuid(row.id).to_string());
                    for plan in row.plans {
                        self.subject(&PlanId::from_uuid(plan).to_string());
                    }
                }
            }
        }
        Ok(())
    }
}

/// A release to be made.
pub(crate) struct Making<'a> {
    pub(crate) actor: &'a Actor,
    pub(crate) now: OffsetDateTime,
    /// What was done, as the audit log calls it.
    pub(crate) kind: &'static str,
    pub(crate) subject: &'a str,
    pub(crate) change: Option<ChangeId>,
    pub(crate) origin: Option<Origin>,
}

/// One thing that differs from the release before.
pub(crate) struct Difference {
    pub(crate) key: String,
    pub(crate) subject: String,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
}

/// Makes a release when anything differs from the one before. Answers its number, and what of it strayed from what files
/// own. The tenant's first release holds everything there is.
pub(crate) async fn record(
    conn: &mut PgConnection,
    making: Making<'_>,
    mut affected: Affected,
) -> Result<(Option<i64>, Option<Value>), Refusal> {
    let newest = sqlx::query_scalar!(r#"select max(number) as "number" from release"#)
        .fetch_one(&mut *conn)
        .await?;
    let worked_out_from = making.origin.as_ref().and_then(|origin| origin.newest);
    require_newest(worked_out_from, newest.unwrap_or(0))?;
    affected.resolve(conn).await?;
    let wanted = match newest {
        Some(_) => affected.wanted,
        None => Wanted::all(),
    };
    // Of a role that was deleted only its name is left.
    if wanted.is_empty() && affected.subjects.is_empty() {
        return Ok((None, None));
    }
    let states = render(conn, &wanted).await?;
    let states: BTreeMap<String, State> = states
        .into_iter()
        .map(|(key, state)| (key.to_string(), state))
        .collect();
    let differences = differences(conn, states, &affected.subjects).await?;
    if differences.is_empty() {
        return Ok((None, None));
    }
    let by_hand = making.origin.is_none() && *making.actor.kind() != ActorKind::System;
    let drifted = match by_hand {
        true => drift::judge(conn, making.actor.tenant(), &differences).await?,
        false => None,
    };
    let number = newest.unwrap_or(0) + 1;
    let source = affected.source.unwrap_or_else(|| json!({}));
    store(conn, &making, number, source, &differences).await?;
    Ok((Some(number), drifted))
}

/// Refuses what was worked out from another release than the newest. Releases of a tenant are made one after another, so
/// what holds when one is numbered holds.
pub(super) fn require_newest(expected: Option<i64>, newest: i64) -> Result<(), Refusal> {
    match expected {
        Some(expected) if expected != newest => Err(Refusal::Conflict(t!(
            "refused-apis-something-else-was-released-meanwhile-the",
            newest = newest.to_string(),
            expected = expected.to_string()
        ))),
        _ => Ok(()),
    }
}

async fn differences(
    conn: &mut PgConnection,
    mut states: BTreeMap<String, State>,
    subjects: &BTreeSet<String>,
) -> Result<Vec<Difference>, Refusal> {
    let keys: Vec<String> = states.keys().cloned().collect();
    let subjects: Vec<String> = subjects.iter().cloned().collect();
    let held = sqlx::query!(
        "select distinct on (key) key, subject, after from release_change
         where key = any($1) or key in (select s.key from release_change s where s.subject = any($2))
         order by key, number desc",
        &keys,
        &subjects,
    )
    .fetch_all(conn)
    .await?;
    let mut differences = Vec::new();
    for row in held {
        let state = states.remove(&row.key);
        let after = state.as_ref().map(State::body);
        if after != row.after {
            differences.push(Difference {
                subject: state.map_or(row.subject, |state| state.subject),
                key: row.key,
                before: row.after,
                after,
            });
        }
    }
    for (key, state) in states {
        differences.push(Difference {
            key,
            after: Some(state.body()),
            subject: state.subject,
            before: None,
        });
    }
    Ok(differences)
}

async fn store(
    conn: &mut PgConnection,
    making: &Making<'_>,
    number: i64,
    found_source: Value,
    differences: &[Difference],
) -> Result<(), Refusal> {
    let (actor_type, actor_id) = match making.actor.kind() {
        ActorKind::User { id, .. } => ("user", Some(id.uuid())),
        ActorKind::Token { id, .. } => ("token", Some(id.uuid())),
        ActorKind::System => ("system", None),
    };
    let tenant = making.actor.tenant().uuid();
    let origin = making.origin.clone().unwrap_or_default();
    let changeset = origin.changeset.map(ChangesetId::uuid);
    sqlx::query!(
        "insert into release (tenant_id, number, kind, subject, actor_type, actor_id, actor_name, source, changeset_id, rolled_back_to,
                              change_id, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        tenant,
        number,
        making.kind,
        making.subject,
        actor_type,
        actor_id,
        making.actor.name(),
        origin.source.unwrap_or(found_source),
        changeset,
        origin.rolled_back_to,
        making.change.map(ChangeId::uuid),
        making.now,
    )
    .execute(&mut *conn)
    .await?;
    for difference in differences {
        sqlx::query!(
            "insert into release_change (tenant_id, number, key, subject, before, after) values ($1, $2, $3, $4, $5, $6)",
            tenant,
            number,
            difference.key,
            difference.subject,
            difference.before,
            difference.after,
        )
        .execute(&mut *conn)
        .await?;
    }
    if let Some(changeset) = changeset {
        sqlx::query!(
            "update changeset set release_number = $2 where id = $1",
            changeset,
            number
        )
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// Keeps the numbers that a release got in the groups of gateways, for longer than the changes themselves are kept.
pub(crate) async fn note_groups(
    conn: &mut PgConnection,
    tenant: TenantId,
    number: i64,
    config: &[GroupSeq],
) -> Result<(), Refusal> {
    for group in config {
        sqlx::query!(
            "insert into release_group (tenant_id, number, group_id, seq) values ($1, $2, $3, $4)",
            tenant.uuid(),
            number,
            group.group.uuid(),
            i64::try_from(group.seq).unwrap_or(i64::MAX),
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// Which release last changed each of these things, and who made it: for words about what moved.
pub(crate) async fn latest(
    conn: &mut PgConnection,
    keys: &[String],
) -> Result<BTreeMap<String, String>, Refusal> {
    let rows = sqlx::query!(
        "select distinct on (c.key) c.key, r.number, r.actor_name
         from release_change c join release r on r.tenant_id = c.tenant_id and r.number = c.number
         where c.key = any($1)
         order by c.key, c.number desc",
        keys,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let words = format!("release {} by {}", row.number, row.actor_name);
            (row.key, words)
        })
        .collect())
}
