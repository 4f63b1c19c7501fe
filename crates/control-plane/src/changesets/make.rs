//! Making a changeset: reading, comparing, trying, keeping.

use std::collections::BTreeMap;

use gatehouse_domain::Permission;
use gatehouse_domain::id::ChangesetId;
use serde_json::json;
use sqlx::postgres::PgConnection;

use super::carry_out::carry_out;
use super::plan::{Base, Planned, managed, work_out};
use super::view::{self, ChangesetView};
use super::{Impact, Mode, References, impact};
use crate::actor::{Actor, ActorKind};
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::publishing::Source;
use crate::refusal::{FieldFault, Refusal};
use crate::releases::{self, Origin};
use crate::resources::file::{self, Declared};
use crate::resources::metadata::{SCOPE_RULE, is_scope};
use crate::resources::render::{State, Wanted, render};
use crate::resources::{Key, ResourceFile};
use crate::work::{Changed, Work};

/// Files, and what they may do.
#[derive(Debug, Clone, Default)]
pub struct ChangesetInput {
    /// What the files may do.
    pub mode: Mode,
    /// Needed by [`Mode::Sync`]; with [`Mode::Apply`], what files that name no scope are kept in.
    pub scope: Option<String>,
    /// Where the files come from.
    pub source: Source,
    /// Resources, and the descriptions they name.
    pub files: Vec<ResourceFile>,
    /// What references stand for.
    pub values: References,
}

/// Works out what files change, tries it, and keeps it to be looked at and applied. What could not be applied is refused
/// now, with file, line and column; only what the maker may not do is kept, for somebody who may.
pub async fn make_changeset(
    db: &Db,
    actor: &Actor,
    input: ChangesetInput,
) -> Result<Changed<ChangesetView>, Refusal> {
    actor.require(Permission::ApiRead)?;
    require_scope(&input)?;
    let declared = file::read(&input.files, &input.values)?;
    let trial = actor.clone().on_a_dry_run();
    let (planned, impact, refused) = attempt(db, &trial, &input, &declared).await?;
    let mut work = Work::begin(db, actor).await?;
    let id: ChangesetId = work.new_id();
    store(
        &mut work,
        actor,
        id,
        &input,
        &planned,
        &impact,
        refused.as_deref(),
    )
    .await?;
    let changes = planned.changes.len();
    work.audit(AuditEntry {
        action: "changeset.create",
        subject: id.to_string(),
        after: Some(json!({ "mode": input.mode, "scope": input.scope, "files": input.files.len(), "changes": changes })),
        ..AuditEntry::default()
    });
    let view = view::read(work.conn(), id).await?;
    work.commit(view).await
}

fn require_scope(input: &ChangesetInput) -> Result<(), Refusal> {
    let fault = |code, detail: &str| Err(Refusal::field("/scope", code, detail));
    match &input.scope {
        None if input.mode == Mode::Sync => fault(
            "required",
            "Sync takes away what the files do not have; name the scope it may do that in.",
        ),
        Some(scope) if !is_scope(scope) => fault("scope", SCOPE_RULE),
        _ => Ok(()),
    }
}

/// Does it all and rolls it back.
async fn attempt(
    db: &Db,
    trial: &Actor,
    input: &ChangesetInput,
    declared: &BTreeMap<Key, Declared>,
) -> Result<(Planned, Impact, Option<String>), Refusal> {
    let mut work = Work::begin(db, trial).await?;
    let (held, mut planned) =
        look(work.conn(), declared, input.mode, input.scope.as_deref()).await?;
    let impact = impact::measure(work.conn(), &mut planned, &held).await?;
    if planned.is_empty() {
        work.roll_back(()).await?;
        return Ok((planned, impact, None));
    }
    releases::serialise(work.conn()).await?;
    work.originate(Origin::default());
    let (lending, inside) = work.lend();
    let done = carry_out(&inside, trial, declared, &planned, &held, &input.source, "").await;
    let refused = match done {
        Ok(()) => {
            lending.take_back()?.commit(()).await?;
            None
        }
        Err(Refusal::Forbidden(permission)) => {
            Some(format!("This needs the permission {permission}."))
        }
        Err(Refusal::NotYours(words)) => Some(words),
        Err(refusal) => return Err(refusal),
    };
    Ok((planned, impact, refused))
}

/// Reads what there is and works out what changes.
pub(super) async fn look(
    conn: &mut PgConnection,
    declared: &BTreeMap<Key, Declared>,
    mode: Mode,
    scope: Option<&str>,
) -> Result<(BTreeMap<Key, State>, Planned), Refusal> {
    let held = render(conn, &Wanted::all()).await?;
    let managed = managed(conn).await?;
    let base = Base {
        held: &held,
        managed: &managed,
    };
    let planned = work_out(declared, &base, mode, scope)?;
    Ok((held, planned))
}

async fn store(
    work: &mut Work<'_>,
    actor: &Actor,
    id: ChangesetId,
    input: &ChangesetInput,
    planned: &Planned,
    impact: &Impact,
    refused: Option<&str>,
) -> Result<(), Refusal> {
    let (kind, by) = match actor.kind() {
        ActorKind::User { id, .. } => ("user", Some(id.uuid())),
        ActorKind::Token { id, .. } => ("token", Some(id.uuid())),
        ActorKind::System => ("system", None),
    };
    let sealed = seal(work.db(), id, &input.values)?;
    let changes: Vec<_> = planned.changes.iter().map(|(_, change)| change).collect();
    let (tenant, now) = (work.tenant(), work.now());
    let json = |value: serde_json::Result<serde_json::Value>| value.map_err(anyhow::Error::from);
    sqlx::query!(
        "insert into changeset (id, tenant_id, mode, scope, source, state, base, changes, impact, refused, sealed_values,
                                created_by_kind, created_by, created_by_name, created_at)
         values ($1, $2, $3, $4, $5, 'planned', $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        id.uuid(),
        tenant,
        input.mode.as_str(),
        input.scope,
        json(serde_json::to_value(&input.source))?,
        json(serde_json::to_value(&planned.read))?,
        json(serde_json::to_value(changes))?,
        json(serde_json::to_value(impact))?,
        refused,
        sealed,
        kind,
        by,
        actor.name(),
        now,
    )
    .execute(work.conn())
    .await?;
    let paths: Vec<String> = input.files.iter().map(|file| file.path.clone()).collect();
    let texts: Vec<String> = input
        .files
        .iter()
        .map(|file| file.content.clone())
        .collect();
    if texts.iter().any(|text| text.contains('\0')) {
        let fault = FieldFault::new(
            "/files",
            "control_character",
            "A file holds a NUL character.",
        );
        return Err(Refusal::Invalid(vec![fault]));
    }
    sqlx::query!(
        "insert into changeset_file (tenant_id, changeset_id, path, content)
         select $1, $2, f.path, f.content from unnest($3::text[], $4::text[]) as f (path, content)",
        tenant,
        id.uuid(),
        &paths,
        &texts,
    )
    .execute(work.conn())
    .await?;
    Ok(())
}

/// The purpose under which the values of references are sealed.
pub(super) const SEALED: &str = "changeset-values";

fn seal(db: &Db, id: ChangesetId, values: &References) -> Result<Option<Vec<u8>>, Refusal> {
    if values.is_empty() {
        return Ok(None);
    }
    let plain: BTreeMap<&String, &String> = values
        .iter()
        .map(|(name, value)| (name, value.expose()))
        .collect();
    let plain = zeroize::Zeroizing::new(serde_json::to_vec(&plain).map_err(anyhow::Error::from)?);
    Ok(Some(db.keys().seal(SEALED, &id.to_string(), &plain)?))
}
