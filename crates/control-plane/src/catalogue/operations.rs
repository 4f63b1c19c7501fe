//! Operations: the rail of a reference, the page of one operation, and the description as it came.

use std::collections::HashMap;

use bytes::Bytes;
use gatehouse_domain::ApiVersionState;
use serde::Serialize;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::db::Db;
use crate::environments::{self, EnvironmentView};
use crate::refs::{ApiRef, EnvRef};
use crate::refusal::Refusal;
use crate::visibility::{Eyes, Viewer};
use crate::words::known;

/// One operation in a list.
#[derive(Debug, Clone, Serialize)]
pub struct OperationRow {
    /// In URLs, unique in the version.
    pub slug: String,
    /// In capitals.
    pub method: String,
    /// Below the version's address; a webhook's name.
    pub path_template: String,
    /// In one sentence; may be empty.
    pub summary: String,
    /// As its author grouped it.
    pub tags: Vec<String>,
    /// Not to be used any more.
    pub deprecated: bool,
    /// As its author named it.
    pub operation_id: Option<String>,
    /// The API calls it at its consumers.
    pub webhook: bool,
}

/// Operations with the same first tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationGroup {
    /// The tag; none for operations without one.
    pub tag: Option<String>,
    /// How many they are.
    pub count: i64,
}

/// The page of one operation.
#[derive(Debug, Clone, Serialize)]
pub struct OperationDetail {
    /// What the list shows.
    #[serde(flatten)]
    pub row: OperationRow,
    /// Of which API.
    pub api: ApiRef,
    /// In which version.
    pub version: String,
    /// Where that version stands in its life.
    pub version_state: ApiVersionState,
    /// All that its page needs, as `gatehouse_spec` wrote it.
    pub fragment: serde_json::Value,
    /// Where it answers, sandbox first; none for a webhook.
    pub addresses: Vec<OperationAddress>,
}

/// An operation, and what stands around it in a reference.
#[derive(Debug, Clone)]
pub struct Reference {
    /// The operation itself.
    pub operation: OperationDetail,
    /// All groups of the version, in the order of their first operation.
    pub groups: Vec<OperationGroup>,
    /// The operations of its group, in the order of the description.
    pub beside: Vec<OperationRow>,
    /// Where APIs answer, sandbox first.
    pub environments: Vec<EnvironmentView>,
    /// The slugs of the pages of the schemas that its fragment names, by name; none for revisions stored before they had pages.
    pub schemas: HashMap<String, String>,
}

/// Where an operation answers in one environment.
#[derive(Debug, Clone, Serialize)]
pub struct OperationAddress {
    /// Which environment.
    pub environment: EnvRef,
    /// The address of the environment, when it has one of its own; the base path is not part of it.
    pub public_url: Option<String>,
    /// Base path, version and operation, from the root of the gateway.
    pub path: String,
    /// Version and operation, to be put after `public_url`.
    pub path_in_environment: String,
}

/// A version whose pages a viewer may read.
pub(super) struct Readable {
    pub(super) api: ApiRef,
    pub(super) label: String,
    state: ApiVersionState,
    pub(super) revision: Uuid,
}

pub(super) async fn readable(
    conn: &mut PgConnection,
    eyes: Eyes,
    api_slug: &str,
    label: &str,
) -> Result<Readable, Refusal> {
    // Materialized, so that one version alone is asked about. A table without statistics was planned the other way round: every page
    // asked about each version of the tenant.
    let row = sqlx::query!(
        r#"with named as materialized (
               select a.id, a.slug, a.name, v.id as version_id, v.label, v.state, v.current_revision_id as "revision"
               from api a join api_version v on v.api_id = a.id
               where a.slug = $1 and v.label = $2 and v.current_revision_id is not null)
           select id, slug, name, label, state, revision as "revision!"
           from named where visible_version(version_id, $3, $4)"#,
        api_slug,
        label,
        eyes.person,
        eyes.member,
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Refusal::NotFound)?;
    Ok(Readable {
        api: ApiRef {
            id: row.id.into(),
            slug: row.slug,
            name: row.name,
        },
        label: row.label,
        state: known(ApiVersionState::parse(&row.state), &row.state)?,
        revision: row.revision,
    })
}

/// Lists the operations of a version in the order of its description.
pub async fn find_operations(
    db: &Db,
    viewer: &Viewer<'_>,
    api_slug: &str,
    label: &str,
) -> Result<Vec<OperationRow>, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let version = readable(&mut tx, eyes, api_slug, label).await?;
    let rows = sqlx::query_as!(
        OperationRow,
        "select slug, method, path_template, summary, tags, deprecated, operation_id, webhook
         from operation where revision_id = $1 order by position",
        version.revision,
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows)
}

/// Reads the page of one operation.
pub async fn get_operation(
    db: &Db,
    viewer: &Viewer<'_>,
    api_slug: &str,
    label: &str,
    operation_slug: &str,
) -> Result<OperationDetail, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let version = readable(&mut tx, eyes, api_slug, label).await?;
    let environments = environments::all(&mut tx).await?;
    detail(&mut tx, version, operation_slug, &environments).await
}

/// Reads the page of one operation with its groups, and its neighbours in its own.
pub async fn get_reference(
    db: &Db,
    viewer: &Viewer<'_>,
    api_slug: &str,
    label: &str,
    operation_slug: &str,
) -> Result<Reference, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let version = readable(&mut tx, eyes, api_slug, label).await?;
    let revision = version.revision;
    let environments = environments::all(&mut tx).await?;
    let operation = detail(&mut tx, version, operation_slug, &environments).await?;
    let groups = sqlx::query_as!(
        OperationGroup,
        r#"select tags[1] as tag, count(*) as "count!"
           from operation where revision_id = $1 group by tags[1] order by min(position)"#,
        revision,
    )
    .fetch_all(&mut *tx)
    .await?;
    let beside = beside(&mut tx, revision, &operation.row).await?;
    let schemas = super::parts::pages_of(&mut tx, revision, &operation.fragment).await?;
    Ok(Reference {
        operation,
        groups,
        beside,
        environments,
        schemas,
    })
}

/// The operations round one, of its group: at most 100 before it, and 200 in all. A group may be the whole description.
async fn beside(
    conn: &mut PgConnection,
    revision: Uuid,
    current: &OperationRow,
) -> Result<Vec<OperationRow>, Refusal> {
    let rows = sqlx::query_as!(
        OperationRow,
        "with own as (select * from operation where revision_id = $1 and tags[1] is not distinct from $2),
              here as (select position from own where slug = $3),
              before as (select own.position from own, here where own.position < here.position
                         order by own.position desc limit 100)
         select slug, method, path_template, summary, tags, deprecated, operation_id, webhook
         from own
         where position >= coalesce((select min(position) from before), (select position from here))
         order by position limit 200",
        revision,
        current.tags.first(),
        current.slug,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

async fn detail(
    conn: &mut PgConnection,
    version: Readable,
    operation_slug: &str,
    environments: &[EnvironmentView],
) -> Result<OperationDetail, Refusal> {
    let row = sqlx::query!(
        "select slug, method, path_template, summary, tags, deprecated, operation_id, webhook, fragment
         from operation where revision_id = $1 and slug = $2",
        version.revision,
        operation_slug,
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Refusal::NotFound)?;
    let addresses = environments
        .iter()
        .filter(|_| !row.webhook)
        .map(|environment| address(environment, &version, &row.path_template));
    Ok(OperationDetail {
        addresses: addresses.collect(),
        row: OperationRow {
            slug: row.slug,
            method: row.method,
            path_template: row.path_template,
            summary: row.summary,
            tags: row.tags,
            deprecated: row.deprecated,
            operation_id: row.operation_id,
            webhook: row.webhook,
        },
        api: version.api,
        version: version.label,
        version_state: version.state,
        fragment: row.fragment,
    })
}

fn address(
    environment: &EnvironmentView,
    version: &Readable,
    path_template: &str,
) -> OperationAddress {
    let below = format!("/{}/{}{path_template}", version.api.slug, version.label);
    OperationAddress {
        path: format!("{}{below}", environment.base_path),
        path_in_environment: below,
        public_url: environment.public_url.clone(),
        environment: EnvRef {
            id: environment.id,
            slug: environment.slug.clone(),
            kind: environment.kind,
        },
    }
}

/// Reads what a version's description says of the whole API, Markdown as written.
pub async fn get_description(
    db: &Db,
    viewer: &Viewer<'_>,
    api_slug: &str,
    label: &str,
) -> Result<String, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let version = readable(&mut tx, eyes, api_slug, label).await?;
    let description = sqlx::query_scalar!(
        "select description from spec_revision where id = $1",
        version.revision
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(description)
}

/// Reads a version's description as it came: its format, and the bytes.
pub async fn download_spec(
    db: &Db,
    viewer: &Viewer<'_>,
    api_slug: &str,
    label: &str,
) -> Result<(String, Bytes), Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let version = readable(&mut tx, eyes, api_slug, label).await?;
    let row = sqlx::query!(
        "select format, content from spec_revision where id = $1",
        version.revision
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok((row.format, row.content.into()))
}
