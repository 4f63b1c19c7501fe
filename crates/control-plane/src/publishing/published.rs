//! A published description: what publishing did, and where it answers.

use gatehouse_spec::gate::Report;
use serde::Serialize;
use serde_json::Value;

use super::orphans::Orphan;
use crate::apis;
use crate::environments;
use crate::refs::{ApiRef, EnvRef};
use crate::refusal::Refusal;
use crate::versions::{self, RevisionView};

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
    /// What hung on operations that are gone, and was taken away with them.
    pub dropped: Vec<Orphan>,
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

/// Reads what is in force.
pub(super) async fn published(
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
        dropped: Vec::new(),
    })
}
