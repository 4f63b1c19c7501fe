//! What a description would change for callers, without publishing it.

use bytes::Bytes;
use gatehouse_domain::Permission;
use gatehouse_domain::api::Compat;
use gatehouse_domain::id::ApiId;
use gatehouse_spec::gate::Report;

use super::PublishRefusal;
use super::gate::{self, Standing};
use super::ground::{self, Measure};
use super::orphans::{self, Orphan, Orphans};
use super::read;
use crate::actor::Actor;
use crate::apis;
use crate::db::Db;
use crate::lint_rules;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::versions;

/// A description to compare.
#[derive(Debug, Clone)]
pub struct CompareSpec {
    /// With which API.
    pub api: Lookup<ApiId>,
    /// With which of its versions; when that has no description, with the newest that is served.
    pub version: String,
    /// JSON or YAML, as it came.
    pub content: Bytes,
}

/// What a description would change.
#[derive(Debug, Clone)]
pub struct Compared {
    /// What publishing would answer.
    pub report: Report,
    /// What hangs on operations that would be gone: publishing refuses it, or drops it when told to.
    pub orphans: Vec<Orphan>,
}

/// Compares a description with the one in force and changes nothing.
pub async fn compare_spec(
    db: &Db,
    actor: &Actor,
    input: CompareSpec,
) -> Result<Compared, PublishRefusal> {
    versions::require_label(&input.version)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let api = match apis::find(&mut tx, actor, &input.api, Permission::SpecPublish).await {
        Err(Refusal::Forbidden(_) | Refusal::NotFound) => {
            apis::find(&mut tx, actor, &input.api, Permission::ApiRead).await?
        }
        found => found?,
    };
    let ground = ground::find(&mut tx, api.id, &input.version).await?;
    let levels = lint_rules::levels(&mut tx).await?;
    let version = match versions::find(&mut tx, api.id, &input.version).await {
        Ok(version) => Some(version),
        Err(Refusal::NotFound) => None,
        Err(refusal) => return Err(refusal.into()),
    };
    // Not held while a large description is read.
    drop(tx);
    let measure = Measure {
        ground: ground.clone(),
        levels,
    };
    let mut reading = read::read(input.content, measure).await?;
    let mut keys = Vec::new();
    while let Some(batch) = reading.next_batch().await? {
        keys.extend(batch.routed_keys());
    }
    let standing = Standing {
        compat: version
            .as_ref()
            .map_or(Compat::Strict, |version| version.compat),
        is_accepted: false,
    };
    let now = db.clock().now();
    let mut tx = db.tenant(actor.tenant()).await?;
    let own = ground.as_ref().filter(|ground| ground.is_own);
    let orphans = match (&version, own) {
        (Some(version), Some(own)) => {
            orphans::find(&mut tx, version.id.uuid(), own.revision, &keys).await?
        }
        _ => Orphans::default(),
    };
    let report = gate::report(
        &mut tx,
        (actor, &api),
        ground.as_ref(),
        reading.findings,
        standing,
        now,
    );
    Ok(Compared {
        report: report.await?,
        orphans: orphans.all().cloned().collect(),
    })
}
