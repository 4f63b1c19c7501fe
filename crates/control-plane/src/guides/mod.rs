//! Guides: what the owners of an API write for those who use it, in Markdown.

mod write;

use gatehouse_domain::id::{ApiId, GuideId};
use gatehouse_spec::markdown::{SafeHtml, to_html};
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::visibility::{Viewer, readable_api};

pub use write::{BODY_BYTES_MAX, GuideInput, create_guide, delete_guide, update_guide};

/// A guide in a list.
#[derive(Debug, Clone, Serialize)]
pub struct GuideLine {
    /// Identity.
    pub id: GuideId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub title: String,
    /// Its place among the guides of the API; equal ones are in the order they were made.
    pub position: i32,
    /// For If-Match.
    pub row_version: i32,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// A guide.
#[derive(Debug, Clone, Serialize)]
pub struct GuideView {
    /// What a list shows.
    #[serde(flatten)]
    pub line: GuideLine,
    /// As written.
    pub markdown: String,
    /// The same, safe to put into a page.
    pub html: SafeHtml,
}

/// Lists the guides of an API the viewer may see, in their order.
pub async fn list_guides(
    db: &Db,
    viewer: &Viewer<'_>,
    api: Lookup<ApiId>,
) -> Result<Vec<GuideLine>, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let api = readable_api(&mut tx, viewer, eyes, &api).await?;
    let rows = sqlx::query!(
        "select id, slug, title, position, row_version, updated_at from guide where api_id = $1 order by position, id",
        api.api.id.uuid(),
    )
    .fetch_all(&mut *tx)
    .await?;
    let lines = rows.into_iter().map(|row| GuideLine {
        id: row.id.into(),
        slug: row.slug,
        title: row.title,
        position: row.position,
        row_version: row.row_version,
        updated_at: row.updated_at,
    });
    Ok(lines.collect())
}

/// Reads one guide of an API the viewer may see.
pub async fn get_guide(
    db: &Db,
    viewer: &Viewer<'_>,
    api: Lookup<ApiId>,
    slug: &str,
) -> Result<GuideView, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let api = readable_api(&mut tx, viewer, eyes, &api).await?;
    find(&mut tx, api.api.id.uuid(), slug).await
}

async fn find(conn: &mut PgConnection, api: Uuid, slug: &str) -> Result<GuideView, Refusal> {
    let row = sqlx::query!(
        "select id, slug, title, position, markdown, row_version, updated_at from guide where api_id = $1 and slug = $2",
        api,
        slug,
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Refusal::NotFound)?;
    Ok(GuideView {
        line: GuideLine {
            id: row.id.into(),
            slug: row.slug,
            title: row.title,
            position: row.position,
            row_version: row.row_version,
            updated_at: row.updated_at,
        },
        html: to_html(&row.markdown),
        markdown: row.markdown,
    })
}
