//! What happened to an API, for those who use it: an entry for every description and every step in the life of a version, and
//! what its owners write besides.

mod record;
mod write;

use gatehouse_domain::id::{ApiId, ChangelogEntryId};
use gatehouse_spec::markdown::{SafeHtml, to_html};
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db::Db;
use crate::page::{Listed, Lookup, Page};
use crate::refs::ApiRef;
use crate::refusal::Refusal;
use crate::visibility::{Viewer, readable_api};
use crate::work::Work;

pub use write::{EntryInput, add_entry, delete_entry, update_entry};

pub(crate) use record::{note_phase, note_published};

/// Longest text of an entry, in characters.
pub const BODY_MAX: usize = 20_000;

/// An entry.
#[derive(Debug, Clone, Serialize)]
pub struct EntryView {
    /// Identity.
    pub id: ChangelogEntryId,
    /// `published`, `updated`, `deprecated`, `retired`: a step in the life of a version. `note`: its owners wrote it.
    pub kind: String,
    /// How many changes break callers of the description before.
    pub breaking: i32,
    /// Label of the version it is about.
    pub version: Option<String>,
    /// In one line.
    pub title: String,
    /// As written.
    pub markdown: String,
    /// The same, safe to put into a page.
    pub html: SafeHtml,
    /// For If-Match.
    pub row_version: i32,
    /// When it happened.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// Lists what happened to an API the viewer may see, newest first. What is about a version they may not see is left out.
pub async fn list_changelog(
    db: &Db,
    viewer: &Viewer<'_>,
    api: Lookup<ApiId>,
    page: &Page,
) -> Result<Listed<EntryView>, Refusal> {
    list_of_api(db, viewer, api, page)
        .await
        .map(|(_, listed)| listed)
}

/// The same, with the API's name.
pub async fn list_of_api(
    db: &Db,
    viewer: &Viewer<'_>,
    api: Lookup<ApiId>,
    page: &Page,
) -> Result<(ApiRef, Listed<EntryView>), Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let api = readable_api(&mut tx, viewer, eyes, &api).await?;
    let rows = sqlx::query_as!(
        Row,
        r#"select e.id, e.kind, e.breaking, v.label as "version?", e.title, e.markdown, e.row_version, e.at
           from changelog_entry e left join api_version v on v.id = e.api_version_id
           where e.api_id = $1 and ($2::uuid is null or e.id < $2)
             and ($3 or v.id is null or v.state = 'retired' or visible_version(v.id, $4, $5))
           order by e.id desc limit $6"#,
        api.api.id.uuid(),
        page.after,
        api.whole,
        eyes.person,
        eyes.member,
        page.fetch(),
    )
    .fetch_all(&mut *tx)
    .await?;
    let views = rows.into_iter().map(EntryView::from).collect();
    let listed = Listed::cut(views, page, |entry: &EntryView| entry.id.uuid());
    Ok((api.api, listed))
}

/// Reads one entry of an API the viewer may see.
pub async fn get_entry(
    db: &Db,
    viewer: &Viewer<'_>,
    api: Lookup<ApiId>,
    entry: ChangelogEntryId,
) -> Result<EntryView, Refusal> {
    let (mut tx, eyes) = viewer.begin(db).await?;
    let api = readable_api(&mut tx, viewer, eyes, &api).await?;
    let found = find(&mut tx, api.api.id.uuid(), entry.uuid()).await?;
    let shown = sqlx::query_scalar!(
        r#"select $3 or v.id is null or v.state = 'retired' or visible_version(v.id, $4, $5) as "shown!"
           from changelog_entry e left join api_version v on v.id = e.api_version_id
           where e.api_id = $1 and e.id = $2"#,
        api.api.id.uuid(),
        entry.uuid(),
        api.whole,
        eyes.person,
        eyes.member,
    )
    .fetch_one(&mut *tx)
    .await?;
    if shown {
        Ok(found)
    } else {
        Err(Refusal::NotFound)
    }
}

struct New<'a> {
    kind: &'static str,
    version: Option<Uuid>,
    breaking: i32,
    title: &'a str,
    markdown: &'a str,
}

async fn insert(
    work: &mut Work<'_>,
    api: Uuid,
    new: &New<'_>,
) -> Result<ChangelogEntryId, Refusal> {
    let id: ChangelogEntryId = work.new_id();
    let (tenant, now) = (work.tenant(), work.now());
    sqlx::query!(
        "insert into changelog_entry (id, tenant_id, api_id, api_version_id, kind, breaking, title, markdown, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id.uuid(),
        tenant,
        api,
        new.version,
        new.kind,
        new.breaking,
        new.title,
        new.markdown,
        now,
    )
    .execute(work.conn())
    .await?;
    Ok(id)
}

struct Row {
    id: Uuid,
    kind: String,
    breaking: i32,
    version: Option<String>,
    title: String,
    markdown: String,
    row_version: i32,
    at: OffsetDateTime,
}

impl From<Row> for EntryView {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            kind: row.kind,
            breaking: row.breaking,
            version: row.version,
            title: row.title,
            html: to_html(&row.markdown),
            markdown: row.markdown,
            row_version: row.row_version,
            at: row.at,
        }
    }
}

async fn find(conn: &mut PgConnection, api: Uuid, id: Uuid) -> Result<EntryView, Refusal> {
    sqlx::query_as!(
        Row,
        r#"select e.id, e.kind, e.breaking, v.label as "version?", e.title, e.markdown, e.row_version, e.at
           from changelog_entry e left join api_version v on v.id = e.api_version_id
           where e.api_id = $1 and e.id = $2"#,
        api,
        id,
    )
    .fetch_optional(conn)
    .await?
    .map(EntryView::from)
    .ok_or(Refusal::NotFound)
}
