//! Finding operations by words.

use serde::Serialize;

use super::operations::OperationRow;
use crate::db::Db;
use crate::refs::ApiRef;
use crate::refusal::Refusal;
use crate::visibility::Viewer;

/// An operation that was found.
#[derive(Debug, Clone, Serialize)]
pub struct OperationHit {
    /// Of which API.
    pub api: ApiRef,
    /// In which version.
    pub version: String,
    /// The operation.
    #[serde(flatten)]
    pub row: OperationRow,
}

/// Most words of one search.
const WORDS_MAX: usize = 8;

/// A text search query in which every word may go on. Only letters and digits get through, so nothing that was typed is
/// query syntax; `None` when no word is left.
pub(super) fn prefix_query(typed: &str) -> Option<String> {
    let words: Vec<_> = typed
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(WORDS_MAX)
        .map(|word| format!("{}:*", word.chars().take(40).collect::<String>()))
        .collect();
    (!words.is_empty()).then(|| words.join(" & "))
}

/// Finds operations of visible APIs by words in their id, summary or path, best first.
pub async fn search_operations(
    db: &Db,
    viewer: &Viewer<'_>,
    q: &str,
    limit: i64,
) -> Result<Vec<OperationHit>, Refusal> {
    let Some(words) = prefix_query(q) else {
        return Ok(Vec::new());
    };
    let (mut tx, eyes) = viewer.begin(db).await?;
    let rows = sqlx::query!(
        r#"with visible as materialized (
               select v.id, v.label, v.current_revision_id, a.id as api_id, a.slug as api_slug, a.name as api_name
               from api_version v join api a on a.id = v.api_id
               where v.current_revision_id is not null and visible_version(v.id, $2, $3))
           select v.api_id, v.api_slug, v.api_name, v.label, o.slug, o.method, o.path_template, o.summary, o.tags, o.deprecated,
                  o.operation_id, o.webhook
           from operation o join visible v on v.current_revision_id = o.revision_id
           where o.search @@ to_tsquery('simple', $1) or o.search @@ to_tsquery('english', $1)
           order by o.deprecated,
                    ts_rank(o.search, to_tsquery('simple', $1)) + ts_rank(o.search, to_tsquery('english', $1)) desc,
                    v.api_slug, o.position
           limit $4"#,
        words,
        eyes.person,
        eyes.member,
        limit.clamp(1, 200),
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| OperationHit {
            api: ApiRef {
                id: row.api_id.into(),
                slug: row.api_slug,
                name: row.api_name,
            },
            version: row.label,
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
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_never_query_syntax() {
        assert_eq!(
            prefix_query("list pets").as_deref(),
            Some("list:* & pets:*")
        );
        assert_eq!(
            prefix_query("a' | !b <-> (c:*)").as_deref(),
            Some("a:* & b:* & c:*")
        );
        assert_eq!(prefix_query(" -!/ "), None);
        assert_eq!(
            prefix_query(&"a ".repeat(20))
                .unwrap()
                .matches(":*")
                .count(),
            WORDS_MAX
        );
    }
}
