//! Backend secrets: what gateways show to the backends of an API and nobody reads back.
//!
//! A value comes in once, is sealed with the tenant's data key ([`crate::sealed`]), leaves sealed for a group of gateways
//! ([`gatehouse_snapshot::group_seal`]) inside the routes whose policies name it, and is in no view, record, export or message. It is
//! of one API: what one API's policies may name never goes to the backends of another. Whoever says where an API's calls go
//! (`upstream.manage`), or has a gateway (`gateway.manage`), can come to see what they carry.

mod named;
mod put;

use std::collections::HashMap;

use gatehouse_language::t;

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiId, BackendSecretId, TenantId};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::actor::Actor;
use crate::apis;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::{Listed, Lookup, Page};
use crate::policies::{PolicyRef, naming};
use crate::refs::ApiRef;
use crate::refusal::Refusal;
use crate::sealed::{Owner, Place, Purpose};
use crate::words::{optional_reason, require_version};
use crate::work::{Changed, Work};

pub(crate) use named::{BackendSecrets, link};
pub use put::{BACKEND_SECRETS_MAX, PutBackendSecret, put_backend_secret};

/// A backend secret, as it is shown: nothing of its value.
#[derive(Debug, Clone, Serialize)]
pub struct BackendSecretView {
    /// Identity.
    pub id: BackendSecretId,
    /// Whose it is.
    pub api: ApiRef,
    /// What policies name it by.
    pub name: String,
    /// The policies that do, oldest first.
    pub policies: Vec<PolicyRef>,
    /// When it was first put.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was put last.
    #[serde(with = "time::serde::rfc3339")]
    pub put_at: OffsetDateTime,
    /// For If-Match.
    pub row_version: i32,
}

struct Row {
    id: Uuid,
    name: String,
    created_at: OffsetDateTime,
    put_at: OffsetDateTime,
    row_version: i32,
}

impl Row {
    fn view(
        self,
        api: &apis::Row,
        policies: &mut HashMap<Uuid, Vec<PolicyRef>>,
    ) -> BackendSecretView {
        BackendSecretView {
            policies: policies.remove(&self.id).unwrap_or_default(),
            id: self.id.into(),
            api: ApiRef {
                id: api.id.into(),
                slug: api.slug.clone(),
                name: api.name.clone(),
            },
            name: self.name,
            created_at: self.created_at,
            put_at: self.put_at,
            row_version: self.row_version,
        }
    }
}

/// Where a value lies.
fn place(tenant: TenantId, id: Uuid) -> Place {
    Place {
        owner: Owner::Tenant(tenant),
        purpose: Purpose::Backend,
        column: "backend_secret.value_enc",
        row: id,
    }
}

/// Lists an API's backend secrets, newest first.
pub async fn list_backend_secrets(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    page: &Page,
) -> Result<Listed<BackendSecretView>, Refusal> {
    actor.require_anywhere(Permission::ApiRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let api = apis::find(&mut tx, actor, &api, Permission::ApiRead).await?;
    let rows = sqlx::query_as!(
        Row,
        "select id, name, created_at, put_at, row_version from backend_secret
         where api_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3",
        api.id,
        page.after,
        page.fetch(),
    )
    .fetch_all(&mut *tx)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut policies = naming(&mut tx, &ids).await?;
    let listed = Listed::cut(rows, page, |row| row.id);
    Ok(listed.map(|row| row.view(&api, &mut policies)))
}

/// Shows one.
pub async fn get_backend_secret(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    secret: Lookup<BackendSecretId>,
) -> Result<BackendSecretView, Refusal> {
    actor.require_anywhere(Permission::ApiRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let api = apis::find(&mut tx, actor, &api, Permission::ApiRead).await?;
    let found = find(&mut tx, &api, &secret).await?;
    found.ok_or(Refusal::NotFound)
}

/// Takes one away that no policy names.
pub async fn delete_backend_secret(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    secret: Lookup<BackendSecretId>,
    expected: Option<i32>,
    reason: &str,
) -> Result<Changed<()>, Refusal> {
    actor.require_anywhere(Permission::ApiWrite)?;
    let reason = optional_reason(reason)?;
    let mut work = Work::begin(db, actor).await?;
    let api = apis::lock(work.conn(), actor, &api, Permission::ApiWrite).await?;
    let before = lock(work.conn(), &api, &secret)
        .await?
        .ok_or(Refusal::NotFound)?;
    require_version(expected, before.row_version)?;
    if !before.policies.is_empty() {
        let names: Vec<&str> = before
            .policies
            .iter()
            .map(|policy| policy.slug.as_str())
            .collect();
        return Err(Refusal::Conflict(t!(
            "refused-policies-gateways-need-it-for-let-these",
            join = &names.join(", ")
        )));
    }
    sqlx::query!("delete from backend_secret where id = $1", before.id.uuid())
        .execute(work.conn())
        .await?;
    work.audit(AuditEntry {
        action: "backend_secret.delete",
        subject: before.id.to_string(),
        before: Some(recorded(&before)),
        reason: (!reason.is_empty()).then_some(reason),
        ..AuditEntry::default()
    });
    work.commit(()).await
}

/// Finds one and holds it against others who would change it. Its API is locked already.
async fn lock(
    conn: &mut PgConnection,
    api: &apis::Row,
    secret: &Lookup<BackendSecretId>,
) -> Result<Option<BackendSecretView>, Refusal> {
    let (id, name) = secret.parts();
    sqlx::query!(
        "select id from backend_secret
         where api_id = $1 and ($2::uuid is null or id = $2) and ($3::text is null or name = $3) for update",
        api.id,
        id,
        name,
    )
    .fetch_optional(&mut *conn)
    .await?;
    find(conn, api, secret).await
}

async fn find(
    conn: &mut PgConnection,
    api: &apis::Row,
    secret: &Lookup<BackendSecretId>,
) -> Result<Option<BackendSecretView>, Refusal> {
    let (id, name) = secret.parts();
    let row = sqlx::query_as!(
        Row,
        "select id, name, created_at, put_at, row_version from backend_secret
         where api_id = $1 and ($2::uuid is null or id = $2) and ($3::text is null or name = $3)",
        api.id,
        id,
        name,
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let mut policies = naming(conn, &[row.id]).await?;
    Ok(Some(row.view(api, &mut policies)))
}

/// What the audit log keeps.
fn recorded(view: &BackendSecretView) -> Value {
    let put_at = view
        .put_at
        .format(&time::format_description::well_known::Rfc3339)
        .unwrap_or_default();
    json!({ "api": view.api.slug, "name": view.name, "put_at": put_at })
}
