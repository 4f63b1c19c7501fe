//! Trust in workloads of CI: an identity token of their issuer is exchanged for an access token that lives minutes (RFC 8693).

mod create;
mod exchange;
mod pattern;
mod verify;

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiId, CiTrustId, TenantId, UserId};
use serde::Serialize;
use serde_json::json;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

pub use create::{CreateCiTrust, create_ci_trust};
pub use exchange::{Exchanged, TOKEN_BYTES_MAX, exchange};
pub use verify::WorkloadIssuers;

use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::{Listed, Page};
use crate::refusal::Refusal;
use crate::tokens::parse_scopes;
use crate::work::{Changed, Work};

/// Seconds an exchanged token lives when nothing is said.
pub const TTL_DEFAULT_S: i32 = 900;
/// Shortest and longest life, seconds.
pub const TTL_MIN_S: i32 = 60;
/// Longest life, seconds.
pub const TTL_MAX_S: i32 = 3_600;

/// A trust. Nothing of it is secret.
#[derive(Debug, Clone, Serialize)]
pub struct CiTrustView {
    /// Its id; workloads name it.
    pub id: CiTrustId,
    /// Its name.
    pub name: String,
    /// Who signs the identity tokens, exactly as their `iss` spells it.
    pub issuer: String,
    /// What their `aud` has to hold.
    pub audience: String,
    /// Whose they may be: the whole `sub`, `*` standing for any characters but `:`.
    pub subject_pattern: String,
    /// What an exchanged token may do.
    pub scopes: Vec<Permission>,
    /// The only APIs it may touch; `None` is every API.
    pub apis: Option<Vec<ApiId>>,
    /// Seconds it lives.
    pub ttl_s: i32,
    /// Who made the trust: an exchanged token never may more than they do.
    pub created_by: Option<UserId>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When a token was last exchanged.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_used_at: Option<OffsetDateTime>,
    /// Version for conditional changes.
    pub row_version: i32,
}

struct TrustRow {
    id: Uuid,
    name: String,
    issuer: String,
    audience: String,
    subject_pattern: String,
    scopes: Vec<String>,
    api_ids: Option<Vec<Uuid>>,
    ttl_s: i32,
    created_by: Option<Uuid>,
    created_at: OffsetDateTime,
    last_used_at: Option<OffsetDateTime>,
    row_version: i32,
}

impl TryFrom<TrustRow> for CiTrustView {
    type Error = Refusal;

    fn try_from(row: TrustRow) -> Result<Self, Refusal> {
        Ok(Self {
            id: row.id.into(),
            name: row.name,
            issuer: row.issuer,
            audience: row.audience,
            subject_pattern: row.subject_pattern,
            scopes: parse_scopes(&row.scopes)?,
            apis: row
                .api_ids
                .map(|ids| ids.into_iter().map(ApiId::from_uuid).collect()),
            ttl_s: row.ttl_s,
            created_by: row.created_by.map(UserId::from_uuid),
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            row_version: row.row_version,
        })
    }
}

/// Every trust of the tenant, newest first.
pub async fn list_ci_trusts(
    db: &Db,
    actor: &Actor,
    page: &Page,
) -> Result<Listed<CiTrustView>, Refusal> {
    actor.require(Permission::TokenManage)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let rows = sqlx::query_as!(
        TrustRow,
        "select id, name, issuer, audience, subject_pattern, scopes, api_ids, ttl_s, created_by, created_at, last_used_at,
                row_version
         from ci_trust where tenant_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3",
        actor.tenant().uuid(),
        page.after,
        page.fetch(),
    )
    .fetch_all(&mut *tx)
    .await?;
    let views = rows
        .into_iter()
        .map(CiTrustView::try_from)
        .collect::<Result<_, _>>()?;
    Ok(Listed::cut(views, page, |view: &CiTrustView| {
        view.id.uuid()
    }))
}

/// One trust.
pub async fn get_ci_trust(db: &Db, actor: &Actor, id: CiTrustId) -> Result<CiTrustView, Refusal> {
    actor.require(Permission::TokenManage)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    get(&mut tx, actor.tenant(), id).await
}

async fn get(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: CiTrustId,
) -> Result<CiTrustView, Refusal> {
    let row = sqlx::query_as!(
        TrustRow,
        "select id, name, issuer, audience, subject_pattern, scopes, api_ids, ttl_s, created_by, created_at, last_used_at,
                row_version
         from ci_trust where tenant_id = $1 and id = $2",
        tenant.uuid(),
        id.uuid(),
    )
    .fetch_one(conn)
    .await?;
    row.try_into()
}

/// Ends a trust, and every token that was exchanged by it.
pub async fn delete_ci_trust(
    db: &Db,
    actor: &Actor,
    id: CiTrustId,
    expected: Option<i32>,
) -> Result<Changed<()>, Refusal> {
    actor.require(Permission::TokenManage)?;
    let mut work = Work::begin(db, actor).await?;
    let (tenant, now) = (work.tenant(), work.now());
    sqlx::query!(
        "select id from ci_trust where tenant_id = $1 and id = $2 for update",
        tenant,
        id.uuid()
    )
    .fetch_one(work.conn())
    .await?;
    let before = get(work.conn(), actor.tenant(), id).await?;
    if expected.is_some_and(|expected| expected != before.row_version) {
        return Err(Refusal::Stale {
            current: before.row_version,
        });
    }
    sqlx::query!(
        "delete from ci_trust where tenant_id = $1 and id = $2",
        tenant,
        id.uuid()
    )
    .execute(work.conn())
    .await?;
    sqlx::query!(
        "update access_token set revoked_at = $3, row_version = row_version + 1
         where tenant_id = $1 and ci_trust_id = $2 and revoked_at is null and expires_at > $3",
        tenant,
        id.uuid(),
        now,
    )
    .execute(work.conn())
    .await?;
    work.audit(AuditEntry {
        action: "ci_trust.delete",
        subject: id.to_string(),
        before: Some(shown(&before)),
        ..AuditEntry::default()
    });
    work.emit(
        "ci_trust.deleted",
        id,
        json!({ "ci_trust": id, "name": before.name, "actor": actor.user() }),
    );
    work.commit(()).await
}

fn shown(view: &CiTrustView) -> serde_json::Value {
    json!({
        "name": view.name, "issuer": view.issuer, "audience": view.audience, "subject_pattern": view.subject_pattern,
        "scopes": view.scopes, "apis": view.apis, "ttl_s": view.ttl_s,
    })
}
