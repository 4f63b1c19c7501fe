//! Applying a changeset: what was looked at, on the base it was looked at on, in one transaction.

use std::collections::BTreeMap;

use gatehouse_domain::Permission;
use gatehouse_domain::id::ChangesetId;
use gatehouse_runtime::Secret;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;

use super::base::{lock_read, require_base};
use super::carry_out::carry_out;
use super::make::{SEALED, look};
use super::plan::{Action, Planned};
use super::view::{self, ChangesetView};
use super::{Mode, References};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::publishing::Source;
use crate::refusal::Refusal;
use crate::releases::{self, Origin};
use crate::resources::file::{self, Declared};
use crate::resources::{Key, ResourceFile};
use crate::words::{known, optional_reason};
use crate::work::{Changed, Work};

/// Applies a changeset: all of it, as one change and one release, or nothing. `reason` is for versions that are retired
/// although somebody has access to them.
pub async fn apply_changeset(
    db: &Db,
    actor: &Actor,
    id: ChangesetId,
    reason: &str,
) -> Result<Changed<ChangesetView>, Refusal> {
    actor.require(Permission::ApiRead)?;
    let reason = optional_reason(reason)?;
    let mut work = Work::begin(db, actor).await?;
    releases::serialise(work.conn()).await?;
    let stored = Stored::lock(&mut work, id).await?;
    let declared = file::read(&stored.files, &stored.values)?;
    lock_read(&mut work, &stored.base).await?;
    let (held, planned) =
        look(work.conn(), &declared, stored.mode, stored.scope.as_deref()).await?;
    require_base(work.conn(), &stored.base, &planned).await?;
    let scope = stored.scope.as_deref();
    own(&mut work, actor, id, &declared, &planned, scope).await?;
    let now = work.now();
    sqlx::query!(
        "update changeset set state = 'applied', applied_at = $2, sealed_values = null where id = $1",
        id.uuid(),
        now,
    )
    .execute(work.conn())
    .await?;
    let source = serde_json::to_value(&stored.source).map_err(anyhow::Error::from)?;
    work.audit(AuditEntry {
        action: "changeset.apply",
        subject: id.to_string(),
        after: Some(
            json!({ "mode": stored.mode, "scope": stored.scope, "changes": planned.changes.len() }),
        ),
        reason: (!reason.is_empty()).then(|| reason.clone()),
        ..AuditEntry::default()
    });
    if !planned.is_empty() {
        work.emit(
            "changeset.applied",
            id,
            json!({ "changes": planned.changes.len(), "source": source }),
        );
    }
    work.originate(Origin {
        changeset: Some(id),
        source: Some(source),
        ..Origin::default()
    });
    let (lending, inside) = work.lend();
    carry_out(
        &inside,
        actor,
        &declared,
        &planned,
        &held,
        &stored.source,
        &reason,
    )
    .await?;
    let changed = lending.take_back()?.commit(()).await?;
    let mut view = view::get_changeset(db, actor, id).await?;
    if actor.is_dry_run() {
        view.state = super::ChangesetState::Applied;
    }
    Ok(changed.map(|()| view))
}

/// A changeset as it is kept.
struct Stored {
    mode: Mode,
    scope: Option<String>,
    source: Source,
    base: BTreeMap<String, Value>,
    files: Vec<ResourceFile>,
    values: References,
}

impl Stored {
    async fn lock(work: &mut Work<'_>, id: ChangesetId) -> Result<Self, Refusal> {
        let row = sqlx::query!(
            "select mode, scope, source, state, base, sealed_values, release_number from changeset where id = $1 for update",
            id.uuid(),
        )
        .fetch_optional(work.conn())
        .await?
        .ok_or(Refusal::NotFound)?;
        if row.state == "applied" {
            let as_release = row
                .release_number
                .map(|number| format!(" as release {number}"));
            return Err(Refusal::Conflict(format!(
                "This changeset was applied already{}.",
                as_release.unwrap_or_default()
            )));
        }
        let files = sqlx::query!(
            "select path, content from changeset_file where changeset_id = $1 order by path",
            id.uuid()
        )
        .fetch_all(work.conn())
        .await?;
        let values = match row.sealed_values {
            None => References::new(),
            Some(sealed) => {
                let plain = work.db().keys().open(SEALED, &id.to_string(), &sealed)?;
                let values: BTreeMap<String, Secret<String>> =
                    serde_json::from_slice(&plain).map_err(anyhow::Error::from)?;
                values
            }
        };
        let base = row.base.as_object().cloned().unwrap_or_default();
        Ok(Self {
            mode: known(Mode::parse(&row.mode), &row.mode)?,
            scope: row.scope,
            source: serde_json::from_value(row.source).map_err(anyhow::Error::from)?,
            base: base.into_iter().collect(),
            files: files
                .into_iter()
                .map(|file| ResourceFile {
                    path: file.path,
                    content: file.content,
                })
                .collect(),
            values,
        })
    }
}

/// Keeps what files own from now on.
async fn own(
    work: &mut Work<'_>,
    actor: &Actor,
    id: ChangesetId,
    declared: &BTreeMap<Key, Declared>,
    planned: &Planned,
    scope: Option<&str>,
) -> Result<(), Refusal> {
    if takes_over(work.conn(), declared, planned, scope).await? {
        // No verb judges who keeps what is as it was.
        actor.require(Permission::ApiWrite)?;
    }
    let (tenant, now) = (work.tenant(), work.now());
    for (key, declared) in declared {
        let (fields, pointers) = (declared.fields(), pointers_of(declared));
        sqlx::query!(
            "insert into managed_resource (tenant_id, key, scope, fields, applied, refs, changeset_id, applied_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict (tenant_id, key) do update
             set scope = coalesce(excluded.scope, managed_resource.scope), fields = excluded.fields, applied = excluded.applied,
                 refs = excluded.refs, changeset_id = excluded.changeset_id, applied_at = excluded.applied_at",
            tenant,
            key.to_string(),
            declared.scope.as_deref().or(scope),
            &pointers,
            Value::Object(fields),
            json!(declared.refs),
            id.uuid(),
            now,
        )
        .execute(work.conn())
        .await?;
    }
    let gone = planned
        .changes
        .iter()
        .filter(|(_, change)| matches!(change.action, Action::Delete | Action::Release));
    let gone: Vec<String> = gone.map(|(key, _)| key.to_string()).collect();
    sqlx::query!("delete from managed_resource where key = any($1)", &gone)
        .execute(work.conn())
        .await?;
    Ok(())
}

/// The fields that a file states.
fn pointers_of(declared: &Declared) -> Vec<String> {
    let fields = declared.fields();
    fields.keys().map(|name| format!("/spec/{name}")).collect()
}

/// Whether things come under other files, or under none, although nothing else about them changes: a later sync of those files
/// may delete them.
async fn takes_over(
    conn: &mut PgConnection,
    declared: &BTreeMap<Key, Declared>,
    planned: &Planned,
    scope: Option<&str>,
) -> Result<bool, Refusal> {
    if planned
        .changes
        .iter()
        .any(|(_, change)| change.action == Action::Release)
    {
        return Ok(true);
    }
    let changes: BTreeMap<_, _> = planned
        .changes
        .iter()
        .map(|(key, change)| (key, change))
        .collect();
    let as_it_was = |key: &Key| {
        changes
            .get(key)
            .is_none_or(|change| change.action == Action::Update && change.is_of_scope_only())
    };
    let untouched: Vec<_> = declared.iter().filter(|(key, _)| as_it_was(key)).collect();
    let keys: Vec<String> = untouched.iter().map(|(key, _)| key.to_string()).collect();
    let rows = sqlx::query!(
        "select key, scope, fields from managed_resource where key = any($1)",
        &keys
    )
    .fetch_all(conn)
    .await?;
    let held: BTreeMap<_, _> = rows.iter().map(|row| (row.key.as_str(), row)).collect();
    Ok(untouched.into_iter().any(|(key, declared)| {
        let wanted = declared.scope.as_deref().or(scope);
        match held.get(key.to_string().as_str()) {
            None => true,
            // Whoever states less gives fields up that files own, and whoever states more takes them.
            Some(held) => {
                wanted.is_some() && held.scope.as_deref() != wanted
                    || held.fields != pointers_of(declared)
            }
        }
    }))
}
