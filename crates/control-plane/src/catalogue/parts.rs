//! Named schemas and callbacks of a reference: their lists, their pages, finding them by words.

use std::collections::HashMap;
use std::ops::Range;

use gatehouse_spec::SchemaUse;
use serde::Serialize;
use serde_json::Value;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::operations::readable;
use super::search::prefix_query;
use crate::db::Db;
use crate::refs::ApiRef;
use crate::refusal::Refusal;
use crate::visibility::Viewer;

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// A schema under `components.schemas`.
    Schema,
    /// A request that the API sends back.
    Callback,
}

impl PartKind {
    fn of(stored: &str) -> Self {
        match stored {
            "callback" => Self::Callback,
            _ => Self::Schema,
        }
    }
}

/// One schema or callback in a list.
#[derive(Debug, Clone, Serialize)]
pub struct PartRow {
    /// Which of the two.
    pub kind: PartKind,
    /// As its author named it.
    pub name: String,
    /// In URLs: of a schema unique in the version, of a callback in its operation.
    pub slug: String,
    /// In one line; may be empty.
    pub summary: String,
    /// A callback's operation; empty for a schema.
    pub operation_slug: String,
    /// A callback's, in capitals; empty for a schema.
    pub method: String,
    /// Where a callback is sent to, a runtime expression; empty for a schema.
    pub expression: String,
}

/// Lines of the list of a version's parts.
#[derive(Debug, Clone)]
pub struct Parts {
    /// Those that were asked for.
    pub rows: Vec<PartRow>,
    /// How many there are in all.
    pub total: usize,
}

/// A schema or callback that was found.
#[derive(Debug, Clone, Serialize)]
pub struct PartHit {
    /// Of which API.
    pub api: ApiRef,
    /// In which version.
    pub version: String,
    /// The part.
    #[serde(flatten)]
    pub row: PartRow,
}

/// The page of one schema.
#[derive(Debug, Clone)]
pub struct SchemaDetail {
    /// Of which API.
    pub api: ApiRef,
    /// In which version.
    pub version: String,
    /// As its author named it.
    pub name: String,
    /// In URLs.
    pub slug: String,
    /// All that its page needs, as `gatehouse_spec` wrote it.
    pub fragment: Value,
    /// What names it: operations in the order of the description, then schemas.
    pub uses: Vec<SchemaUse>,
    /// Uses that were not kept.
    pub uses_more: usize,
    /// The slugs of the pages of the schemas that its fragment names, by name.
    pub schemas: HashMap<String, String>,
}

/// Lists the callbacks of a version in the order of its description, then its schemas in theirs: those in the range, counted
/// from 0.
pub async fn find_parts(
    db: &Db,
    viewer: &Viewer<'_>,
    api_slug: &str,
    label: &str,
    range: Range<usize>,
) -> Result<Parts, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let version = readable(&mut tx, eyes, api_slug, label).await?;
    let total = sqlx::query_scalar!(
        r#"select count(*) as "total!" from reference_part where revision_id = $1"#,
        version.revision,
    )
    .fetch_one(&mut *tx)
    .await?;
    let rows = sqlx::query!(
        "select kind, name, slug, summary, operation_slug, method, expression
         from reference_part where revision_id = $1 order by kind, position offset $2 limit $3",
        version.revision,
        i64::try_from(range.start).unwrap_or(i64::MAX),
        i64::try_from(range.len()).unwrap_or(i64::MAX),
    )
    .fetch_all(&mut *tx)
    .await?;
    let rows = rows.into_iter().map(|row| PartRow {
        kind: PartKind::of(&row.kind),
        name: row.name,
        slug: row.slug,
        summary: row.summary,
        operation_slug: row.operation_slug,
        method: row.method,
        expression: row.expression,
    });
    Ok(Parts {
        rows: rows.collect(),
        total: usize::try_from(total).unwrap_or_default(),
    })
}

/// Reads the page of one schema, by its slug or by its name.
pub async fn get_schema(
    db: &Db,
    viewer: &Viewer<'_>,
    api_slug: &str,
    label: &str,
    schema: &str,
) -> Result<SchemaDetail, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let version = readable(&mut tx, eyes, api_slug, label).await?;
    // A slug is that of one schema; a name may look like another's slug.
    let row = sqlx::query!(
        r#"select name, slug, fragment as "fragment!", uses, uses_more
           from reference_part
           where revision_id = $1 and kind = 'schema' and (slug = $2 or name = $2)
           order by (slug = $2) desc, position limit 1"#,
        version.revision,
        schema,
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or(Refusal::NotFound)?;
    let schemas = pages_of(&mut tx, version.revision, &row.fragment).await?;
    Ok(SchemaDetail {
        api: version.api,
        version: version.label,
        name: row.name,
        slug: row.slug,
        fragment: row.fragment,
        uses: serde_json::from_value(row.uses).map_err(anyhow::Error::from)?,
        uses_more: usize::try_from(row.uses_more).unwrap_or_default(),
        schemas,
    })
}

/// The pages of the schemas that a fragment holds or had to leave out.
pub(super) async fn pages_of(
    conn: &mut PgConnection,
    revision: Uuid,
    fragment: &Value,
) -> Result<HashMap<String, String>, Refusal> {
    let held = fragment.pointer("/components/schemas");
    let held = held.and_then(Value::as_object).into_iter().flatten();
    let cut = fragment["cut"].as_array().into_iter().flatten();
    let names: Vec<String> = held
        .map(|(name, _)| name.replace('\0', "\u{fffd}"))
        .chain(cut.filter_map(|name| Some(name.as_str()?.replace('\0', "\u{fffd}"))))
        .collect();
    let rows = sqlx::query!(
        "select name, slug from reference_part where revision_id = $1 and kind = 'schema' and name = any($2)",
        revision,
        &names,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.name, row.slug)).collect())
}

/// Finds schemas and callbacks of visible APIs by words in their name or summary, best first.
pub async fn search_parts(
    db: &Db,
    viewer: &Viewer<'_>,
    q: &str,
    limit: i64,
) -> Result<Vec<PartHit>, Refusal> {
    let Some(words) = prefix_query(q) else {
        return Ok(Vec::new());
    };
    let (mut tx, eyes) = viewer.begin(db).await?;
    let rows = sqlx::query!(
        r#"with visible as materialized (
               select v.label, v.current_revision_id, a.id as api_id, a.slug as api_slug, a.name as api_name
               from api_version v join api a on a.id = v.api_id
               where v.current_revision_id is not null and visible_version(v.id, $2, $3))
           select v.api_id, v.api_slug, v.api_name, v.label, p.kind, p.name, p.slug, p.summary, p.operation_slug, p.method, p.expression
           from reference_part p join visible v on v.current_revision_id = p.revision_id
           where p.search @@ to_tsquery('simple', $1) or p.search @@ to_tsquery('english', $1)
           order by ts_rank(p.search, to_tsquery('simple', $1)) + ts_rank(p.search, to_tsquery('english', $1)) desc,
                    v.api_slug, p.kind, p.position
           limit $4"#,
        words,
        eyes.person,
        eyes.member,
        limit.clamp(1, 200),
    )
    .fetch_all(&mut *tx)
    .await?;
    let hits = rows.into_iter().map(|row| PartHit {
        api: ApiRef {
            id: row.api_id.into(),
            slug: row.api_slug,
            name: row.api_name,
        },
        version: row.label,
        row: PartRow {
            kind: PartKind::of(&row.kind),
            name: row.name,
            slug: row.slug,
            summary: row.summary,
            operation_slug: row.operation_slug,
            method: row.method,
            expression: row.expression,
        },
    });
    Ok(hits.collect())
}
