//! Publishing a description: read off the async threads, stored in one transaction, served when gateways have it.
//!
//! The same bytes again change nothing. A description that cannot be served is refused as a whole, with every fault and
//! its place, and nothing of it is stored. Where traffic goes is proposed by the first description only.
//!
//! What breaks callers of the description in force passes the gate (`gate.rs`) only when it was accepted: by its author in
//! the description itself, or by an approver (`accept.rs`) who sees it as a rejected revision.

mod accept;
mod callers;
mod compare;
mod gate;
mod ground;
mod place;
mod read;
mod restore;
mod revisions;
mod source;
mod store;

use bytes::Bytes;
use gatehouse_domain::id::{ApiId, SpecRevisionId};
use gatehouse_domain::{ApiVersionState, Permission};
use gatehouse_snapshot::node_auth::hex;
use gatehouse_spec::SpecErrors;
use gatehouse_spec::gate::{Decision, Report};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::actor::Actor;
use crate::apis::{self, CreateApi};
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::environments;
use crate::lint_rules;
use crate::page::Lookup;
use crate::refs::{ApiRef, EnvRef};
use crate::refusal::Refusal;
use crate::versions::{self, RevisionView};
use crate::work::{Changed, Work};

pub use accept::accept_revision;
pub use compare::{CompareSpec, compare_spec};
pub use revisions::{RevisionDetails, RevisionSummary, get_revision, list_revisions};
pub use source::Source;

use gate::Standing;
use ground::{Ground, Measure};
pub(crate) use restore::restore_revision;

use read::Reading;
use store::{Held, Slot, Stored};

/// A description to publish.
#[derive(Debug, Clone)]
pub struct PublishSpec {
    /// Of which API.
    pub api: Lookup<ApiId>,
    /// The label of the version; made when absent.
    pub version: String,
    /// JSON or YAML, as it came.
    pub content: Bytes,
    /// Where it came from.
    pub source: Source,
    /// Make the API too when there is none with that slug.
    pub create: bool,
    /// Say what would happen, and store nothing.
    pub dry_run: bool,
}

/// What publishing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The version's first description.
    Created,
    /// A new description of the version.
    Updated,
    /// The same bytes are in force already.
    Unchanged,
}

/// A published description.
#[derive(Debug, Clone, Serialize)]
pub struct Published {
    /// What publishing did.
    pub outcome: Outcome,
    /// The description in force.
    pub revision: RevisionView,
    /// Of which API.
    pub api: ApiRef,
    /// The version's label.
    pub version: String,
    /// How many operations it has, webhooks included.
    pub operations: i64,
    /// What is wrong with it but tolerated.
    pub warnings: Value,
    /// Where it answers, sandbox first.
    pub addresses: Vec<Address>,
    /// What it changes for callers. Nothing when the same bytes are in force already.
    pub report: Option<Report>,
}

/// Where a version answers in one environment.
#[derive(Debug, Clone, Serialize)]
pub struct Address {
    /// Which environment.
    pub environment: EnvRef,
    /// From the root of the gateway.
    pub path: String,
    /// The whole address, when the environment has one of its own.
    pub url: Option<String>,
    /// Whether calls are sent anywhere yet.
    pub has_upstream: bool,
}

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum PublishRefusal {
    /// For a reason that has nothing to do with the description.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The description has faults.
    #[error("{0}")]
    Spec(SpecErrors),
    /// It does not pass the gate.
    #[error("{}", .0.report.headline())]
    Gate(Box<Refused>),
}

/// A description that did not pass the gate.
#[derive(Debug, Clone)]
pub struct Refused {
    /// What stands in the way.
    pub report: Report,
    /// The number it can be accepted under; `None` when accepting would not help, or nothing is stored.
    pub revision: Option<i32>,
}

impl From<sqlx::Error> for PublishRefusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Refused(error.into())
    }
}

/// Publishes a description.
pub async fn publish_spec(
    db: &Db,
    actor: &Actor,
    input: PublishSpec,
) -> Result<Changed<Published>, PublishRefusal> {
    actor.require_anywhere(Permission::SpecPublish)?;
    versions::require_label(&input.version)?;
    input.source.check()?;
    let sha256: [u8; 32] = Sha256::digest(&input.content).into();
    let measure = match unchanged(db, actor, &input, &sha256).await? {
        Known::Same(published) => {
            return Ok(Changed {
                value: *published,
                change: None,
            });
        }
        Known::Other(measure) => measure,
    };
    let reading = read::read(input.content.clone(), measure.clone()).await?;
    store_reading(db, actor, &input, reading, measure.ground).await
}

/// What is known before a description is read.
enum Known {
    /// Its bytes are in force already.
    Same(Box<Published>),
    /// What it is measured by.
    Other(Measure),
}

/// Answers without reading the description when its bytes are in force already; refuses when there is no such API.
async fn unchanged(
    db: &Db,
    actor: &Actor,
    input: &PublishSpec,
    sha256: &[u8; 32],
) -> Result<Known, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let levels = lint_rules::levels(&mut tx).await?;
    let api = match apis::find(&mut tx, actor, &input.api, Permission::SpecPublish).await {
        Ok(api) => api,
        Err(Refusal::NotFound) if may_create(actor, input)? => {
            return Ok(Known::Other(Measure {
                ground: None,
                levels,
            }));
        }
        Err(refusal) => return Err(refusal),
    };
    let ground = ground::find(&mut tx, api.id, &input.version).await?;
    let own = ground.as_ref().filter(|ground| ground.is_own);
    if own.is_some_and(|ground| ground.base.sha256 == hex(sha256)) {
        let same = published(&mut tx, &api, &input.version, Outcome::Unchanged).await?;
        return Ok(Known::Same(Box::new(same)));
    }
    Ok(Known::Other(Measure { ground, levels }))
}

fn may_create(actor: &Actor, input: &PublishSpec) -> Result<bool, Refusal> {
    if !input.create || matches!(input.api, Lookup::Id(_)) {
        return Ok(false);
    }
    actor.require_anywhere(Permission::ApiWrite)?;
    Ok(true)
}

async fn store_reading(
    db: &Db,
    actor: &Actor,
    input: &PublishSpec,
    mut reading: Reading,
    ground: Option<Ground>,
) -> Result<Changed<Published>, PublishRefusal> {
    let mut work = Work::begin(db, actor).await?;
    let api = find_or_make(&mut work, actor, input, &reading).await?;
    let slot = Slot::open(&mut work, &api, &input.version).await?;
    if slot.holds(&reading.head.sha256) {
        let value = published(work.conn(), &api, &input.version, Outcome::Unchanged).await?;
        return Ok(work.roll_back(value).await?);
    }
    let proposal = place::Proposal::of(&mut work, actor, &api, &reading.head).await?;
    let warnings = reading.head.warnings(proposal.warning());
    let held = slot.held(&mut work, &reading.head.sha256).await?;
    let report = pass(
        &mut work,
        actor,
        (&api, &slot),
        input,
        &mut reading,
        (ground, held),
    )
    .await?;
    let is_stopped = report.decision == Decision::Refused;
    if is_stopped || report.lint.blocking > 0 {
        let refused = Refused {
            revision: None,
            report,
        };
        return if is_stopped && !input.dry_run {
            reject(
                work,
                actor,
                (&api, &slot),
                (input, &reading, &warnings),
                refused,
                held,
            )
            .await
        } else {
            Err(PublishRefusal::Gate(Box::new(refused)))
        };
    }
    slot.supersede(&mut work).await?;
    let revision = match held.filter(|held| held.is_accepted) {
        Some(held) => {
            store::promote(&mut work, held, &report).await?;
            held.id
        }
        None => {
            let id: SpecRevisionId = work.new_id();
            let stored = Stored {
                id,
                state: "active",
                input,
                head: &reading.head,
                warnings: &warnings,
                report: &report,
            };
            store::insert_revision(&mut work, actor, &slot, stored).await?;
            id
        }
    };
    while let Some(batch) = reading.next_batch().await? {
        store::insert_operations(&mut work, revision, batch).await?;
    }
    slot.activate(&mut work, revision).await?;
    place::put(&mut work, &api, &slot, &proposal).await?;
    let outcome = match slot.active {
        None => Outcome::Created,
        Some(_) => Outcome::Updated,
    };
    let mut value = published(work.conn(), &api, &input.version, outcome).await?;
    value.report = Some(report);
    if input.dry_run {
        return Ok(work.roll_back(value).await?);
    }
    record(&mut work, &api, &slot, &value);
    Ok(work.commit(value).await?)
}

/// Holds the description against the one in force, which is locked now: another one may have come into force while it was
/// read.
async fn pass(
    work: &mut Work<'_>,
    actor: &Actor,
    (api, slot): (&apis::Row, &Slot),
    input: &PublishSpec,
    reading: &mut Reading,
    (ground, held): (Option<Ground>, Option<Held>),
) -> Result<Report, Refusal> {
    let mut findings = std::mem::take(&mut reading.findings);
    let mut ground = ground;
    let compared = ground.as_ref().filter(|ground| ground.is_own);
    let compared = compared.map(|ground| ground.revision);
    if slot.active.as_ref().map(|active| active.id) != compared {
        ground = ground::find(work.conn(), api.id, &slot.label).await?;
        findings.comparison = match &ground {
            Some(ground) => {
                Some(read::compare_again(ground.content.clone(), input.content.clone()).await?)
            }
            None => None,
        };
    }
    let standing = Standing {
        compat: slot.compat,
        is_accepted: held.is_some_and(|held| held.is_accepted),
    };
    let now = work.now();
    gate::report(
        work.conn(),
        (actor, api),
        ground.as_ref(),
        findings,
        standing,
        now,
    )
    .await
}

/// Keeps a description that did not pass, so that an approver sees it. The same one again is kept once.
async fn reject(
    mut work: Work<'_>,
    actor: &Actor,
    (api, slot): (&apis::Row, &Slot),
    (input, reading, warnings): (&PublishSpec, &Reading, &Value),
    mut refused: Refused,
    held: Option<Held>,
) -> Result<Changed<Published>, PublishRefusal> {
    if let Some(held) = held {
        refused.revision = Some(held.number);
        return Err(PublishRefusal::Gate(Box::new(refused)));
    }
    let id: SpecRevisionId = work.new_id();
    let stored = Stored {
        id,
        state: "rejected",
        input,
        head: &reading.head,
        warnings,
        report: &refused.report,
    };
    store::insert_revision(&mut work, actor, slot, stored).await?;
    store::forget_rejected(&mut work, slot).await?;
    let counts = &refused.report.counts;
    work.audit(AuditEntry {
        action: "spec.reject",
        subject: slot.version.to_string(),
        before: None,
        after: Some(json!({
            "api": api.slug,
            "version": slot.label,
            "revision": slot.number,
            "sha256": hex(&reading.head.sha256),
            "breaking": counts.breaking,
            "not_compared": counts.not_compared,
            "source": input.source,
        })),
        reason: None,
    });
    work.emit(
        "spec.rejected",
        slot.version,
        json!({
            "api": { "slug": api.slug, "name": api.name },
            "version": slot.label,
            "revision": slot.number,
            "breaking": counts.breaking,
            "not_compared": counts.not_compared,
            "applications": refused.report.impact.applications,
            "actor": actor.user(),
        }),
    );
    work.commit(()).await?;
    refused.revision = Some(slot.number);
    Err(PublishRefusal::Gate(Box::new(refused)))
}

async fn find_or_make(
    work: &mut Work<'_>,
    actor: &Actor,
    input: &PublishSpec,
    reading: &Reading,
) -> Result<apis::Row, Refusal> {
    match apis::lock(work.conn(), actor, &input.api, Permission::SpecPublish).await {
        Err(Refusal::NotFound) if may_create(actor, input)? => {
            let Lookup::Slug(slug) = &input.api else {
                return Err(Refusal::NotFound);
            };
            let title: String = reading.head.title.chars().take(120).collect();
            let api = CreateApi {
                slug: slug.clone(),
                name: if title.trim().is_empty() {
                    slug.clone()
                } else {
                    title
                },
                ..CreateApi::default()
            };
            apis::make(work, actor, &api).await
        }
        found => found,
    }
}

fn record(work: &mut Work<'_>, api: &apis::Row, slot: &Slot, published: &Published) {
    work.audit(AuditEntry {
        action: "spec.publish",
        subject: slot.version.to_string(),
        before: slot
            .active
            .as_ref()
            .map(|active| json!({ "revision": active.number, "sha256": hex(&active.sha256) })),
        after: Some(json!({
            "api": api.slug,
            "version": published.version,
            "revision": published.revision.number,
            "sha256": published.revision.sha256,
            "change_class": published.revision.change_class,
            "accepted": accepted(published.report.as_ref()),
            "operations": published.operations,
            "source": published.revision.source,
        })),
        reason: None,
    });
    work.emit(
        "api.published",
        slot.version,
        json!({
            "api": { "slug": api.slug, "name": api.name },
            "version": published.version,
            "revision": published.revision.number,
            "change_class": published.revision.change_class,
            "first": slot.state == ApiVersionState::Draft,
        }),
    );
    tell_callers(work, api, published);
}

/// What the author of the description accepted, and why.
fn accepted(report: Option<&Report>) -> Vec<Value> {
    let changes = report.into_iter().flat_map(|report| &report.changes);
    changes
        .filter_map(|judged| {
            let reason = judged.accepted.as_deref()?;
            Some(json!({ "rule": judged.change.rule, "reason": reason }))
        })
        .collect()
}

/// Applications told of one publish; the busiest come first.
const TOLD_MAX: usize = 1_000;

/// Tells the owners of every application that calls what was just broken.
fn tell_callers(work: &mut Work<'_>, api: &apis::Row, published: &Published) {
    let Some(report) = &published.report else {
        return;
    };
    let is_broken = matches!(report.decision, Decision::Accepted | Decision::NotEnforced);
    let mut hit: Vec<_> = report.impact.hit.iter().filter(|_| is_broken).collect();
    hit.sort_by_key(|(_, calls)| std::cmp::Reverse(*calls));
    for (application, calls) in hit.into_iter().take(TOLD_MAX) {
        work.emit(
            "api.breaking",
            application,
            json!({
                "api": { "slug": api.slug, "name": api.name },
                "version": published.version,
                "revision": published.revision.number,
                "application": application,
                "calls": calls,
                "days": report.impact.days,
                "breaking": report.counts.breaking,
            }),
        );
    }
}

async fn published(
    conn: &mut sqlx::PgConnection,
    api: &apis::Row,
    label: &str,
    outcome: Outcome,
) -> Result<Published, Refusal> {
    let version = versions::find(conn, api.id, label).await?;
    let revision = version.current_revision.ok_or(Refusal::NotFound)?;
    let attached = sqlx::query_scalar!(
        "select environment_id from route where api_version_id = $1 and upstream_id is not null",
        version.id.uuid(),
    )
    .fetch_all(&mut *conn)
    .await?;
    let addresses = environments::all(conn)
        .await?
        .into_iter()
        .map(|environment| {
            let below = format!("/{}/{label}", api.slug);
            Address {
                path: format!("{}{below}", environment.base_path),
                url: environment.public_url.map(|url| format!("{url}{below}")),
                has_upstream: attached.contains(&environment.id.uuid()),
                environment: EnvRef {
                    id: environment.id,
                    slug: environment.slug,
                    kind: environment.kind,
                },
            }
        })
        .collect();
    Ok(Published {
        outcome,
        api: ApiRef {
            id: api.id.into(),
            slug: api.slug.clone(),
            name: api.name.clone(),
        },
        version: version.label,
        operations: revision.operations,
        warnings: revision.warnings.clone(),
        revision,
        addresses,
        report: None,
    })
}
