//! Changing a password: by a mailed link, or knowing the one there is.

use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_runtime::Secret;
use serde_json::json;

use std::net::IpAddr;

use super::{UserView, acting, attempts, find_by_email, get, prove_password};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::mail::{self, NewMail};
use crate::one_time::{self, Carried, Purpose};
use crate::refusal::Refusal;
use crate::work::Work;
use crate::{emails, passwords, sessions, tenants};

/// Mails a reset link to an address that has an account. The answer is the same for one that has none.
pub async fn request_password_reset(db: &Db, tenant: TenantId, email: &str) -> Result<(), Refusal> {
    let actor = Actor::system(tenant, "password reset");
    let mut work = Work::begin(db, &actor).await?;
    let now = work.now();
    let email = email.trim().to_lowercase();
    let place = tenants::get(work.conn(), tenant).await?;
    let may_mail = attempts::may_mail(work.conn(), &email, now).await?;
    let user = find_by_email(work.conn(), &email)
        .await?
        .filter(|user| user.status == "active");
    if let Some(user) = user.filter(|_| may_mail) {
        one_time::void(work.conn(), Purpose::ResetPassword, user.id, now).await?;
        let carried = Carried {
            user: Some(user.id),
            tenant: Some(tenant),
            ..Carried::default()
        };
        let token = one_time::create(work.conn(), Purpose::ResetPassword, now, carried).await?;
        let mail = NewMail {
            letter: user.reads(|| emails::reset_password(&place.name)),
            to: user.email,
            token: Some(token),
        };
        mail::queue(&mut work, mail).await?;
    }
    work.emit("account.reset", tenant, json!({ "tenant": tenant }));
    work.commit(()).await.map(|changed| changed.value)
}

/// Uses a reset link. Every session of the person ends.
pub async fn reset_password(
    db: &Db,
    token: &str,
    new_password: &Secret<String>,
) -> Result<UserId, Refusal> {
    let now = db.clock().now();
    let (user, tenant) = {
        let mut tx = db.global().await?;
        let carried = one_time::look(&mut tx, Purpose::ResetPassword, token, now).await?;
        let (Some(user), Some(tenant)) = (carried.user, carried.tenant) else {
            return Err(one_time::spent());
        };
        (get(&mut tx, user).await?, tenant)
    };
    // Judged before the link is used up, so that a refused password can be corrected.
    let context = vec![user.email.clone(), user.name.clone()];
    let hash = passwords::accept(new_password, "/password", context).await?;
    let actor = acting(tenant, &user);
    let mut work = Work::begin(db, &actor).await?;
    one_time::claim(work.conn(), Purpose::ResetPassword, token, now).await?;
    set_password(&mut work, &user, &hash, "account.reset_password", None).await?;
    work.commit(user.id).await.map(|changed| changed.value)
}

/// A signed-in person chooses another password, knowing the one they have. Every session but the one they are in ends; guesses at
/// the old one are counted like attempts to sign in.
pub async fn change_password(
    db: &Db,
    tenant: TenantId,
    user: UserId,
    current: Secret<String>,
    new_password: &Secret<String>,
    (kept, ip): (&[u8; 32], IpAddr),
) -> Result<(), Refusal> {
    let user = super::get_user(db, user).await?;
    prove_password(db, &user, current, ip).await?;
    let context = vec![user.email.clone(), user.name.clone()];
    let hash = passwords::accept(new_password, "/password", context).await?;
    let actor = acting(tenant, &user);
    let mut work = Work::begin(db, &actor).await?;
    set_password(
        &mut work,
        &user,
        &hash,
        "account.change_password",
        Some(kept),
    )
    .await?;
    work.commit(()).await.map(drop)
}

async fn set_password(
    work: &mut Work<'_>,
    user: &UserView,
    hash: &str,
    action: &'static str,
    kept: Option<&[u8; 32]>,
) -> Result<(), Refusal> {
    let now = work.now();
    let updated = sqlx::query!(
        "update app_user set password_hash = $2, row_version = row_version + 1 where id = $1 and status = 'active'",
        user.id.uuid(),
        hash,
    )
    .execute(work.conn())
    .await?;
    if updated.rows_affected() == 0 {
        return Err(one_time::spent());
    }
    one_time::void(work.conn(), Purpose::ResetPassword, user.id, now).await?;
    match kept {
        Some(kept) => {
            sessions::end_others_in(work.conn(), user.id, kept).await?;
        }
        None => sessions::delete_all_in(work.conn(), user.id).await?,
    }
    attempts::forget(work.conn(), &user.email.to_lowercase()).await?;
    let id: TenantId = work.tenant().into();
    let tenant = tenants::get(work.conn(), id).await?;
    let mail = NewMail {
        to: user.email.clone(),
        letter: user.reads(|| emails::password_changed(&tenant.name)),
        token: None,
    };
    mail::queue(work, mail).await?;
    work.audit(AuditEntry {
        action,
        subject: user.id.to_string(),
        ..AuditEntry::default()
    });
    work.emit("account.reset", user.id, json!({ "user": user.id }));
    Ok(())
}
