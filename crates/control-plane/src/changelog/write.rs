//! What owners write into the changelog of an API.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiId, ChangelogEntryId};
use gatehouse_language::t;
use serde_json::{Value, json};

use super::{BODY_MAX, EntryView, New, find, insert};
use crate::actor::Actor;
use crate::apis;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::{Faults, Refusal};
use crate::versions;
use crate::words::require_version;
use crate::work::{Changed, Work};

/// An entry to write, or what is to change of one: `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct EntryInput {
    /// In one line, at most 120 characters.
    pub title: Option<String>,
    /// At most 20,000 characters.
    pub markdown: Option<String>,
    /// Label of the version it is about.
    pub version: Option<String>,
}

/// Writes an entry.
pub async fn add_entry(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    input: EntryInput,
) -> Result<Changed<EntryView>, Refusal> {
    actor.require_anywhere(Permission::ApiWrite)?;
    let (title, markdown) = checked(&input, None)?;
    let mut work = Work::begin(db, actor).await?;
    let api = apis::lock(work.conn(), actor, &api, Permission::ApiWrite).await?;
    let version = match input.version.as_deref().filter(|label| !label.is_empty()) {
        Some(label) => {
            let version = versions::find(work.conn(), api.id, label).await;
            Some(
                version
                    .map_err(|refusal| match refusal {
                        Refusal::NotFound => Refusal::unknown("/version"),
                        other => other,
                    })?
                    .id
                    .uuid(),
            )
        }
        None => None,
    };
    let new = New {
        kind: "note",
        version,
        breaking: 0,
        title: &title,
        markdown: &markdown,
    };
    let id = insert(&mut work, api.id, &new).await?;
    let view = find(work.conn(), api.id, id.uuid()).await?;
    work.emit(
        "api.noted",
        id,
        json!({
            "api": { "slug": api.slug, "name": api.name },
            "title": view.title,
            "version": view.version,
        }),
    );
    work.audit(AuditEntry {
        action: "changelog.add",
        subject: id.to_string(),
        after: Some(recorded(&api.slug, &view)),
        ..AuditEntry::default()
    });
    work.commit(view).await
}

/// Changes what an entry says, whoever wrote it. What it is about stays.
pub async fn update_entry(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    entry: ChangelogEntryId,
    expected: Option<i32>,
    input: EntryInput,
) -> Result<Changed<EntryView>, Refusal> {
    actor.require_anywhere(Permission::ApiWrite)?;
    let mut work = Work::begin(db, actor).await?;
    let api = apis::lock(work.conn(), actor, &api, Permission::ApiWrite).await?;
    let before = find(work.conn(), api.id, entry.uuid()).await?;
    require_version(expected, before.row_version)?;
    let (title, markdown) = checked(&input, Some(&before))?;
    sqlx::query!(
        "update changelog_entry set title = $2, markdown = $3, row_version = row_version + 1 where id = $1",
        entry.uuid(),
        title,
        markdown,
    )
    .execute(work.conn())
    .await?;
    let after = find(work.conn(), api.id, entry.uuid()).await?;
    work.audit(AuditEntry {
        action: "changelog.update",
        subject: entry.to_string(),
        before: Some(recorded(&api.slug, &before)),
        after: Some(recorded(&api.slug, &after)),
        reason: None,
    });
    work.commit(after).await
}

/// Deletes an entry that was written by hand.
pub async fn delete_entry(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    entry: ChangelogEntryId,
) -> Result<Changed<()>, Refusal> {
    actor.require_anywhere(Permission::ApiWrite)?;
    let mut work = Work::begin(db, actor).await?;
    let api = apis::lock(work.conn(), actor, &api, Permission::ApiWrite).await?;
    let before = find(work.conn(), api.id, entry.uuid()).await?;
    if before.kind != "note" {
        return Err(Refusal::Conflict(t!(
            "refused-apis-this-happened-so-its-entry-stays"
        )));
    }
    sqlx::query!("delete from changelog_entry where id = $1", entry.uuid())
        .execute(work.conn())
        .await?;
    work.audit(AuditEntry {
        action: "changelog.delete",
        subject: entry.to_string(),
        before: Some(recorded(&api.slug, &before)),
        ..AuditEntry::default()
    });
    work.commit(()).await
}

fn checked(input: &EntryInput, before: Option<&EntryView>) -> Result<(String, String), Refusal> {
    let mut faults = Faults::default();
    let title = input
        .title
        .as_deref()
        .or(before.map(|entry| entry.title.as_str()));
    let title = faults.text("/title", title.unwrap_or_default(), 120);
    let markdown = input
        .markdown
        .as_deref()
        .or(before.map(|entry| entry.markdown.as_str()));
    let markdown = faults.optional_text("/markdown", markdown.unwrap_or_default(), BODY_MAX);
    faults.finish()?;
    Ok((title, markdown))
}

fn recorded(api: &str, entry: &EntryView) -> Value {
    json!({
        "api": api,
        "kind": entry.kind,
        "version": entry.version,
        "title": entry.title,
        "markdown": entry.markdown,
    })
}
