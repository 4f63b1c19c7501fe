//! Applying a changeset: what was looked at, on the base it was looked at on, in one transaction.

use std::collections::BTreeMap;

use gatehouse_domain::id::ChangesetId;
use gatehouse_runtime::Secret;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::make::{SEALED, look};
use super::plan::{Action, Planned};
use super::view::{self, ChangesetView};
use super::{Mode, References};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::publishing::{PublishRefusal, Source};
use crate::refusal::{FieldFault, Refusal};
use crate::releases::{self, Origin};
use crate::resources::file::{self, Declared};
use crate::resources::put::{Want, put, take_away};
use crate::resources::render::{State, Wanted, render};
use crate::resources::{Key, ResourceFile, ResourceKind};
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
    actor.require(gatehouse_domain::Permission::ApiRead)?;
    let reason = optional_reason(reason)?;
    let mut work = Work::begin(db, actor).await?;
    releases::serialise(work.conn()).await?;
    let stored = Stored::lock(&mut work, id).await?;
    let declared = file::read(&stored.files, &stored.values)?;
    lock_read(work.conn(), &stored.base).await?;
    let (held, planned) =
        look(work.conn(), &declared, stored.mode, stored.scope.as_deref()).await?;
    require_base(work.conn(), &stored.base, &planned).await?;
    own(&mut work, id, &declared, &planned, stored.scope.as_deref()).await?;
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

/// Locks what the changeset was worked out from, kind by kind and by id: what is compared next stays as it is.
async fn lock_read(conn: &mut PgConnection, base: &BTreeMap<String, Value>) -> Result<(), Refusal> {
    let held = render(conn, &Wanted::all()).await?;
    let mut ids: BTreeMap<ResourceKind, Vec<Uuid>> = BTreeMap::new();
    for key in base.keys().filter_map(|key| Key::parse(key)) {
        // Versions and upstreams change under the lock of their API.
        let key = match key.kind {
            ResourceKind::Version | ResourceKind::Upstream => {
                Key::new(ResourceKind::Api, None, key.api_slug().unwrap_or_default())
            }
            _ => key,
        };
        if let Some(state) = held.get(&key) {
            ids.entry(key.kind).or_default().push(state.id);
        }
    }
    for (kind, ids) in ids {
        match kind {
            ResourceKind::Team => {
                sqlx::query!(
                    "select id from team where id = any($1) order by id for no key update",
                    &ids
                )
                .fetch_all(&mut *conn)
                .await?;
            }
            ResourceKind::Environment => {
                sqlx::query!(
                    "select id from environment where id = any($1) order by id for no key update",
                    &ids
                )
                .fetch_all(&mut *conn)
                .await?;
            }
            ResourceKind::Api | ResourceKind::Version | ResourceKind::Upstream => {
                sqlx::query!(
                    "select id from api where id = any($1) order by id for no key update",
                    &ids
                )
                .fetch_all(&mut *conn)
                .await?;
            }
            ResourceKind::Plan => {
                sqlx::query!(
                    "select id from plan where id = any($1) order by id for no key update",
                    &ids
                )
                .fetch_all(&mut *conn)
                .await?;
            }
        }
    }
    Ok(())
}

/// Refuses when anything that was read is no longer what it was, and names it.
async fn require_base(
    conn: &mut PgConnection,
    base: &BTreeMap<String, Value>,
    planned: &Planned,
) -> Result<(), Refusal> {
    let keys = base.keys().chain(planned.read.keys());
    let mut moved: Vec<String> = keys
        .filter(|key| base.get(*key) != planned.read.get(*key))
        .cloned()
        .collect();
    moved.sort();
    moved.dedup();
    if moved.is_empty() {
        return Ok(());
    }
    let by = releases::latest(conn, &moved).await?;
    let words: Vec<String> = moved
        .iter()
        .map(|key| match by.get(key) {
            Some(by) => format!("{key} ({by})"),
            None => key.clone(),
        })
        .collect();
    Err(Refusal::Conflict(format!(
        "The base moved: {}. Make the changeset anew and look at what it does now.",
        words.join(", ")
    )))
}

/// Keeps what files own from now on.
async fn own(
    work: &mut Work<'_>,
    id: ChangesetId,
    declared: &BTreeMap<Key, Declared>,
    planned: &Planned,
    scope: Option<&str>,
) -> Result<(), Refusal> {
    let (tenant, now) = (work.tenant(), work.now());
    for (key, declared) in declared {
        let fields = declared.fields();
        let pointers: Vec<String> = fields.keys().map(|name| format!("/spec/{name}")).collect();
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

/// Makes every change, in order. Refusals say where in the files their cause stands.
pub(super) async fn carry_out(
    db: &Db,
    actor: &Actor,
    declared: &BTreeMap<Key, Declared>,
    planned: &Planned,
    held: &BTreeMap<Key, State>,
    source: &Source,
    reason: &str,
) -> Result<(), Refusal> {
    for (key, change) in &planned.changes {
        match (change.action, declared.get(key)) {
            (Action::Release, _) => {}
            (Action::Delete, _) => take_away(db, actor, key, reason)
                .await
                .map_err(|refusal| named(key, refusal))?,
            (Action::Create | Action::Update, Some(declared)) => {
                let is_scope_only = change
                    .fields
                    .iter()
                    .all(|field| field.pointer == "/metadata/scope");
                if change.action == Action::Update && is_scope_only {
                    continue;
                }
                let want = Want {
                    key,
                    spec: &declared.spec,
                    description: declared.description.as_ref().map(|(_, content)| content),
                    source,
                    back_to: None,
                };
                put(db, actor, &want, held.get(key))
                    .await
                    .map_err(|refusal| located(declared, refusal))?;
            }
            (Action::Create | Action::Update, None) => {}
        }
    }
    Ok(())
}

/// Points a refusal of a verb at the file, line and column it comes from.
fn located(declared: &Declared, refusal: PublishRefusal) -> Refusal {
    let refusal = match refusal {
        PublishRefusal::Refused(refusal) => refusal,
        PublishRefusal::Spec(errors) => {
            let path = declared
                .description
                .as_ref()
                .map_or(&*declared.path, |(path, _)| path);
            let faults = errors.errors.into_iter().map(|error| {
                let pointer = format!("{path}#{}", error.pointer);
                let mut fault = FieldFault::new(pointer, error.code.as_str(), error.message);
                fault.place = error.location.map(|at| (at.line, at.column));
                fault
            });
            return Refusal::Invalid(faults.collect());
        }
        PublishRefusal::Gate(refused) => {
            let path = declared
                .description
                .as_ref()
                .map_or(&*declared.path, |(path, _)| path);
            let detail = format!(
                "{} Publish it with `gatehouse spec publish`, which says what stands in the way and how it is accepted; then apply again.",
                refused.report.headline()
            );
            return Refusal::Invalid(vec![FieldFault::new(path, "gate", detail)]);
        }
    };
    match refusal {
        Refusal::Invalid(faults) => {
            let faults = faults.into_iter().map(|mut fault| {
                fault.pointer = in_file(&fault.pointer);
                declared.fault(fault)
            });
            Refusal::Invalid(faults.collect())
        }
        Refusal::UnknownReference { pointer } => {
            let detail =
                "This names nothing that exists; state it in a file too, or correct the name.";
            let fault = FieldFault::new(in_file(&pointer), "unknown_reference", detail);
            Refusal::Invalid(vec![declared.fault(fault)])
        }
        Refusal::NotFound => {
            let detail = format!("{} belongs to something that is not there.", declared.key);
            let fault = FieldFault::new("/metadata", "unknown_reference", detail);
            Refusal::Invalid(vec![declared.fault(fault)])
        }
        other => named(&declared.key, other),
    }
}

/// Where a field of a verb's input stands in a resource.
fn in_file(pointer: &str) -> String {
    match pointer {
        "/slug" | "/version" => "/metadata/name".to_owned(),
        "" => String::new(),
        field => format!("/spec{field}"),
    }
}

/// Says of which thing a refusal speaks.
fn named(key: &Key, refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Conflict(words) => Refusal::Conflict(format!("{key}: {words}")),
        other => other,
    }
}
