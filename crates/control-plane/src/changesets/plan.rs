//! Working out what files change: per thing, in the order in which it is done.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;

use super::{Impact, Mode};
use crate::refusal::{FieldFault, Refusal};
use crate::resources::compare::{FieldChange, compare};
use crate::resources::file::Declared;
use crate::resources::render::State;
use crate::resources::{Fields, Key, digest};

/// What happens to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is made.
    Create,
    /// Some of its fields change.
    Update,
    /// It is ended: a version retires, a plan closes, an upstream goes.
    Delete,
    /// It stays, and files no longer own anything of it.
    Release,
}

/// What happens to one thing.
#[derive(Debug, Clone, Serialize)]
pub struct ResourceChange {
    /// Which, as files name it.
    pub resource: String,
    /// What happens.
    pub action: Action,
    /// The file that says so; none for what files no longer have.
    pub file: Option<String>,
    /// Field by field; references as the file has them.
    pub fields: Vec<FieldChange>,
    /// Who is concerned.
    pub impact: Impact,
}

impl ResourceChange {
    /// Whether nothing else becomes other than whose files it is in.
    pub(super) fn is_of_scope_only(&self) -> bool {
        self.fields
            .iter()
            .all(|field| field.pointer == "/metadata/scope")
    }
}

/// What configuration has of a thing.
#[derive(Debug, Clone)]
pub(crate) struct Managed {
    pub(crate) scope: Option<String>,
    pub(crate) applied: Fields,
    pub(crate) refs: BTreeMap<String, String>,
}

/// Everything the tenant's files own.
pub(crate) async fn managed(conn: &mut PgConnection) -> Result<BTreeMap<Key, Managed>, Refusal> {
    let rows = sqlx::query!(
        r#"select key, scope, applied as "applied: sqlx::types::Json<Fields>", refs as "refs: sqlx::types::Json<BTreeMap<String, String>>"
           from managed_resource"#,
    )
    .fetch_all(conn)
    .await?;
    let managed = rows.into_iter().filter_map(|row| {
        let managed = Managed {
            scope: row.scope,
            applied: row.applied.0,
            refs: row.refs.0,
        };
        Some((Key::parse(&row.key)?, managed))
    });
    Ok(managed.collect())
}

/// What there is, and what files have of it.
pub(crate) struct Base<'a> {
    pub(crate) held: &'a BTreeMap<Key, State>,
    pub(crate) managed: &'a BTreeMap<Key, Managed>,
}

/// What is to be done.
#[derive(Debug, Default)]
pub(crate) struct Planned {
    /// In order: what is made or changed from what others refer to on, then what is taken away, the other way round.
    pub(crate) changes: Vec<(Key, ResourceChange)>,
    /// Key to the digest of what was read there.
    pub(crate) read: BTreeMap<String, Value>,
}

impl Planned {
    /// Whether anything gateways hold may change.
    pub(crate) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// Works out what files change.
pub(crate) fn work_out(
    declared: &BTreeMap<Key, Declared>,
    base: &Base<'_>,
    mode: Mode,
    scope: Option<&str>,
) -> Result<Planned, Refusal> {
    let mut planned = Planned::default();
    let mut faults = Vec::new();
    for (key, declared) in declared {
        let held = base.held.get(key);
        let known = base.managed.get(key);
        let own = known.and_then(|known| known.scope.as_deref());
        let wanted = declared.scope.as_deref().or(scope);
        if let Some(fault) = foreign(declared, mode, scope, own) {
            faults.push(declared.fault(fault));
            continue;
        }
        let mut fields = shown(declared, held, known);
        if wanted.is_some() && wanted != own {
            fields.push(FieldChange {
                pointer: "/metadata/scope".to_owned(),
                before: json!(own),
                after: json!(wanted),
            });
        }
        planned.read(key, held, own);
        if held.is_some() && fields.is_empty() {
            continue;
        }
        let change = ResourceChange {
            resource: key.to_string(),
            action: match held {
                None => Action::Create,
                Some(_) => Action::Update,
            },
            file: Some(declared.path.clone()),
            fields,
            impact: Impact::default(),
        };
        planned.changes.push((key.clone(), change));
    }
    if !faults.is_empty() {
        return Err(Refusal::Invalid(faults));
    }
    if mode == Mode::Sync {
        planned.take_away(declared, base, scope);
    }
    Ok(planned)
}

/// A file of one scope may not take what another keeps.
fn foreign(
    declared: &Declared,
    mode: Mode,
    scope: Option<&str>,
    own: Option<&str>,
) -> Option<FieldFault> {
    if mode != Mode::Sync {
        return None;
    }
    let said = declared.scope.as_deref();
    if said.is_some() && said != scope {
        let detail = format!(
            "This sync is of the scope '{}'; leave other scopes' files out.",
            scope.unwrap_or_default()
        );
        return Some(FieldFault::new("/metadata/scope", "other_scope", detail));
    }
    if own.is_some() && own != scope {
        let detail = format!(
            "It is kept in the scope '{}'. Sync that scope, or move it here first with `apply` and `scope: {}`.",
            own.unwrap_or_default(),
            scope.unwrap_or_default(),
        );
        return Some(FieldFault::new("/metadata/name", "other_scope", detail));
    }
    None
}

/// The fields that change, with references in place of their values.
fn shown(declared: &Declared, held: Option<&State>, known: Option<&Managed>) -> Vec<FieldChange> {
    let mut changes = compare(held.map(|held| &held.fields), &declared.fields());
    let after = with_references(&declared.fields(), &declared.refs);
    for change in &mut changes {
        if let Some(reference) = after.pointer(&change.pointer) {
            change.after = reference.clone();
        }
    }
    let Some(known) = known else { return changes };
    let before = with_references(&known.applied, &known.refs);
    let applied = json!({ "spec": known.applied });
    for change in &mut changes {
        if applied.pointer(&change.pointer) == Some(&change.before)
            && let Some(reference) = before.pointer(&change.pointer)
        {
            change.before = reference.clone();
        }
    }
    changes
}

/// A resource's fields under `spec`, with references where values stood.
pub(super) fn with_references(fields: &Fields, refs: &BTreeMap<String, String>) -> Value {
    let mut value = json!({ "spec": fields });
    for (pointer, reference) in refs {
        if let Some(place) = value.pointer_mut(pointer) {
            *place = Value::String(reference.clone());
        }
    }
    value
}

impl Planned {
    fn read(&mut self, key: &Key, held: Option<&State>, scope: Option<&str>) {
        let read = held.map(|held| digest(&json!([held.body(), scope])));
        self.read.insert(key.to_string(), json!(read));
    }

    /// What the scope has and the files do not, last made first.
    fn take_away(
        &mut self,
        declared: &BTreeMap<Key, Declared>,
        base: &Base<'_>,
        scope: Option<&str>,
    ) {
        for (key, managed) in base.managed.iter().rev() {
            if managed.scope.as_deref() != scope || declared.contains_key(key) {
                continue;
            }
            let held = base.held.get(key);
            self.read(key, held, managed.scope.as_deref());
            let change = ResourceChange {
                resource: key.to_string(),
                action: match held {
                    Some(_) if !key.kind.stays() => Action::Delete,
                    _ => Action::Release,
                },
                file: None,
                fields: Vec::new(),
                impact: Impact::default(),
            };
            self.changes.push((key.clone(), change));
        }
    }
}
