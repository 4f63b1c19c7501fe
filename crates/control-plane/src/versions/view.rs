//! Versions and descriptions as people see them.

use std::collections::HashMap;

use gatehouse_domain::ApiVersionState;
use gatehouse_domain::api::Compat;
use gatehouse_domain::id::{ApiId, ApiVersionId, SpecRevisionId};
use gatehouse_snapshot::node_auth::hex;
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::refusal::Refusal;
use crate::words::known;

/// A version of an API.
#[derive(Debug, Clone, Serialize)]
pub struct VersionView {
    /// Identity.
    pub id: ApiVersionId,
    /// Of which API.
    pub api_id: ApiId,
    /// In URLs.
    pub label: String,
    /// Where it stands in its life.
    pub state: ApiVersionState,
    /// The description in force.
    pub current_revision: Option<RevisionView>,
    /// Since when it should not be used for anything new.
    #[serde(with = "time::serde::rfc3339::option")]
    pub deprecated_at: Option<OffsetDateTime>,
    /// When it ends.
    #[serde(with = "time::serde::rfc3339::option")]
    pub sunset_at: Option<OffsetDateTime>,
    /// The label of the version to move to.
    pub successor: Option<String>,
    /// Slug of the guide that says how to move there.
    pub guide: Option<String>,
    /// What happens when a description breaks callers of the one in force.
    pub compat: Compat,
    /// For If-Match.
    pub row_version: i32,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

impl VersionView {
    /// Leaves out what only owners need: where a description came from, and its warnings.
    pub(crate) fn keep_public(&mut self) {
        if let Some(revision) = &mut self.current_revision {
            revision.source = serde_json::json!({});
            revision.warnings = serde_json::json!([]);
        }
    }
}

/// A stored description.
#[derive(Debug, Clone, Serialize)]
pub struct RevisionView {
    /// Identity.
    pub id: SpecRevisionId,
    /// Gap-free within the version, from 1.
    pub number: i32,
    /// `openapi_3_0`, `openapi_3_1` or `swagger_2_0`.
    pub format: String,
    /// The title in it.
    pub title: String,
    /// The version in it, which need not be the label.
    pub declared_version: String,
    /// Of the bytes as they came, hexadecimal.
    pub sha256: String,
    /// How many operations it has, webhooks included.
    pub operations: i64,
    /// What is wrong with it but tolerated: `[{code, message, pointer, location}]`.
    pub warnings: serde_json::Value,
    /// What it changed for callers: `initial`, `none`, `additive`, `warning`, `breaking` or `not_compared`; nothing where
    /// that was never found out.
    pub change_class: Option<String>,
    /// When it was published.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Where it came from: commit, run, author.
    pub source: serde_json::Value,
}

/// Reads the versions of several APIs, newest first.
pub(crate) async fn of_apis(
    conn: &mut PgConnection,
    apis: &[Uuid],
) -> Result<HashMap<Uuid, Vec<VersionView>>, Refusal> {
    let mut versions: HashMap<Uuid, Vec<VersionView>> = HashMap::new();
    for version in select(conn, apis, None).await? {
        versions
            .entry(version.api_id.uuid())
            .or_default()
            .push(version);
    }
    Ok(versions)
}

/// Reads one version of an API.
pub(crate) async fn find(
    conn: &mut PgConnection,
    api: Uuid,
    label: &str,
) -> Result<VersionView, Refusal> {
    select(conn, &[api], Some(label))
        .await?
        .pop()
        .ok_or(Refusal::NotFound)
}

async fn select(
    conn: &mut PgConnection,
    apis: &[Uuid],
    label: Option<&str>,
) -> Result<Vec<VersionView>, Refusal> {
    let rows = sqlx::query!(
        r#"select v.id, v.api_id, v.label, v.state, v.deprecated_at, v.sunset_at, v.row_version, v.created_at, v.compat,
                  n.label as "successor?", g.slug as "guide?", r.id as "revision_id?", r.number as "number?", r.format as "format?", r.title as "title?",
                  r.declared_version as "declared_version?", r.sha256 as "sha256?", r.warnings as "warnings?",
                  r.created_at as "published_at?", r.source as "source?", r.change_class as "change_class?",
                  (select count(*) from operation o where o.revision_id = r.id) as "operations!"
           from api_version v
           left join api_version n on n.id = v.successor_id
           left join guide g on g.id = v.guide_id
           left join spec_revision r on r.id = v.current_revision_id
           where v.api_id = any($1) and ($2::text is null or v.label = $2)
           order by v.id desc"#,
        apis,
        label,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let revision = row.revision_id.map(|id| RevisionView {
                id: id.into(),
                number: row.number.unwrap_or_default(),
                format: row.format.unwrap_or_default(),
                title: row.title.unwrap_or_default(),
                declared_version: row.declared_version.unwrap_or_default(),
                sha256: hex(&row.sha256.unwrap_or_default()),
                operations: row.operations,
                warnings: row.warnings.unwrap_or_default(),
                change_class: row.change_class,
                created_at: row.published_at.unwrap_or(row.created_at),
                source: row.source.unwrap_or_default(),
            });
            Ok(VersionView {
                id: row.id.into(),
                api_id: row.api_id.into(),
                label: row.label,
                state: known(ApiVersionState::parse(&row.state), &row.state)?,
                current_revision: revision,
                deprecated_at: row.deprecated_at,
                sunset_at: row.sunset_at,
                successor: row.successor,
                guide: row.guide,
                compat: known(Compat::parse(&row.compat), &row.compat)?,
                row_version: row.row_version,
                created_at: row.created_at,
            })
        })
        .collect()
}
