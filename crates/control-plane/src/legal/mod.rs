//! Terms: what whoever asks for a plan accepts. Their versions are numbered and never change.

mod write;

use gatehouse_domain::id::TermsId;
use gatehouse_spec::markdown::{SafeHtml, to_html};
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db::Db;
use crate::refusal::Refusal;
use crate::visibility::Viewer;

pub use write::{BODY_BYTES_MAX, CreateTerms, create_terms, publish_terms};

/// Terms in a list.
#[derive(Debug, Clone, Serialize)]
pub struct TermsLine {
    /// Identity.
    pub id: TermsId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub title: String,
    /// The newest version, which requests accept.
    pub version: i32,
    /// For If-Match.
    pub row_version: i32,
    /// When that version was published.
    #[serde(with = "time::serde::rfc3339")]
    pub published_at: OffsetDateTime,
}

/// One version of terms.
#[derive(Debug, Clone, Serialize)]
pub struct TermsView {
    /// What a list shows; `version` is the one shown.
    #[serde(flatten)]
    pub line: TermsLine,
    /// As written.
    pub markdown: String,
    /// The same, safe to put into a page.
    pub html: SafeHtml,
}

/// Lists the terms of the tenant, by name.
pub async fn list_terms(db: &Db, viewer: &Viewer<'_>) -> Result<Vec<TermsLine>, Refusal> {
    let (mut tx, _) = viewer.begin(db).await?;
    let rows = sqlx::query_as!(
        Line,
        "select t.id, t.slug, t.title, t.row_version, v.number, v.created_at
         from terms t
         cross join lateral (select n.number, n.created_at from terms_version n where n.terms_id = t.id
                             order by n.number desc limit 1) v
         order by t.slug limit 200",
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(rows.into_iter().map(TermsLine::from).collect())
}

/// Reads terms: the newest version, or the one of a number. Everybody may, before they ask for anything.
pub async fn get_terms(
    db: &Db,
    viewer: &Viewer<'_>,
    slug: &str,
    number: Option<i32>,
) -> Result<TermsView, Refusal> {
    let (mut tx, _) = viewer.begin(db).await?;
    read(&mut tx, slug, number).await
}

struct Line {
    id: Uuid,
    slug: String,
    title: String,
    row_version: i32,
    number: i32,
    created_at: OffsetDateTime,
}

impl From<Line> for TermsLine {
    fn from(row: Line) -> Self {
        Self {
            id: row.id.into(),
            slug: row.slug,
            title: row.title,
            version: row.number,
            row_version: row.row_version,
            published_at: row.created_at,
        }
    }
}

async fn read(
    conn: &mut PgConnection,
    slug: &str,
    number: Option<i32>,
) -> Result<TermsView, Refusal> {
    let row = sqlx::query!(
        "select t.id, t.slug, t.title, t.row_version, v.number, v.created_at, v.markdown
         from terms t join terms_version v on v.terms_id = t.id
         where t.slug = $1 and ($2::int is null or v.number = $2)
         order by v.number desc limit 1",
        slug,
        number,
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Refusal::NotFound)?;
    Ok(TermsView {
        line: TermsLine {
            id: row.id.into(),
            slug: row.slug,
            title: row.title,
            version: row.number,
            row_version: row.row_version,
            published_at: row.created_at,
        },
        html: to_html(&row.markdown),
        markdown: row.markdown,
    })
}
