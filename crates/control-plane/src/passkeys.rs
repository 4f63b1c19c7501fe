//! Passkeys (WebAuthn level 3): keys on somebody's own devices. A device signs a challenge after it has made sure of its owner
//! (user verification), so one passkey is a password and a second factor at once.
//!
//! They belong to the person, in every tenant, and to the host of the portal's public URL: no other site gets an answer from
//! them. webauthn-rs judges the protocol; this folder keeps challenges, once and for minutes, and the keys. Whoever loses
//! theirs still has the password and, where that is not enough, the roads of the second factor.

mod ceremony;
mod register;
mod show;

use std::sync::Arc;

use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_runtime::settings::PublicUrl;
use serde::Serialize;
use serde_json::json;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;
use webauthn_rs::prelude::{Url, Webauthn, WebauthnBuilder};

pub use ceremony::Begun;
pub use register::{PASSKEYS_MAX, begin_registration, finish_registration};
pub use show::{Shown, begin_showing, finish_showing};

use crate::accounts::{self, UserView};
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::mail::{self, NewMail};
use crate::refusal::{Faults, Refusal};
use crate::work::Work;
use crate::{emails, tenants};

/// Whom passkeys are made for and answer to: the host of the public URL.
#[derive(Debug, Clone)]
pub struct RelyingParty(Arc<Webauthn>);

impl RelyingParty {
    /// `None` where browsers know no passkeys: at an address without a name, and without TLS anywhere but on `localhost`
    /// (WebAuthn §5.1.2, Secure Contexts §3.1).
    pub fn of(public_url: &PublicUrl) -> Option<Self> {
        let host = public_url.host();
        let here = host == "localhost" || host.ends_with(".localhost");
        if !public_url.is_https() && !here {
            return None;
        }
        let origin = Url::parse(&public_url.origin()).ok()?;
        let made = WebauthnBuilder::new(host, &origin).ok()?.build().ok()?;
        Some(Self(Arc::new(made)))
    }
}

/// A passkey as its owner sees it. Nothing in it helps to use it.
#[derive(Debug, Clone, Serialize)]
pub struct PasskeyView {
    /// Names it in lists.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was last shown.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_used_at: Option<OffsetDateTime>,
}

/// A person's passkeys, the oldest first.
pub async fn list(db: &Db, user: UserId) -> Result<Vec<PasskeyView>, Refusal> {
    let mut tx = db.global().await?;
    let keys = sqlx::query_as!(
        PasskeyView,
        "select id, name, created_at, last_used_at from passkey where user_id = $1 order by id",
        user.uuid(),
    )
    .fetch_all(&mut *tx)
    .await?;
    Ok(keys)
}

/// Calls a passkey something else.
pub async fn rename(
    db: &Db,
    tenant: TenantId,
    user: UserId,
    id: Uuid,
    name: &str,
) -> Result<(), Refusal> {
    let mut faults = Faults::default();
    let name = faults.text("/name", name, 80);
    faults.finish()?;
    let user = accounts::get_user(db, user).await?;
    let actor = accounts::acting(tenant, &user);
    let mut work = Work::begin(db, &actor).await?;
    sqlx::query!(
        "update passkey set name = $3 where id = $1 and user_id = $2 returning id",
        id,
        user.id.uuid(),
        name,
    )
    .fetch_one(work.conn())
    .await?;
    note(&mut work, &user, "account.rename_passkey", &name);
    work.commit(()).await.map(drop)
}

/// Takes a passkey out: it opens nothing any more.
pub async fn remove(db: &Db, tenant: TenantId, user: UserId, id: Uuid) -> Result<(), Refusal> {
    let user = accounts::get_user(db, user).await?;
    let actor = accounts::acting(tenant, &user);
    let mut work = Work::begin(db, &actor).await?;
    let name = sqlx::query_scalar!(
        "delete from passkey where id = $1 and user_id = $2 returning name",
        id,
        user.id.uuid(),
    )
    .fetch_one(work.conn())
    .await?;
    note(&mut work, &user, "account.remove_passkey", &name);
    tell(&mut work, &user, emails::passkey_removed).await?;
    work.commit(()).await.map(drop)
}

/// Takes all of a person's out, and says how many there were: for an administrator whom they asked, and for whoever took an
/// account back from somebody.
pub(crate) async fn remove_all(
    conn: &mut PgConnection,
    user: UserId,
    added_since: OffsetDateTime,
) -> Result<u64, Refusal> {
    let removed = sqlx::query!(
        "delete from passkey where user_id = $1 and created_at >= $2",
        user.uuid(),
        added_since,
    )
    .execute(conn)
    .await?;
    Ok(removed.rows_affected())
}

fn note(work: &mut Work<'_>, user: &UserView, action: &'static str, name: &str) {
    work.audit(AuditEntry {
        action,
        subject: user.id.to_string(),
        after: Some(json!({ "passkey": name })),
        ..AuditEntry::default()
    });
}

/// Event and mail of what became of somebody's passkeys.
async fn tell(
    work: &mut Work<'_>,
    user: &UserView,
    letter: fn(&str) -> emails::Letter,
) -> Result<(), Refusal> {
    let tenant = work.actor().tenant();
    let tenant = tenants::get(work.conn(), tenant).await?;
    let mail = NewMail {
        to: user.email.clone(),
        letter: user.reads(|| letter(&tenant.name)),
        token: None,
    };
    mail::queue(work, mail).await?;
    work.emit(
        "account.changed",
        user.id,
        json!({ "user": user.id, "what": "passkey" }),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::RelyingParty;

    #[test]
    fn passkeys_need_a_name_and_tls_but_on_localhost() {
        let known = |url: &str| RelyingParty::of(&url.parse().unwrap()).is_some();
        assert!(known("https://dev.example.com/portal"));
        assert!(known("http://localhost:8080"));
        assert!(!known("http://dev.example.com"));
        assert!(!known("http://127.0.0.1:8080"));
        assert!(!known("https://192.0.2.7"));
    }
}
