//! Certificates of a tenant's own domains: what gateways show where an environment has a host of its own.
//!
//! A certificate says for which hosts it could be served; an environment says which host is its tenant's. Only where both say the
//! same is it served, so that a certificate for somebody else's host opens nothing. The private key comes in once, is sealed with
//! the tenant's data key ([`crate::sealed`]), leaves sealed for a group of gateways ([`gatehouse_snapshot::group_seal`]), and is in
//! no view, record, export or message.

mod judge;
mod project;
mod put;
mod watch;

use gatehouse_domain::Permission;
use gatehouse_domain::id::{CertificateId, TenantId};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::environments::{self, EnvironmentView};
use crate::page::{Listed, Lookup, Page};
use crate::refs::EnvRef;
use crate::refusal::Refusal;
use crate::sealed::{Owner, Place, Purpose};
use crate::words::require_version;
use crate::work::{Changed, Work};

pub use judge::{CHAIN_BYTES_MAX, CHAIN_MAX, HOSTS_MAX, KEY_BYTES_MAX};
pub use put::{CERTIFICATES_MAX, PutCertificate, put_certificate};
pub use watch::{NOTICE_DAYS, tell_of_ends};

pub(crate) use project::{project, touched_by_environment};

/// A certificate, as it is shown: nothing of its private key.
#[derive(Debug, Clone, Serialize)]
pub struct CertificateView {
    /// Identity.
    pub id: CertificateId,
    /// In URLs; a renewal keeps it.
    pub name: String,
    /// The hosts its leaf names (RFC 5280 §4.2.1.6), in lower case; `*` as the first label stands for one label.
    pub hosts: Vec<String>,
    /// The tenant's environments whose host is among them: there it is served.
    pub environments: Vec<EnvRef>,
    /// First moment of its validity.
    #[serde(with = "time::serde::rfc3339")]
    pub not_before: OffsetDateTime,
    /// Last moment of its validity.
    #[serde(with = "time::serde::rfc3339")]
    pub not_after: OffsetDateTime,
    /// SHA-256 of the leaf, in hexadecimal.
    pub fingerprint: String,
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
    hosts: Vec<String>,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
    fingerprint: Vec<u8>,
    created_at: OffsetDateTime,
    put_at: OffsetDateTime,
    row_version: i32,
}

impl Row {
    fn view(self, environments: &[EnvironmentView]) -> CertificateView {
        let served = environments.iter().filter(|environment| {
            let host = environment.host.as_deref();
            host.is_some_and(|host| names(&self.hosts, host))
        });
        CertificateView {
            environments: served
                .map(|environment| EnvRef {
                    id: environment.id,
                    slug: environment.slug.clone(),
                    kind: environment.kind,
                })
                .collect(),
            id: self.id.into(),
            name: self.name,
            hosts: self.hosts,
            not_before: self.not_before,
            not_after: self.not_after,
            fingerprint: self
                .fingerprint
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            created_at: self.created_at,
            put_at: self.put_at,
            row_version: self.row_version,
        }
    }
}

/// Whether one of a certificate's names is for a host.
fn names(hosts: &[String], host: &str) -> bool {
    let mut hosts = hosts.iter();
    hosts.any(|pattern| gatehouse_domain::host::covers(pattern, host))
}

/// Where the private key lies.
fn place(tenant: TenantId, id: Uuid) -> Place {
    Place {
        owner: Owner::Tenant(tenant),
        purpose: Purpose::Certificate,
        column: "certificate.key_enc",
        row: id,
    }
}

/// Lists the tenant's certificates, newest first.
pub async fn list_certificates(
    db: &Db,
    actor: &Actor,
    page: &Page,
) -> Result<Listed<CertificateView>, Refusal> {
    actor.require(Permission::GatewayManage)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let rows = sqlx::query_as!(
        Row,
        "select id, name, hosts, not_before, not_after, fingerprint, created_at, put_at, row_version
         from certificate where tenant_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3",
        actor.tenant().uuid(),
        page.after,
        page.fetch(),
    )
    .fetch_all(&mut *tx)
    .await?;
    let environments = environments::all(&mut tx).await?;
    let listed = Listed::cut(rows, page, |row| row.id);
    Ok(listed.map(|row| row.view(&environments)))
}

/// Shows one.
pub async fn get_certificate(
    db: &Db,
    actor: &Actor,
    certificate: Lookup<CertificateId>,
) -> Result<CertificateView, Refusal> {
    actor.require(Permission::GatewayManage)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let found = find(&mut tx, actor.tenant(), &certificate).await?;
    found.ok_or(Refusal::NotFound)
}

/// Takes one away: its hosts are served with the gateways' own certificate from then on, or not at all where they have none.
pub async fn delete_certificate(
    db: &Db,
    actor: &Actor,
    certificate: Lookup<CertificateId>,
    expected: Option<i32>,
) -> Result<Changed<()>, Refusal> {
    actor.require(Permission::GatewayManage)?;
    let mut work = Work::begin(db, actor).await?;
    hold_hosts(&mut work).await?;
    let before = lock(&mut work, &certificate)
        .await?
        .ok_or(Refusal::NotFound)?;
    require_version(expected, before.row_version)?;
    let tenant = work.tenant();
    sqlx::query!(
        "delete from certificate where tenant_id = $1 and id = $2",
        tenant,
        before.id.uuid(),
    )
    .execute(work.conn())
    .await?;
    work.audit(AuditEntry {
        action: "certificate.delete",
        subject: before.id.to_string(),
        before: Some(recorded(&before)),
        ..AuditEntry::default()
    });
    work.touch(Touched::Certificate(before.id));
    work.commit(()).await
}

/// Keeps hosts from moving until the commit, which works out by them where a certificate goes: a host that is set at the same
/// moment waits for the certificate, or this for the host.
async fn hold_hosts(work: &mut Work<'_>) -> Result<(), Refusal> {
    let tenant = work.tenant();
    sqlx::query("select id from environment where tenant_id = $1 order by id for share")
        .bind(tenant)
        .fetch_all(work.conn())
        .await?;
    Ok(())
}

/// Finds one and holds it against others who would change it.
async fn lock(
    work: &mut Work<'_>,
    certificate: &Lookup<CertificateId>,
) -> Result<Option<CertificateView>, Refusal> {
    let (id, name) = certificate.parts();
    let (tenant, actor) = (work.tenant(), work.actor());
    sqlx::query!(
        "select id from certificate
         where tenant_id = $1 and ($2::uuid is null or id = $2) and ($3::text is null or name = $3) for update",
        tenant,
        id,
        name,
    )
    .fetch_optional(work.conn())
    .await?;
    find(work.conn(), actor.tenant(), certificate).await
}

async fn find(
    conn: &mut PgConnection,
    tenant: TenantId,
    certificate: &Lookup<CertificateId>,
) -> Result<Option<CertificateView>, Refusal> {
    let (id, name) = certificate.parts();
    let row = sqlx::query_as!(
        Row,
        "select id, name, hosts, not_before, not_after, fingerprint, created_at, put_at, row_version
         from certificate
         where tenant_id = $1 and ($2::uuid is null or id = $2) and ($3::text is null or name = $3)",
        tenant.uuid(),
        id,
        name,
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let environments = environments::all(conn).await?;
    Ok(Some(row.view(&environments)))
}

/// What the audit log keeps.
fn recorded(view: &CertificateView) -> Value {
    let moment = |at: OffsetDateTime| {
        let written = at.format(&time::format_description::well_known::Rfc3339);
        written.unwrap_or_default()
    };
    json!({
        "name": view.name, "hosts": view.hosts, "not_before": moment(view.not_before),
        "not_after": moment(view.not_after), "fingerprint": view.fingerprint,
    })
}
