//! Drift: where a thing is no longer what files last said of it.
//!
//! A field that a file states is configuration's; one that it leaves out is whoever's sets it. An edit by hand of a field
//! that configuration owns is recorded as drift, or refused, as the tenant chooses.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ChangesetId, TenantId};
use gatehouse_language::t;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;

use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::refusal::Refusal;
use crate::releases::Difference;
use crate::resources::compare::compare;
use crate::resources::render::{Wanted, render};
use crate::resources::{Fields, Key};
use crate::words::require_version;
use crate::work::{Changed, Work};

/// What happens when somebody changes by hand what configuration owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InteractiveEdits {
    /// It is done, and told as drift until the next apply.
    Record,
    /// It is refused, and says where to change it.
    Refuse,
}

/// How configuration is kept, and how much of it there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfigurationView {
    /// What happens to edits by hand of what configuration owns.
    pub interactive_edits: InteractiveEdits,
    /// Things that files state something of.
    pub managed: i64,
    /// The newest release; 0 before the first.
    pub release: i64,
    /// For If-Match.
    pub row_version: i32,
}

/// A thing that is no longer what files said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DriftView {
    /// Which, as files name it.
    pub resource: String,
    /// The scope it is kept in.
    pub scope: Option<String>,
    /// The changeset that last stated it.
    pub changeset_id: ChangesetId,
    /// When that was applied.
    #[serde(with = "time::serde::rfc3339")]
    pub applied_at: OffsetDateTime,
    /// Whether it is there at all.
    pub missing: bool,
    /// The fields that differ.
    pub fields: Vec<DriftField>,
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DriftField {
    /// JSON pointer (RFC 6901) into the resource.
    pub pointer: String,
    /// What files last said.
    pub configured: Value,
    /// What it is.
    pub actual: Value,
}

/// Lists what drifted, in the order of files.
pub async fn list_drift(db: &Db, actor: &Actor) -> Result<Vec<DriftView>, Refusal> {
    actor.require(Permission::ApiRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let managed = sqlx::query!(
        r#"select key, scope, applied as "applied: sqlx::types::Json<Fields>", changeset_id, applied_at from managed_resource"#
    )
    .fetch_all(&mut *tx)
    .await?;
    if managed.is_empty() {
        return Ok(Vec::new());
    }
    let held = render(&mut tx, &Wanted::all()).await?;
    let mut drifted: Vec<(Option<Key>, DriftView)> = Vec::new();
    for row in managed {
        let key = Key::parse(&row.key);
        let state = key.as_ref().and_then(|key| held.get(key));
        let fields = compare(state.map(|state| &state.fields), &row.applied);
        if fields.is_empty() && state.is_some() {
            continue;
        }
        let fields = fields.into_iter().map(|field| DriftField {
            pointer: field.pointer,
            configured: field.after,
            actual: field.before,
        });
        let view = DriftView {
            resource: row.key,
            scope: row.scope,
            changeset_id: row.changeset_id.into(),
            applied_at: row.applied_at,
            missing: state.is_none(),
            fields: fields.collect(),
        };
        drifted.push((key, view));
    }
    drifted.sort_by(|(left, _), (right, _)| left.cmp(right));
    Ok(drifted.into_iter().map(|(_, view)| view).collect())
}

/// Judges an edit by hand: refuses it when it changes what configuration owns and the tenant wants that; else answers what
/// drifted by it.
pub(crate) async fn judge(
    conn: &mut PgConnection,
    tenant: TenantId,
    differences: &[Difference],
) -> Result<Option<Value>, Refusal> {
    let keys: Vec<String> = differences
        .iter()
        .map(|difference| difference.key.clone())
        .collect();
    let managed = sqlx::query!(
        "select key, fields, changeset_id from managed_resource where key = any($1) order by key",
        &keys,
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut drifted = Vec::new();
    for row in managed {
        let Some(difference) = differences.iter().find(|one| one.key == row.key) else {
            continue;
        };
        let changed = row.fields.into_iter().filter(|pointer| {
            let part = |body: &Option<Value>| {
                body.as_ref()
                    .and_then(|body| body.pointer(pointer).cloned())
            };
            part(&difference.before) != part(&difference.after)
        });
        let changed: Vec<String> = changed.collect();
        if !changed.is_empty() {
            drifted.push((row.key, changed, ChangesetId::from_uuid(row.changeset_id)));
        }
    }
    let Some((key, fields, changeset)) = drifted.first() else {
        return Ok(None);
    };
    if policy(conn, tenant).await?.0 == InteractiveEdits::Refuse {
        return Err(Refusal::Conflict(t!(
            "refused-apis-of-is-kept-in-configuration-files",
            join = &fields.join(", "),
            key = &key,
            changeset = &changeset.to_string()
        )));
    }
    let resources = drifted.iter().map(|(key, fields, changeset)| {
        json!({ "resource": key, "fields": fields, "changeset_id": changeset })
    });
    Ok(Some(json!({ "resources": resources.collect::<Vec<_>>() })))
}

async fn policy(
    conn: &mut PgConnection,
    tenant: TenantId,
) -> Result<(InteractiveEdits, i32), Refusal> {
    let row = sqlx::query!(
        "select interactive_edits, row_version from config_policy where tenant_id = $1",
        tenant.uuid(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(match row {
        Some(row) if row.interactive_edits == "refuse" => {
            (InteractiveEdits::Refuse, row.row_version)
        }
        Some(row) => (InteractiveEdits::Record, row.row_version),
        None => (InteractiveEdits::Record, 1),
    })
}

/// Says how configuration is kept.
pub async fn get_configuration(db: &Db, actor: &Actor) -> Result<ConfigurationView, Refusal> {
    actor.require(Permission::ApiRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    read(&mut tx, actor.tenant()).await
}

async fn read(conn: &mut PgConnection, tenant: TenantId) -> Result<ConfigurationView, Refusal> {
    let (interactive_edits, row_version) = policy(conn, tenant).await?;
    let counts = sqlx::query!(
        r#"select (select count(*) from managed_resource) as "managed!", (select coalesce(max(number), 0) from release) as "release!""#,
    )
    .fetch_one(conn)
    .await?;
    Ok(ConfigurationView {
        interactive_edits,
        managed: counts.managed,
        release: counts.release,
        row_version,
    })
}

/// Chooses what happens to edits by hand of what configuration owns.
pub async fn set_interactive_edits(
    db: &Db,
    actor: &Actor,
    expected: Option<i32>,
    edits: InteractiveEdits,
) -> Result<Changed<ConfigurationView>, Refusal> {
    actor.require(Permission::TenantManage)?;
    let mut work = Work::begin(db, actor).await?;
    sqlx::query!(
        "insert into config_policy (tenant_id, interactive_edits) values ($1, 'record') on conflict do nothing",
        work.tenant(),
    )
    .execute(work.conn())
    .await?;
    sqlx::query!(
        "select tenant_id from config_policy where tenant_id = $1 for no key update",
        work.tenant()
    )
    .fetch_one(work.conn())
    .await?;
    let before = read(work.conn(), actor.tenant()).await?;
    require_version(expected, before.row_version)?;
    let word = match edits {
        InteractiveEdits::Record => "record",
        InteractiveEdits::Refuse => "refuse",
    };
    sqlx::query!(
        "update config_policy set interactive_edits = $2, row_version = row_version + 1 where tenant_id = $1",
        work.tenant(),
        word,
    )
    .execute(work.conn())
    .await?;
    let after = read(work.conn(), actor.tenant()).await?;
    work.audit(AuditEntry {
        action: "configuration.update",
        subject: actor.tenant().to_string(),
        before: Some(json!({ "interactive_edits": before.interactive_edits })),
        after: Some(json!({ "interactive_edits": after.interactive_edits })),
        reason: None,
    });
    work.commit(after).await
}
