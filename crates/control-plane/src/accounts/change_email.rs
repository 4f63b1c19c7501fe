//! Another address for an account: proved by a link to the new one, taken back by a link to the old one.

use std::net::IpAddr;

use gatehouse_domain::Email;
use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_language::t;
use gatehouse_runtime::Secret;
use serde_json::json;
use time::OffsetDateTime;

use super::{UserView, acting, attempts, find_by_email, get, prove_password};
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::mail::{self, NewMail};
use crate::one_time::{self, Carried, OneTimeToken, Purpose};
use crate::refusal::{Faults, OnConstraint, Refusal};
use crate::work::Work;
use crate::{emails, passkeys, sessions, tenants};

/// Mails a link to the address a signed-in person wants to have, once they have shown that they know their password. The answer
/// is the same for an address that has an account already; that one is told by mail.
pub async fn request_email_change(
    db: &Db,
    tenant: TenantId,
    user: UserId,
    wanted: &str,
    (current, ip): (Secret<String>, IpAddr),
) -> Result<(), Refusal> {
    let user = super::get_user(db, user).await?;
    let mut faults = Faults::default();
    let wanted = faults.parse("/email", "email", Email::new(wanted.trim()));
    faults.finish()?;
    // Without a fault there is an address.
    let wanted = wanted.ok_or(Refusal::NotFound)?;
    if wanted.as_str() == user.email {
        return Err(Refusal::field(
            "/email",
            "same",
            t!("refused-people-this-is-your-address-already-enter"),
        ));
    }
    prove_password(db, &user, current, ip).await?;
    let actor = acting(tenant, &user);
    let mut work = Work::begin(db, &actor).await?;
    let now = work.now();
    one_time::void(work.conn(), Purpose::ChangeEmail, user.id, now).await?;
    if attempts::may_mail(work.conn(), &wanted.canonical(), now).await? {
        let mail = letter_to(&mut work, &user, &wanted).await?;
        mail::queue(&mut work, mail).await?;
    }
    work.audit(AuditEntry {
        action: "account.request_email_change",
        subject: user.id.to_string(),
        after: Some(json!({ "email": wanted })),
        ..AuditEntry::default()
    });
    work.commit(()).await.map(drop)
}

async fn letter_to(
    work: &mut Work<'_>,
    user: &UserView,
    wanted: &Email,
) -> Result<NewMail, Refusal> {
    let now = work.now();
    let tenant = work.actor().tenant();
    let tenant = tenants::get(work.conn(), tenant).await?;
    let holder = find_by_email(work.conn(), wanted.as_str()).await?;
    if let Some(holder) = holder.filter(|holder| holder.id != user.id) {
        return Ok(NewMail {
            to: wanted.to_string(),
            letter: holder.is_told(|| emails::already_registered(&tenant.name)),
            token: None,
        });
    }
    let carried = Carried {
        user: Some(user.id),
        tenant: Some(tenant.id),
        email: Some(wanted.to_string()),
        ..Carried::default()
    };
    let token = one_time::create(work.conn(), Purpose::ChangeEmail, now, carried).await?;
    Ok(NewMail {
        to: wanted.to_string(),
        letter: user.reads(|| emails::change_email(&tenant.name, &user.name)),
        token: Some(token),
    })
}

/// Uses the link at the new address up: it is the account's from now on. Links mailed to the old one are worth nothing any more,
/// but for one that takes the change back for 7 days.
pub async fn confirm_email_change(db: &Db, token: &str) -> Result<UserId, Refusal> {
    let (link, user, tenant) = look(db, Purpose::ChangeEmail, token).await?;
    let actor = acting(tenant, &user);
    let mut work = Work::begin(db, &actor).await?;
    let now = work.now();
    one_time::claim(work.conn(), Purpose::ChangeEmail, token, now).await?;
    set_email(&mut work, &user, &link.address, "account.change_email").await?;
    // An undo link of an earlier change stays: it leads back further.
    let back = Carried {
        user: Some(user.id),
        tenant: Some(tenant),
        email: Some(user.email.clone()),
        ..Carried::default()
    };
    let undo = one_time::create(work.conn(), Purpose::UndoEmail, now, back).await?;
    let place = tenants::get(work.conn(), tenant).await?;
    let mail = NewMail {
        to: user.email.clone(),
        letter: user.reads(|| emails::email_changed(&place.name, &link.address)),
        token: Some(undo),
    };
    mail::queue(&mut work, mail).await?;
    work.commit(user.id).await.map(|changed| changed.value)
}

/// Uses the link at the old address up: the account has it again, every session ends, a second factor, a passkey or an identity
/// that was added since is gone, and so is the password, for somebody knows it. Gives the token of a link that chooses another.
pub async fn undo_email_change(db: &Db, token: &str) -> Result<OneTimeToken, Refusal> {
    let (link, user, tenant) = look(db, Purpose::UndoEmail, token).await?;
    let actor = acting(tenant, &user);
    let mut work = Work::begin(db, &actor).await?;
    let now = work.now();
    one_time::claim(work.conn(), Purpose::UndoEmail, token, now).await?;
    set_email(&mut work, &user, &link.address, "account.undo_email_change").await?;
    // Links to addresses that came later lead nowhere: whoever reads mail there must not take this back.
    one_time::void_since(work.conn(), Purpose::UndoEmail, user.id, link.since, now).await?;
    sessions::delete_all_in(work.conn(), user.id).await?;
    // Every other way in that may be somebody else's: what was set up since, what was linked since, the password.
    sqlx::query!(
        "delete from second_factor where user_id = $1 and created_at >= $2",
        user.id.uuid(),
        link.since,
    )
    .execute(work.conn())
    .await?;
    sqlx::query!(
        "delete from user_identity where user_id = $1 and created_at >= $2",
        user.id.uuid(),
        link.since,
    )
    .execute(work.conn())
    .await?;
    sqlx::query!(
        "update app_user set password_hash = null where id = $1",
        user.id.uuid(),
    )
    .execute(work.conn())
    .await?;
    passkeys::remove_all(work.conn(), user.id, link.since).await?;
    let reset = Carried {
        user: Some(user.id),
        tenant: Some(tenant),
        ..Carried::default()
    };
    let token = one_time::create(work.conn(), Purpose::ResetPassword, now, reset).await?;
    work.commit(token).await.map(|changed| changed.value)
}

/// The address a link is about, and when it was made.
struct EmailLink {
    address: String,
    since: OffsetDateTime,
}

/// What a link is about, without using it up.
async fn look(
    db: &Db,
    purpose: Purpose,
    token: &str,
) -> Result<(EmailLink, UserView, TenantId), Refusal> {
    let now = db.clock().now();
    let mut tx = db.global().await?;
    let carried = one_time::look(&mut tx, purpose, token, now).await?;
    let (Some(user), Some(tenant), Some(address), Some(since)) =
        (carried.user, carried.tenant, carried.email, carried.made_at)
    else {
        return Err(one_time::spent());
    };
    let user = get(&mut tx, user).await?;
    if user.status != "active" {
        return Err(one_time::spent());
    }
    Ok((EmailLink { address, since }, user, tenant))
}

/// Writes the address, and makes every link useless that was mailed to the one before.
async fn set_email(
    work: &mut Work<'_>,
    user: &UserView,
    address: &str,
    action: &'static str,
) -> Result<(), Refusal> {
    let now = work.now();
    sqlx::query!(
        "update app_user set email = $2, row_version = row_version + 1 where id = $1",
        user.id.uuid(),
        address,
    )
    .execute(work.conn())
    .await
    .on_constraint("app_user_email_key", || {
        Refusal::Conflict(t!(
            "refused-people-belongs-to-another-account-by-now",
            address = &address
        ))
    })?;
    for purpose in [Purpose::ResetPassword, Purpose::ChangeEmail] {
        one_time::void(work.conn(), purpose, user.id, now).await?;
    }
    work.audit(AuditEntry {
        action,
        subject: user.id.to_string(),
        before: Some(json!({ "email": user.email })),
        after: Some(json!({ "email": address })),
        reason: None,
    });
    work.emit(
        "account.changed",
        user.id,
        json!({ "user": user.id, "what": "email" }),
    );
    Ok(())
}
