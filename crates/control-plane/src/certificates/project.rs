//! What gateways hold of a certificate.

use gatehouse_domain::id::{CertificateId, TenantId};
use gatehouse_snapshot::object::Certificate;
use sqlx::postgres::PgConnection;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{names, place};
use crate::db::Db;
use crate::refusal::Refusal;
use crate::sealed::{self, Sealed};

/// A certificate without its key, its key, and the environments whose host it is for: groups that serve none of them get neither.
pub(crate) type Projected = (Certificate, Zeroizing<Vec<u8>>, Vec<Uuid>);

/// Reads one as the running transaction has it.
pub(crate) async fn project(
    conn: &mut PgConnection,
    db: &Db,
    tenant: TenantId,
    id: CertificateId,
) -> Result<Option<Projected>, Refusal> {
    let row = sqlx::query!(
        "select hosts, not_after, chain, key_enc, key_key_id from certificate where tenant_id = $1 and id = $2",
        tenant.uuid(),
        id.uuid(),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let environments = sqlx::query!(
        r#"select id, host as "host!" from environment where tenant_id = $1 and host is not null order by id"#,
        tenant.uuid(),
    )
    .fetch_all(&mut *conn)
    .await?;
    let environments = environments
        .into_iter()
        .filter(|environment| names(&row.hosts, &environment.host))
        .map(|environment| environment.id)
        .collect();
    let sealed = Sealed {
        bytes: row.key_enc,
        key_id: row.key_key_id,
    };
    let key = sealed::open(conn, db, &place(tenant, id.uuid()), &sealed).await?;
    let certificate = Certificate {
        id,
        tenant,
        hosts: row.hosts,
        not_after: row.not_after.into(),
        chain: row.chain,
        sealed_key: Vec::new(),
    };
    Ok(Some((certificate, key, environments)))
}

/// The certificates that may be served elsewhere when an environment changes: all of its tenant.
pub(crate) async fn touched_by_environment(
    conn: &mut PgConnection,
    tenant: TenantId,
) -> Result<Vec<CertificateId>, Refusal> {
    let ids = sqlx::query_scalar!(
        "select id from certificate where tenant_id = $1 order by id",
        tenant.uuid()
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(CertificateId::from_uuid).collect())
}
