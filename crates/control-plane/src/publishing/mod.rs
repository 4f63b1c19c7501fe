//! Publishing a description: read off the async threads, stored in one transaction, served when gateways have it.
//!
//! The same bytes again change nothing. A description that cannot be served is refused as a whole, with every fault and
//! its place, and nothing of it is stored. Where traffic goes is proposed by the first description only.

mod place;
mod read;
mod source;
mod store;

use bytes::Bytes;
use gatehouse_domain::id::{ApiId, SpecRevisionId};
use gatehouse_domain::{ApiVersionState, Permission};
use gatehouse_snapshot::node_auth::hex;
use gatehouse_spec::SpecErrors;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::actor::Actor;
use crate::apis::{self, CreateApi};
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::environments;
use crate::page::Lookup;
use crate::refs::{ApiRef, EnvRef};
use crate::refusal::Refusal;
use crate::versions::{self, RevisionView};
use crate::work::{Changed, Work};

pub use source::Source;

use read::Reading;
use store::Slot;

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
    if let Some(published) = unchanged(db, actor, &input, &sha256).await? {
        return Ok(Changed {
            value: published,
            change: None,
        });
    }
    let reading = read::read(input.content.clone()).await?;
    store_reading(db, actor, &input, reading).await
}

/// Answers without reading the description when its bytes are in force already; refuses when there is no such API.
async fn unchanged(
    db: &Db,
    actor: &Actor,
    input: &PublishSpec,
    sha256: &[u8; 32],
) -> Result<Option<Published>, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let api = match apis::find(&mut tx, actor, &input.api, Permission::SpecPublish).await {
        Ok(api) => api,
        Err(Refusal::NotFound) if may_create(actor, input)? => return Ok(None),
        Err(refusal) => return Err(refusal),
    };
    let version = match versions::find(&mut tx, api.id, &input.version).await {
        Ok(version) => version,
        Err(Refusal::NotFound) => return Ok(None),
        Err(refusal) => return Err(refusal),
    };
    match version.current_revision {
        Some(revision) if revision.sha256 == hex(sha256) => {
            published(&mut tx, &api, &input.version, Outcome::Unchanged)
                .await
                .map(Some)
        }
        _ => Ok(None),
    }
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
    let revision: SpecRevisionId = work.new_id();
    slot.supersede(&mut work).await?;
    store::insert_revision(
        &mut work,
        actor,
        &slot,
        revision,
        input,
        &reading.head,
        &warnings,
    )
    .await?;
    while let Some(batch) = reading.next_batch().await? {
        store::insert_operations(&mut work, revision, batch).await?;
    }
    slot.activate(&mut work, revision).await?;
    place::put(&mut work, &api, &slot, &proposal).await?;
    let outcome = if slot.number == 1 {
        Outcome::Created
    } else {
        Outcome::Updated
    };
    let value = published(work.conn(), &api, &input.version, outcome).await?;
    if input.dry_run {
        return Ok(work.roll_back(value).await?);
    }
    record(&mut work, &api, &slot, &value);
    Ok(work.commit(value).await?)
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
            .map(|active| json!({ "revision": slot.number - 1, "sha256": hex(active) })),
        after: Some(json!({
            "api": api.slug,
            "version": published.version,
            "revision": slot.number,
            "sha256": published.revision.sha256,
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
            "revision": slot.number,
            "first": slot.state == ApiVersionState::Draft,
        }),
    );
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
    })
}
