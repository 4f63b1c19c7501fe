//! Changesets as people see them.

use gatehouse_domain::Permission;
use gatehouse_domain::id::ChangesetId;
use serde::Serialize;
use serde_json::Value;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Mode;
use crate::actor::Actor;
use crate::db::Db;
use crate::page::{Listed, Page};
use crate::refusal::Refusal;
use crate::words::known;

/// Whether a changeset was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangesetState {
    /// It can be, as long as its base is what it was.
    Planned,
    /// It was.
    Applied,
}

/// A changeset.
#[derive(Debug, Clone, Serialize)]
pub struct ChangesetView {
    /// Identity.
    pub id: ChangesetId,
    /// What it may do.
    pub mode: Mode,
    /// The scope it takes away in.
    pub scope: Option<String>,
    /// Where the files come from.
    pub source: Value,
    /// Whether it was applied.
    pub state: ChangesetState,
    /// What it changes, in order: `[{resource, action, file, fields, impact}]`.
    pub changes: Value,
    /// Whom all of it concerns together.
    pub impact: Value,
    /// Digest of what it was worked out from.
    pub base: String,
    /// What its maker may not do; another has to apply it.
    pub refused: Option<String>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was applied.
    #[serde(with = "time::serde::rfc3339::option")]
    pub applied_at: Option<OffsetDateTime>,
    /// The release that made; none while it is planned, or when nothing changed.
    pub release: Option<i64>,
}

/// Reads a changeset.
pub async fn get_changeset(
    db: &Db,
    actor: &Actor,
    id: ChangesetId,
) -> Result<ChangesetView, Refusal> {
    actor.require(Permission::ApiRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    read(&mut tx, id).await
}

/// Lists changesets, newest first.
pub async fn list_changesets(
    db: &Db,
    actor: &Actor,
    page: &Page,
) -> Result<Listed<ChangesetView>, Refusal> {
    actor.require(Permission::ApiRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let views = select(&mut tx, None, page.after, page.fetch()).await?;
    Ok(Listed::cut(views, page, |view| view.id.uuid()))
}

pub(super) async fn read(
    conn: &mut PgConnection,
    id: ChangesetId,
) -> Result<ChangesetView, Refusal> {
    select(conn, Some(id.uuid()), None, 1)
        .await?
        .pop()
        .ok_or(Refusal::NotFound)
}

async fn select(
    conn: &mut PgConnection,
    id: Option<Uuid>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<ChangesetView>, Refusal> {
    let rows = sqlx::query!(
        "select id, mode, scope, source, state, base, changes, impact, refused, created_by_name, created_at, applied_at, release_number
         from changeset
         where ($1::uuid is null or id = $1) and ($2::uuid is null or id < $2)
         order by id desc limit $3",
        id,
        after,
        limit,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(ChangesetView {
                id: row.id.into(),
                mode: known(Mode::parse(&row.mode), &row.mode)?,
                scope: row.scope,
                source: row.source,
                state: match row.state.as_str() {
                    "applied" => ChangesetState::Applied,
                    _ => ChangesetState::Planned,
                },
                changes: row.changes,
                impact: row.impact,
                base: crate::resources::digest(&row.base),
                refused: row.refused,
                created_by: row.created_by_name,
                created_at: row.created_at,
                applied_at: row.applied_at,
                release: row.release_number,
            })
        })
        .collect()
}
