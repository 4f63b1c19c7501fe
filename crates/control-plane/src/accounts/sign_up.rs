//! Signing up, and proving the address.

use std::net::IpAddr;

use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_domain::{Email, Role, SignupMode, TenantStatus};
use gatehouse_language::t;
use gatehouse_runtime::Secret;
use serde::Serialize;
use serde_json::json;

use super::{UserView, activate, attempts, find_by_email, get, insert};
use crate::actor::{Actor, ActorKind};
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::mail::{self, NewMail};
use crate::one_time::{self, Carried, Purpose};
use crate::refusal::{Faults, Refusal};
use crate::tenants::{self, TenantView};
use crate::words::one_of;
use crate::work::Work;
use crate::{emails, members, passwords};

/// What a person types to sign up.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// Their address.
    pub email: String,
    /// Their name, 1 to 80 characters.
    pub name: String,
    /// The password they choose.
    pub password: Secret<String>,
    /// Where they sign up from, after trusted proxies.
    pub ip: IpAddr,
}

/// The answer to every acceptable sign-up, whether or not the address has an account already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignedUp {
    /// Where the mail went.
    pub email: String,
}

/// Takes a sign-up to a tenant and mails a link that activates it. An address with an account gets a mail that says so
/// instead; the answer is the same. Too many from one address within an hour answer [`Refusal::TooMany`].
pub async fn sign_up(db: &Db, tenant: TenantId, input: SignUp) -> Result<SignedUp, Refusal> {
    let mut faults = Faults::default();
    let email = faults.parse("/email", "email", Email::new(input.email.trim()));
    let name = faults.text("/name", &input.name, 80);
    faults.finish()?;
    // Without a fault there is an address.
    let email = email.ok_or(Refusal::NotFound)?;
    let place = {
        let mut tx = db.global().await?;
        tenants::get(&mut tx, tenant).await?
    };
    require_open(&place, &email)?;
    attempts::charge_sign_up(db, input.ip).await?;
    let context = vec![email.to_string(), name.clone(), place.name.clone()];
    let password_hash = passwords::accept(&input.password, "/password", context).await?;

    let actor = Actor::system(tenant, "sign-up");
    let mut work = Work::begin(db, &actor).await?;
    let now = work.now();
    let id: UserId = work.new_id();
    insert(work.conn(), id, &email, &name, None, now).await?;
    let user = find_by_email(work.conn(), email.as_str())
        .await?
        .ok_or(Refusal::NotFound)?;
    if attempts::may_mail(work.conn(), &email.canonical(), now).await? {
        answer_by_mail(&mut work, &place, &user, &name, password_hash).await?;
    }
    work.audit(AuditEntry {
        action: "account.sign_up",
        subject: tenant.to_string(),
        after: Some(json!({ "email": email })),
        ..AuditEntry::default()
    });
    work.emit("account.verify", tenant, json!({ "tenant": tenant }));
    work.commit(()).await?;
    Ok(SignedUp {
        email: email.to_string(),
    })
}

/// Refuses a sign-up where the tenant does not take it; a tenant's rule is no secret.
pub(crate) fn require_open(tenant: &TenantView, email: &Email) -> Result<(), Refusal> {
    if tenant.status != TenantStatus::Active {
        return Err(Refusal::NotYours(t!(
            "refused-people-takes-no-sign-ups-at-present",
            name = &tenant.name
        )));
    }
    match tenant.signup_mode {
        SignupMode::Open => Ok(()),
        SignupMode::Domain if tenant.email_domains.contains(&email.domain()) => Ok(()),
        SignupMode::Domain => Err(Refusal::field(
            "/email",
            "domain",
            t!(
                "refused-people-use-an-address-of-is-of",
                join = &one_of(&tenant.email_domains),
                email = &email
            ),
        )),
        SignupMode::Invite => Err(Refusal::NotYours(t!(
            "refused-people-is-joined-by-invitation-ask-one",
            name = &tenant.name
        ))),
        SignupMode::Closed => Err(Refusal::NotYours(t!(
            "refused-people-takes-no-sign-ups",
            name = &tenant.name
        ))),
    }
}

async fn answer_by_mail(
    work: &mut Work<'_>,
    tenant: &TenantView,
    user: &UserView,
    name: &str,
    password_hash: String,
) -> Result<(), Refusal> {
    let now = work.now();
    let mail = match user.status.as_str() {
        "unverified" => {
            let carried = Carried {
                user: Some(user.id),
                tenant: Some(tenant.id),
                name: Some(name.to_owned()),
                password_hash: Some(password_hash),
                ..Carried::default()
            };
            let token = one_time::create(work.conn(), Purpose::VerifyEmail, now, carried).await?;
            NewMail {
                to: user.email.clone(),
                letter: user.reads(|| emails::verify_email(&tenant.name, name)),
                token: Some(token),
            }
        }
        "active" => NewMail {
            to: user.email.clone(),
            letter: user.reads(|| emails::already_registered(&tenant.name)),
            token: None,
        },
        // Locked and deactivated accounts are not written to.
        _ => return Ok(()),
    };
    mail::queue(work, mail).await
}

/// Uses a verification link: the account becomes active with the name and password of that sign-up, a developer of the
/// tenant with a personal team.
pub async fn verify_email(db: &Db, token: &str) -> Result<UserId, Refusal> {
    let now = db.clock().now();
    let carried = {
        let mut tx = db.global().await?;
        one_time::look(&mut tx, Purpose::VerifyEmail, token, now).await?
    };
    let (Some(user), Some(tenant), Some(name), Some(password_hash)) = (
        carried.user,
        carried.tenant,
        carried.name,
        carried.password_hash,
    ) else {
        return Err(one_time::spent());
    };
    let kind = ActorKind::User {
        id: user,
        roles: Vec::new(),
    };
    let actor = Actor::new(tenant, kind, name.clone(), Default::default());
    let mut work = Work::begin(db, &actor).await?;
    one_time::claim(work.conn(), Purpose::VerifyEmail, token, now).await?;
    one_time::void(work.conn(), Purpose::VerifyEmail, user, now).await?;
    activate(work.conn(), user, &name, &password_hash, now).await?;
    let account = get(work.conn(), user).await?;
    if account.status != "active" {
        return Err(one_time::spent());
    }
    members::add_membership(&mut work, user, &[Role::Developer]).await?;
    work.audit(AuditEntry {
        action: "account.verify",
        subject: user.to_string(),
        after: Some(json!({ "email": account.email, "name": account.name })),
        ..AuditEntry::default()
    });
    work.emit(
        "member.joined",
        user,
        json!({ "user": user, "name": account.name }),
    );
    work.commit(user).await.map(|changed| changed.value)
}
