//! Bringing a certificate, and renewing it.

use gatehouse_domain::id::CertificateId;
use gatehouse_domain::{Permission, Slug};
use gatehouse_runtime::Secret;

use super::judge::{Read, judge};
use super::{CertificateView, find, hold_hosts, lock, place, recorded};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::{OnConstraint, Refusal};
use crate::sealed::{self, Sealed};
use crate::words::require_version;
use crate::work::{Changed, Work};

/// Most certificates of one tenant: all of them are held by every gateway that serves one of their hosts.
pub const CERTIFICATES_MAX: i64 = 100;

/// A certificate and its key, as they are sent. Prints nothing of the key.
#[derive(Debug, Clone)]
pub struct PutCertificate {
    /// PEM (RFC 7468): the leaf first, then what signed each, without the root.
    pub chain: String,
    /// The leaf's private key (PEM): PKCS #8, PKCS #1 or SEC 1, not encrypted.
    pub key: Secret<String>,
}

/// Puts a certificate under a name: a new one, or in place of the one that has the name, whose hosts are served with it from then
/// on without a restart and without a connection ending. By id only what is there is replaced.
///
/// Everything about it is judged before anything is stored: see [`super::judge`].
pub async fn put_certificate(
    db: &Db,
    actor: &Actor,
    certificate: Lookup<CertificateId>,
    expected: Option<i32>,
    input: PutCertificate,
) -> Result<Changed<CertificateView>, Refusal> {
    actor.require(Permission::GatewayManage)?;
    let now = db.clock().now();
    // Signatures are verified and keys compared: nothing for the threads that serve others.
    let read = tokio::task::spawn_blocking(move || judge(&input, now));
    let read = read.await.map_err(anyhow::Error::from)??;
    let mut work = Work::begin(db, actor).await?;
    hold_hosts(&mut work).await?;
    let before = lock(&mut work, &certificate).await?;
    let current = before.as_ref().map_or(0, |before| before.row_version);
    require_version(expected, current)?;
    let id = match (&before, &certificate) {
        (Some(before), _) => replace(&mut work, before.id, &read).await?,
        (None, Lookup::Slug(name)) => insert(&mut work, name, &read).await?,
        (None, Lookup::Id(_)) => return Err(Refusal::NotFound),
    };
    let after = find(work.conn(), actor.tenant(), &Lookup::Id(id)).await?;
    let after = after.ok_or(Refusal::NotFound)?;
    work.audit(AuditEntry {
        action: "certificate.put",
        subject: id.to_string(),
        before: before.as_ref().map(recorded),
        after: Some(recorded(&after)),
        reason: None,
    });
    work.touch(Touched::Certificate(id));
    work.commit(after).await
}

async fn seal(work: &mut Work<'_>, id: CertificateId, read: &Read) -> Result<Sealed, Refusal> {
    let (db, place) = (work.db(), place(work.actor().tenant(), id.uuid()));
    sealed::seal(work.conn(), db, &place, &read.key).await
}

async fn replace(
    work: &mut Work<'_>,
    id: CertificateId,
    read: &Read,
) -> Result<CertificateId, Refusal> {
    let sealed = seal(work, id, read).await?;
    let (tenant, now) = (work.tenant(), work.now());
    sqlx::query!(
        "update certificate
         set hosts = $3, not_before = $4, not_after = $5, fingerprint = $6, chain = $7, key_enc = $8, key_key_id = $9, put_at = $10, told_days = null,
             row_version = row_version + 1
         where tenant_id = $1 and id = $2",
        tenant,
        id.uuid(),
        &read.hosts,
        read.not_before,
        read.not_after,
        read.fingerprint.as_slice(),
        &read.chain,
        sealed.bytes,
        sealed.key_id,
        now,
    )
    .execute(work.conn())
    .await?;
    Ok(id)
}

async fn insert(work: &mut Work<'_>, name: &str, read: &Read) -> Result<CertificateId, Refusal> {
    let name = Slug::new(name).map_err(|fault| {
        Refusal::field("/name", "slug", format!("The certificate's name: {fault}."))
    })?;
    let tenant = work.tenant();
    let held = sqlx::query_scalar!(
        r#"select count(*) as "held!" from certificate where tenant_id = $1"#,
        tenant
    )
    .fetch_one(work.conn())
    .await?;
    if held >= CERTIFICATES_MAX {
        return Err(Refusal::Conflict(format!(
            "There are {held} certificates, and no more than {CERTIFICATES_MAX} are kept: delete one, or put this one under its name."
        )));
    }
    let id = work.new_id::<CertificateId>();
    let sealed = seal(work, id, read).await?;
    let now = work.now();
    sqlx::query!(
        "insert into certificate (id, tenant_id, name, hosts, not_before, not_after, fingerprint, chain, key_enc, key_key_id,
                                  created_at, put_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
        id.uuid(),
        tenant,
        name.as_str(),
        &read.hosts,
        read.not_before,
        read.not_after,
        read.fingerprint.as_slice(),
        &read.chain,
        sealed.bytes,
        sealed.key_id,
        now,
    )
    .execute(work.conn())
    .await
    .on_constraint("certificate_name_key", || {
        Refusal::Conflict("Somebody else put a certificate under this name just now.".to_owned())
    })?;
    Ok(id)
}
