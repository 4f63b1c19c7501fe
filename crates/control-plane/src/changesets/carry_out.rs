//! Making every change of a changeset, by the verbs everybody calls, with the place of what they refuse.

use std::collections::BTreeMap;

use gatehouse_language::t;

use super::plan::{Action, Planned, ResourceChange};
use crate::actor::Actor;
use crate::db::Db;
use crate::publishing::{Hanging, PublishRefusal, Source};
use crate::refusal::{FieldFault, Refusal};
use crate::resources::file::Declared;
use crate::resources::put::{Want, put, take_away};
use crate::resources::render::State;
use crate::resources::{Key, ResourceKind};
use crate::work::Work;

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
    let mut work = Work::begin(db, actor).await?;
    let hanging = Hanging::on(work.conn(), planned.changes.iter().map(|(key, _)| key)).await?;
    work.roll_back(()).await?;
    // Nothing hangs on a policy, and another may take its place: what goes makes room first.
    let goes = |change: &ResourceChange| change.action == Action::Delete;
    let (first, rest): (Vec<_>, Vec<_>) = planned
        .changes
        .iter()
        .partition(|(key, change)| key.kind == ResourceKind::Policy && goes(change));
    for (key, change) in first.into_iter().chain(rest) {
        match (change.action, declared.get(key)) {
            (Action::Release, _) => {}
            (Action::Delete, _) => take_away(db, actor, key, reason)
                .await
                .map_err(|refusal| named(key, refusal))?,
            (Action::Create | Action::Update, Some(declared)) => {
                if change.action == Action::Update && change.is_of_scope_only() {
                    continue;
                }
                let want = Want {
                    key,
                    spec: &declared.spec,
                    file: declared.file.as_ref().map(|(_, content)| content),
                    source,
                    back_to: None,
                    without_notice: None,
                };
                put(db, actor, &want, held.get(key))
                    .await
                    .map_err(|refusal| located(declared, refusal))?;
            }
            (Action::Create | Action::Update, None) => {}
        }
    }
    require_operations(db, actor, hanging, declared).await
}

/// Refuses descriptions without operations on which something hangs that stays as it is.
async fn require_operations(
    db: &Db,
    actor: &Actor,
    hanging: Hanging,
    declared: &BTreeMap<Key, Declared>,
) -> Result<(), Refusal> {
    let mut work = Work::begin(db, actor).await?;
    let left = hanging.left_behind(work.conn()).await?;
    work.roll_back(()).await?;
    let mut faults = Vec::new();
    for left in &left {
        let Some(declared) = declared.get(&left.key) else {
            continue;
        };
        faults.extend(left.orphans.all().map(|orphan| {
            let detail = t!("refused-apis-orphaned-in-files", what = &orphan.words());
            FieldFault::new(described(declared), "orphaned", detail)
        }));
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Invalid(faults))
    }
}

/// The path of the description of a version.
fn described(declared: &Declared) -> &str {
    let file = declared.file.as_ref();
    file.map_or(&*declared.path, |(path, _)| path)
}

/// Points a refusal of a verb at the file, line and column it comes from.
fn located(declared: &Declared, refusal: PublishRefusal) -> Refusal {
    let refusal = match refusal {
        PublishRefusal::Refused(refusal) => refusal,
        PublishRefusal::Spec(errors) => {
            let path = described(declared);
            let faults = errors.errors.into_iter().map(|error| {
                let pointer = format!("{path}#{}", error.pointer);
                let mut fault = FieldFault::new(pointer, error.code.as_str(), error.message);
                fault.place = error.location.map(|at| (at.line, at.column));
                fault
            });
            return Refusal::Invalid(faults.collect());
        }
        PublishRefusal::Gate(refused) => {
            let path = described(declared);
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
                fault.pointer = in_file(declared.key.kind, &fault.pointer);
                declared.fault(fault)
            });
            Refusal::Invalid(faults.collect())
        }
        Refusal::UnknownReference { pointer } => {
            let detail =
                "This names nothing that exists; state it in a file too, or correct the name.";
            let fault = FieldFault::new(
                in_file(declared.key.kind, &pointer),
                "unknown_reference",
                detail,
            );
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
fn in_file(kind: ResourceKind, pointer: &str) -> String {
    match pointer {
        "/slug" => "/metadata/name".to_owned(),
        // A policy names the version it is of; any other kind is one.
        "/version" if kind != ResourceKind::Policy => "/metadata/name".to_owned(),
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
