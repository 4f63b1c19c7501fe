//! The exchange itself. Every refusal is the same answer: a stranger learns nothing of a trust by trying.

use std::net::IpAddr;

use gatehouse_domain::Permission;
use gatehouse_domain::id::{CiTrustId, TenantId};
use gatehouse_domain::key::Key;
use serde_json::json;
use time::Duration;

use super::{CiTrustView, WorkloadIssuers, get, pattern};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::refusal::Refusal;
use crate::tokens::{self, Made, TokenView};
use crate::work::Work;

/// Longest identity token that is looked at, bytes (RFC 8725 leaves it to us).
pub const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// A token that was exchanged.
pub struct Exchanged {
    /// Its text; shown this once.
    pub key: Key,
    /// What it may do.
    pub scopes: Vec<Permission>,
    /// Seconds it lives.
    pub expires_in_s: i32,
}

/// Exchanges a workload's identity token for an access token. `None` for everything that is not accepted, whatever the
/// reason; the log says which. `scopes` may ask for less than the trust gives.
pub async fn exchange(
    db: &Db,
    issuers: &WorkloadIssuers,
    trust: CiTrustId,
    token: &str,
    scopes: Option<&[Permission]>,
    (ip, request_id): (IpAddr, &str),
) -> Result<Option<Exchanged>, Refusal> {
    if token.len() > TOKEN_BYTES_MAX {
        return Ok(None);
    }
    let Some((tenant, trust)) = find(db, trust).await? else {
        return Ok(None);
    };
    let refused = |reason: &str| {
        tracing::warn!(%tenant, ci_trust = %trust.id, reason, "a workload was refused");
    };
    let claims = match issuers.verify(db, &trust, token).await {
        Ok(claims) => claims,
        Err(reason) => {
            refused(&reason);
            return Ok(None);
        }
    };
    if !pattern::matches(&trust.subject_pattern, &claims.sub) {
        refused("the subject is another's");
        return Ok(None);
    }
    let mut given = trust.scopes.clone();
    given.retain(|scope| scopes.is_none_or(|wanted| wanted.contains(scope)));
    if given.is_empty() {
        refused("it asks for nothing the trust gives");
        return Ok(None);
    }
    let system = Actor::system(tenant, &trust.name).from_request(ip, request_id);
    hand_out(db, &system, trust, claims.sub, given).await
}

async fn find(db: &Db, id: CiTrustId) -> Result<Option<(TenantId, CiTrustView)>, Refusal> {
    let found = {
        let mut tx = db.global().await?;
        sqlx::query!(
            r#"select f.tenant_id as "tenant_id!" from find_ci_trust($1) f
               join tenant t on t.id = f.tenant_id where t.status <> 'closed'"#,
            id.uuid()
        )
        .fetch_optional(&mut *tx)
        .await?
    };
    let Some(found) = found else { return Ok(None) };
    let tenant: TenantId = found.tenant_id.into();
    let mut tx = db.tenant(tenant).await?;
    match get(&mut tx, tenant, id).await {
        Ok(view) => Ok(Some((tenant, view))),
        Err(Refusal::NotFound) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

async fn hand_out(
    db: &Db,
    system: &Actor,
    trust: CiTrustView,
    subject: String,
    scopes: Vec<Permission>,
) -> Result<Option<Exchanged>, Refusal> {
    let mut work = Work::begin(db, system).await?;
    let (tenant, now) = (work.tenant(), work.now());
    // Held until the commit: a trust that is deleted meanwhile hands out nothing more.
    let held = sqlx::query!(
        "update ci_trust set last_used_at = $3 where tenant_id = $1 and id = $2",
        tenant,
        trust.id.uuid(),
        now,
    )
    .execute(work.conn())
    .await?;
    if held.rows_affected() == 0 {
        return Ok(None);
    }
    let name: String = format!("{}: {subject}", trust.name)
        .chars()
        .take(80)
        .collect();
    let key = tokens::fresh_token_key();
    let view = TokenView::of_workload(
        work.new_id(),
        name,
        &key,
        (scopes.clone(), trust.apis.clone()),
        trust.created_by,
        (now, now + Duration::seconds(trust.ttl_s.into())),
    );
    tokens::insert(&mut work, &view, &key, Made::ByTrust(trust.id)).await?;
    work.audit(AuditEntry {
        action: "token.exchange",
        subject: view.id.to_string(),
        after: Some(json!({
            "ci_trust": trust.id, "workload": subject, "scopes": scopes, "apis": trust.apis,
            "expires_at": view.expires_at.unix_timestamp(),
        })),
        ..AuditEntry::default()
    });
    work.commit(()).await?;
    Ok(Some(Exchanged {
        key,
        scopes,
        expires_in_s: trust.ttl_s,
    }))
}
