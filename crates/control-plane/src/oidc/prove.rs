//! The proofs: the account's own password, or a mailed link opened in the browser that began.

use std::net::IpAddr;

use gatehouse_domain::id::{TeamId, TenantId, UserId};
use gatehouse_domain::{Email, Role};
use gatehouse_language::t;
use gatehouse_runtime::Secret;
use serde_json::json;
use uuid::Uuid;

use super::settle::{self, Claimed};
use super::{Issuers, hash_of};
use crate::accounts::{self, SignIn};
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::mail::{self, NewMail};
use crate::one_time;
use crate::refusal::Refusal;
use crate::work::Work;
use crate::{emails, tenants};

/// What waits, as the page that asks for the proof shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingIdentity {
    /// The provider's name.
    pub provider: String,
    /// The address it vouches for.
    pub email: String,
}

/// A proof that held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    /// Who.
    pub user: UserId,
    /// Where they go on to.
    pub next: String,
    /// Whether the session is of use in this tenant only.
    pub confined: bool,
}

/// What waits for the account's password in this browser.
pub async fn preview_identity(
    db: &Db,
    tenant: TenantId,
    pending: Uuid,
    browser: &str,
) -> Result<PendingIdentity, Refusal> {
    let mut tx = db.tenant(tenant).await?;
    let found = sqlx::query_as!(
        PendingIdentity,
        "select p.name as provider, i.email from pending_identity i
         join identity_provider p on p.tenant_id = i.tenant_id and p.id = i.provider_id
         where i.tenant_id = $1 and i.id = $2 and i.token_hash is null and i.browser_hash = $3 and i.expires_at > $4",
        tenant.uuid(),
        pending,
        hash_of("browser", browser),
        db.clock().now(),
    )
    .fetch_optional(&mut *tx)
    .await?;
    found.ok_or_else(one_time::spent)
}

/// What a mailed link would confirm in this browser, without using it.
pub async fn preview_identity_by_mail(
    db: &Db,
    tenant: TenantId,
    token: &str,
    browser: &str,
) -> Result<PendingIdentity, Refusal> {
    let mut tx = db.tenant(tenant).await?;
    let found = sqlx::query_as!(
        PendingIdentity,
        "select p.name as provider, i.email from pending_identity i
         join identity_provider p on p.tenant_id = i.tenant_id and p.id = i.provider_id
         where i.tenant_id = $1 and i.token_hash = $2 and i.browser_hash = $3 and i.expires_at > $4",
        tenant.uuid(),
        one_time::hash_of(token),
        hash_of("browser", browser),
        db.clock().now(),
    )
    .fetch_optional(&mut *tx)
    .await?;
    found.ok_or_else(elsewhere)
}

fn elsewhere() -> Refusal {
    Refusal::Conflict(t!("refused-people-this-link-was-used-already-is"))
}

struct Row {
    id: Uuid,
    issuer: String,
    subject: String,
    email: String,
    name: String,
    roles: Vec<String>,
    teams: Vec<Uuid>,
    next: String,
}

impl Row {
    fn claimed(&self) -> Result<Claimed, Refusal> {
        let role =
            |word: &String| Role::parse(word).ok_or_else(|| anyhow::anyhow!("unknown role {word}"));
        Ok(Claimed {
            issuer: self.issuer.clone(),
            subject: self.subject.clone(),
            email: Email::new(self.email.clone()).map_err(anyhow::Error::from)?,
            name: self.name.clone(),
            shown: None,
            roles: self.roles.iter().map(role).collect::<Result<_, _>>()?,
            teams: self.teams.iter().copied().map(TeamId::from_uuid).collect(),
        })
    }
}

/// Connects a waiting identity with the account of its address, by that account's password, and signs in.
pub async fn connect_identity(
    db: &Db,
    issuers: &Issuers,
    (tenant, pending): (TenantId, Uuid),
    browser: &str,
    password: Secret<String>,
    ip: IpAddr,
) -> Result<Confirmed, Refusal> {
    let shown = preview_identity(db, tenant, pending, browser).await?;
    let attempt = SignIn {
        email: shown.email,
        password,
        ip,
    };
    let user = accounts::sign_in(db, attempt).await?;
    let user = accounts::get_user(db, user).await?;
    let actor = accounts::acting(tenant, &user);
    let mut work = Work::begin(db, &actor).await?;
    let row = sqlx::query_as!(
        Row,
        "delete from pending_identity
         where tenant_id = $1 and id = $2 and token_hash is null and browser_hash = $3 and expires_at > $4
           and lower(email) = lower($5)
         returning id, issuer, subject, email, name, roles, teams, next",
        tenant.uuid(),
        pending,
        hash_of("browser", browser),
        db.clock().now(),
        user.email,
    )
    .fetch_optional(work.conn())
    .await?;
    let row = row.ok_or_else(one_time::spent)?;
    let claimed = row.claimed()?;
    settle::connect(&mut work, user.id, &claimed).await?;
    settle::join(&mut work, &user, &claimed).await?;
    let place = tenants::get(work.conn(), tenant).await?;
    let mail = NewMail {
        to: user.email.clone(),
        letter: user.reads(|| emails::identity_connected(&place.name, &shown.provider)),
        token: None,
    };
    mail::queue(&mut work, mail).await?;
    work.audit(AuditEntry {
        action: "account.connect_identity",
        subject: user.id.to_string(),
        after: Some(json!({ "issuer": claimed.issuer })),
        ..AuditEntry::default()
    });
    let confirmed = Confirmed {
        user: user.id,
        next: row.next,
        confined: !issuers.trusts(&claimed.issuer),
    };
    work.commit(confirmed).await.map(|changed| changed.value)
}

/// Uses a mailed link in the browser that began: the account is made or taken over, connected and signed in.
pub async fn confirm_identity(
    db: &Db,
    issuers: &Issuers,
    tenant: TenantId,
    token: &str,
    browser: &str,
) -> Result<Confirmed, Refusal> {
    let mut tx = db.tenant(tenant).await?;
    let row = sqlx::query_as!(
        Row,
        "delete from pending_identity where tenant_id = $1 and token_hash = $2 and browser_hash = $3 and expires_at > $4
         returning id, issuer, subject, email, name, roles, teams, next",
        tenant.uuid(),
        one_time::hash_of(token),
        hash_of("browser", browser),
        db.clock().now(),
    )
    .fetch_optional(&mut *tx)
    .await?;
    let row = row.ok_or_else(elsewhere)?;
    tx.commit().await?;
    tracing::debug!(pending = %row.id, "an identity was proved by mail");
    let claimed = row.claimed()?;
    let place = tenants::get(&mut *db.global().await?, tenant).await?;
    accounts::require_open(&place, &claimed.email)?;
    let user = settle::admit(db, tenant, &claimed).await?;
    Ok(Confirmed {
        user,
        next: row.next,
        confined: !issuers.trusts(&claimed.issuer),
    })
}
