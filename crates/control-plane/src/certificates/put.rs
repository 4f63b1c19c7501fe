//! Bringing a certificate, and renewing it.

use gatehouse_domain::id::CertificateId;
use gatehouse_domain::{Permission, Slug};
use gatehouse_language::t;
use gatehouse_runtime::Secret;

use super::judge::{Read, judge};
use super::{CertificateView, find, hold_hosts, lock, place, recorded};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::{OnConstraint, Refusal};
use crate::sealed;
use crate::words::{Said, blocking, require_version};
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
    let read = blocking(move || judge(&input, now)).await??;
    let mut work = Work::begin(db, actor).await?;
    hold_hosts(&mut work).await?;
    let before = lock(&mut work, &certificate).await?;
    let current = before.as_ref().map_or(0, |before| before.row_version);
    require_version(expected, current)?;
    let (id, name) = match (&before, &certificate) {
        (Some(before), _) => (before.id, before.name.clone()),
        (None, Lookup::Slug(name)) => (work.new_id(), new_name(&mut work, name).await?),
        (None, Lookup::Id(_)) => return Err(Refusal::NotFound),
    };
    store(&mut work, id, &name, &read).await?;
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

/// The name of a certificate to come.
async fn new_name(work: &mut Work<'_>, name: &str) -> Result<String, Refusal> {
    let name = Slug::new(name).map_err(|fault| {
        Refusal::field(
            "/name",
            "slug",
            t!(
                "refused-policies-the-certificate-s-name",
                fault = &fault.said()
            ),
        )
    })?;
    let tenant = work.tenant();
    let held = sqlx::query_scalar!(
        r#"select count(*) as "held!" from certificate where tenant_id = $1"#,
        tenant
    )
    .fetch_one(work.conn())
    .await?;
    if held >= CERTIFICATES_MAX {
        return Err(Refusal::Conflict(t!(
            "refused-policies-there-are-certificates-and-no-more",
            held = &held,
            certificates_max = &CERTIFICATES_MAX
        )));
    }
    Ok(name.as_str().to_owned())
}

/// Stores what was read under an id: a new row, or in place of what the row has.
async fn store(
    work: &mut Work<'_>,
    id: CertificateId,
    name: &str,
    read: &Read,
) -> Result<(), Refusal> {
    let (db, place) = (work.db(), place(work.actor().tenant(), id.uuid()));
    let sealed = sealed::seal(work.conn(), db, &place, &read.key).await?;
    let (tenant, now) = (work.tenant(), work.now());
    sqlx::query!(
        "insert into certificate (id, tenant_id, name, hosts, not_before, not_after, fingerprint, chain, key_enc, key_key_id,
                                  created_at, put_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
         on conflict (tenant_id, id) do update
         set (hosts, not_before, not_after, fingerprint, chain, key_enc, key_key_id, put_at, told_days, row_version)
           = (excluded.hosts, excluded.not_before, excluded.not_after, excluded.fingerprint, excluded.chain, excluded.key_enc,
              excluded.key_key_id, excluded.put_at, null, certificate.row_version + 1)",
        id.uuid(),
        tenant,
        name,
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
        Refusal::Conflict(t!("refused-policies-somebody-else-put-a-certificate-under"))
    })?;
    Ok(())
}
