//! Deciding who it is: an identity that is known, an account that has to prove itself, or somebody new.

use std::collections::HashMap;

use gatehouse_domain::id::{TeamId, TenantId, UserId};
use gatehouse_domain::{Email, Role};
use gatehouse_language::t;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::client::Vouched;
use super::{Issuers, hash_of};
use crate::accounts::{self, UserView};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::identity_providers::{ClaimGrant, Provider};
use crate::mail::{self, NewMail};
use crate::one_time::OneTimeToken;
use crate::refusal::Refusal;
use crate::words::one_of;
use crate::work::Work;
use crate::{emails, members, tenants};

/// How long an account may take to prove itself, and how long a mailed link works.
const PASSWORD_PROOF: Duration = Duration::minutes(10);
pub(super) const MAIL_PROOF: Duration = Duration::hours(1);

/// Where a sign-in has come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrived {
    /// It is this person.
    SignedIn {
        /// Who.
        user: UserId,
        /// Where they go on to.
        next: String,
        /// When they last showed the provider who they are, where it says.
        shown: Option<OffsetDateTime>,
        /// Whether the session is of use in this tenant only.
        confined: bool,
    },
    /// The address has an account: its own password connects the two.
    ProveAccount {
        /// What waits.
        pending: Uuid,
    },
    /// A link was mailed; this browser has to open it.
    ConfirmMail {
        /// Where it went.
        email: String,
    },
}

/// Who a provider says it is, and what that person would get here.
pub(super) struct Claimed {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) email: Email,
    pub(super) name: String,
    pub(super) shown: Option<OffsetDateTime>,
    pub(super) roles: Vec<Role>,
    pub(super) teams: Vec<TeamId>,
}

impl Claimed {
    pub(super) fn of(provider: &Provider, vouched: Vouched) -> Result<Self, Refusal> {
        let domains = &provider.view.email_domains;
        if !domains.is_empty() && !domains.contains(&vouched.email.domain()) {
            return Err(Refusal::NotYours(t!(
                "refused-people-is-for-addresses-of-is-of",
                name = &provider.view.name,
                join = &one_of(domains),
                email = &vouched.email
            )));
        }
        let granted: Vec<_> = granted(provider, &vouched.further).collect();
        let mut roles = vec![provider.view.default_role];
        roles.extend(granted.iter().filter_map(|grant| grant.role));
        roles.sort();
        roles.dedup();
        Ok(Self {
            issuer: provider.view.issuer.clone(),
            subject: vouched.subject,
            email: vouched.email,
            name: vouched.name,
            shown: vouched.shown,
            roles,
            teams: granted.iter().filter_map(|grant| grant.team).collect(),
        })
    }
}

/// The grants whose value is the claim's, or one of its entries.
fn granted<'a>(
    provider: &'a Provider,
    claims: &HashMap<String, Value>,
) -> impl Iterator<Item = &'a ClaimGrant> {
    let claim = provider
        .view
        .claim
        .as_ref()
        .and_then(|name| claims.get(name));
    let values: Vec<String> = match claim {
        Some(Value::String(value)) => vec![value.clone()],
        Some(Value::Array(values)) => values
            .iter()
            .filter_map(|value| value.as_str().map(ToOwned::to_owned))
            .collect(),
        _ => Vec::new(),
    };
    let grants = provider.view.grants.iter();
    grants.filter(move |grant| values.contains(&grant.value))
}

/// Signs in, asks for proof, or refuses.
pub(super) async fn settle(
    db: &Db,
    issuers: &Issuers,
    tenant: TenantId,
    provider: &Provider,
    claimed: Claimed,
    browser: &str,
    next: String,
) -> Result<Arrived, Refusal> {
    let trusted = issuers.trusts(&claimed.issuer);
    let (known, account, place) = {
        let mut tx = db.global().await?;
        let known = identified(&mut tx, &claimed.issuer, &claimed.subject).await?;
        let account = accounts::find_by_email(&mut tx, claimed.email.as_str()).await?;
        (known, account, tenants::get(&mut tx, tenant).await?)
    };
    let signed_in = |user, next| Arrived::SignedIn {
        user,
        next,
        shown: claimed.shown,
        confined: !trusted,
    };
    if let Some(user) = known {
        enter(db, tenant, &user, &claimed).await?;
        return Ok(signed_in(user.id, next));
    }
    match account {
        Some(user) if user.status == "active" => {
            let waiting = Waiting {
                tenant,
                provider,
                claimed: &claimed,
                browser,
                next: &next,
            };
            let mut tx = db.tenant(tenant).await?;
            let pending = waiting.keep(db, &mut tx, None, PASSWORD_PROOF).await?;
            tx.commit().await?;
            Ok(Arrived::ProveAccount { pending })
        }
        Some(user) if user.status != "unverified" => Err(cannot()),
        _ => {
            accounts::require_open(&place, &claimed.email)?;
            if trusted {
                let user = admit(db, tenant, &claimed).await?;
                return Ok(signed_in(user, next));
            }
            let waiting = Waiting {
                tenant,
                provider,
                claimed: &claimed,
                browser,
                next: &next,
            };
            waiting.mail(db, &place.name).await
        }
    }
}

/// The person an identity is connected with.
pub(super) async fn identified(
    conn: &mut PgConnection,
    issuer: &str,
    subject: &str,
) -> Result<Option<UserView>, Refusal> {
    let user = sqlx::query_scalar!(
        "select user_id from user_identity where issuer = $1 and subject = $2",
        issuer,
        subject
    )
    .fetch_optional(&mut *conn)
    .await?;
    match user {
        Some(user) => Ok(Some(accounts::get(conn, user.into()).await?)),
        None => Ok(None),
    }
}

pub(super) fn cannot() -> Refusal {
    Refusal::NotYours(t!("refused-people-this-account-cannot-sign-in-here"))
}

/// Lets a connected person in: a member as they are, anybody else by the tenant's rule for sign-ups.
async fn enter(
    db: &Db,
    tenant: TenantId,
    user: &UserView,
    claimed: &Claimed,
) -> Result<(), Refusal> {
    if user.status != "active" {
        return Err(cannot());
    }
    let actor = accounts::acting(tenant, user);
    let mut work = Work::begin(db, &actor).await?;
    let now = work.now();
    sqlx::query!(
        "update user_identity set last_used_at = $3 where issuer = $1 and subject = $2",
        claimed.issuer,
        claimed.subject,
        now,
    )
    .execute(work.conn())
    .await?;
    join(&mut work, user, claimed).await?;
    work.commit(()).await.map(drop)
}

/// Makes a person a member where they are not; one who was disabled stays out.
pub(super) async fn join(
    work: &mut Work<'_>,
    user: &UserView,
    claimed: &Claimed,
) -> Result<(), Refusal> {
    let tenant = work.tenant();
    let status = sqlx::query_scalar!(
        "select status from membership where tenant_id = $1 and user_id = $2",
        tenant,
        user.id.uuid()
    )
    .fetch_optional(work.conn())
    .await?;
    match status.as_deref() {
        Some("active") => return Ok(()),
        Some(_) => return Err(cannot()),
        None => {}
    }
    let place = tenants::get(work.conn(), tenant.into()).await?;
    // The account's own address: it was proved to us, the provider's was not.
    let email = Email::new(user.email.clone()).map_err(anyhow::Error::from)?;
    accounts::require_open(&place, &email)?;
    members::add_membership(work, user.id, &claimed.roles).await?;
    let teams: Vec<Uuid> = claimed.teams.iter().map(|team| team.uuid()).collect();
    let now = work.now();
    sqlx::query!(
        "insert into team_member (tenant_id, team_id, user_id, role, created_at)
         select tenant_id, id, $3, 'member', $4 from team where tenant_id = $1 and id = any($2)
         on conflict (tenant_id, team_id, user_id) do nothing",
        tenant,
        &teams,
        user.id.uuid(),
        now,
    )
    .execute(work.conn())
    .await?;
    members::joined(work, "member.join", user.id, &user.name, &claimed.roles);
    Ok(())
}

/// Makes or takes over an account whose address is proved, connects it and makes it a member.
pub(super) async fn admit(db: &Db, tenant: TenantId, claimed: &Claimed) -> Result<UserId, Refusal> {
    let fresh = gatehouse_runtime::random::uuid_v7(db.clock().now());
    let mut user = UserView {
        id: fresh.into(),
        email: claimed.email.to_string(),
        name: claimed.name.clone(),
        status: "active".to_owned(),
        language: None,
    };
    if let Some(known) = accounts::find_user_by_email(db, claimed.email.as_str()).await? {
        user.id = known.id;
    }
    let actor = accounts::acting(tenant, &user);
    let mut work = Work::begin(db, &actor).await?;
    let now = work.now();
    // An account that became active meanwhile is somebody's: it proves itself by its password.
    let written = sqlx::query_scalar!(
        "insert into app_user (id, email, name, email_verified_at, status, created_at)
         values ($1, $2, $3, $4, 'active', $4)
         on conflict (lower(email)) do update
             set name = excluded.name, email_verified_at = excluded.email_verified_at, status = 'active', password_hash = null,
                 row_version = app_user.row_version + 1
             where app_user.status = 'unverified'
         returning id",
        user.id.uuid(),
        user.email,
        user.name,
        now,
    )
    .fetch_optional(work.conn())
    .await?;
    if written != Some(user.id.uuid()) {
        return Err(Refusal::Conflict(t!(
            "refused-people-has-an-account-already-begin-again",
            email = &user.email
        )));
    }
    accounts::void_sign_ups(work.conn(), user.id, now).await?;
    connect(&mut work, user.id, claimed).await?;
    join(&mut work, &user, claimed).await?;
    work.audit(AuditEntry {
        action: "account.sign_up",
        subject: user.id.to_string(),
        after: Some(json!({ "email": user.email, "name": user.name, "issuer": claimed.issuer })),
        ..AuditEntry::default()
    });
    work.commit(user.id).await.map(|changed| changed.value)
}

/// Connects an identity with a person.
pub(super) async fn connect(
    work: &mut Work<'_>,
    user: UserId,
    claimed: &Claimed,
) -> Result<(), Refusal> {
    let now = work.now();
    let inserted = sqlx::query!(
        "insert into user_identity (issuer, subject, user_id, created_at, last_used_at) values ($1, $2, $3, $4, $4)
         on conflict (issuer, subject) do nothing",
        claimed.issuer,
        claimed.subject,
        user.uuid(),
        now,
    )
    .execute(work.conn())
    .await?;
    if inserted.rows_affected() == 0 {
        return Err(Refusal::Conflict(t!(
            "refused-people-this-sign-in-is-connected-with"
        )));
    }
    Ok(())
}

/// An identity that waits for its proof.
struct Waiting<'a> {
    tenant: TenantId,
    provider: &'a Provider,
    claimed: &'a Claimed,
    browser: &'a str,
    next: &'a str,
}

impl Waiting<'_> {
    async fn keep(
        &self,
        db: &Db,
        conn: &mut PgConnection,
        token: Option<&OneTimeToken>,
        lifetime: Duration,
    ) -> Result<Uuid, Refusal> {
        let now = db.clock().now();
        let id = gatehouse_runtime::random::uuid_v7(now);
        let roles: Vec<_> = self
            .claimed
            .roles
            .iter()
            .map(|role| role.as_str().to_owned())
            .collect();
        let teams: Vec<Uuid> = self.claimed.teams.iter().map(|team| team.uuid()).collect();
        sqlx::query!(
            "insert into pending_identity (id, tenant_id, provider_id, browser_hash, token_hash, issuer, subject, email, name,
                                           roles, teams, next, created_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            id,
            self.tenant.uuid(),
            self.provider.view.id.uuid(),
            hash_of("browser", self.browser),
            token.map(OneTimeToken::hash),
            self.claimed.issuer,
            self.claimed.subject,
            self.claimed.email.as_str(),
            self.claimed.name,
            &roles,
            &teams,
            self.next,
            now,
            now + lifetime,
        )
        .execute(conn)
        .await?;
        Ok(id)
    }

    /// Mails a link that only this browser can use: who reads the mailbox and who began are the same person.
    async fn mail(&self, db: &Db, tenant_name: &str) -> Result<Arrived, Refusal> {
        let actor = Actor::system(self.tenant, "sign-in");
        let mut work = Work::begin(db, &actor).await?;
        let now = work.now();
        let email = &self.claimed.email;
        if accounts::may_mail(work.conn(), &email.canonical(), now).await? {
            let token = OneTimeToken::generate();
            self.keep(db, work.conn(), Some(&token), MAIL_PROOF).await?;
            let mail = NewMail {
                to: email.to_string(),
                letter: emails::confirm_identity(tenant_name, &self.provider.view.name),
                token: Some(token),
            };
            mail::queue(&mut work, mail).await?;
        }
        work.commit(()).await?;
        Ok(Arrived::ConfirmMail {
            email: email.to_string(),
        })
    }
}
