//! People's accounts: sign-up, sign-in, another password, another address. An account is known across tenants; what it may do is decided by each.
//!
//! Nothing here tells a stranger whether an address has an account: every answer is the same text and takes the same time.

mod attempts;
mod change_email;
mod prove;
mod reset;
mod sign_in;
mod sign_up;

use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_domain::{Email, Language, PlatformRole};
use gatehouse_language::{speaking_now, spoken};
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

pub(crate) use attempts::{Guess, charge, charge_challenge, charge_mail, may_call, may_mail};
pub use change_email::{confirm_email_change, request_email_change, undo_email_change};
pub use prove::{Provable, provable, prove};
pub use reset::{change_password, request_password_reset, reset_password};
pub(crate) use sign_in::prove_password;
pub use sign_in::{SignIn, sign_in, wrong};
pub(crate) use sign_up::require_open;
pub use sign_up::{SignUp, SignedUp, sign_up, verify_email};

use crate::actor::{Actor, ActorKind};
use crate::db::Db;
use crate::one_time::{self, Purpose};
use crate::platform::PlatformActor;
use crate::refusal::Refusal;

/// A person.
#[derive(Debug, Clone, Serialize)]
pub struct UserView {
    /// Their id.
    pub id: UserId,
    /// As typed at sign-up.
    pub email: String,
    /// Their name.
    pub name: String,
    /// `unverified`, `active`, `locked` or `deactivated`.
    pub status: String,
    /// What they want pages and mails in; `None` leaves it to the browser.
    pub language: Option<Language>,
}

impl UserView {
    /// Answers the person: in their language, and where they chose none, in that of the request, which is theirs.
    pub(crate) fn reads<T>(&self, say: impl FnOnce() -> T) -> T {
        speaking_now(self.chosen().unwrap_or_else(spoken), say)
    }

    /// Tells the person what somebody else did: in their language, and where they chose none, in English.
    pub(crate) fn is_told<T>(&self, say: impl FnOnce() -> T) -> T {
        speaking_now(self.chosen().unwrap_or(Language::English), say)
    }

    /// The language they chose, where texts of it are whole.
    pub(crate) fn chosen(&self) -> Option<Language> {
        let offered = |language: &Language| Language::COMPLETE.contains(language);
        self.language.filter(offered)
    }
}

/// Those of some people who chose a language other than English.
pub(crate) struct Readers {
    pub(crate) language: Language,
    pub(crate) people: Vec<Uuid>,
}

/// Who of `people` reads what in another language than English: a group for each.
pub(crate) async fn readers(
    conn: &mut PgConnection,
    people: &[Uuid],
) -> Result<Vec<Readers>, Refusal> {
    let rows = sqlx::query!(
        r#"select language as "language!", array_agg(id) as "people!"
           from app_user where id = any($1) and language is not null and language <> 'en' group by 1 order by 1"#,
        people,
    )
    .fetch_all(conn)
    .await?;
    let groups = rows.into_iter().filter_map(|row| {
        let language = language_of(Some(&row.language))?;
        let offered = Language::COMPLETE.contains(&language);
        offered.then_some(Readers {
            language,
            people: row.people,
        })
    });
    Ok(groups.collect())
}

/// The person with an id. For the person themselves; lists of members come from [`crate::members`].
pub async fn get_user(db: &Db, id: UserId) -> Result<UserView, Refusal> {
    let mut tx = db.global().await?;
    get(&mut tx, id).await
}

pub(crate) async fn get(conn: &mut PgConnection, id: UserId) -> Result<UserView, Refusal> {
    let row = sqlx::query!(
        "select email, name, status, language from app_user where id = $1",
        id.uuid()
    )
    .fetch_one(conn)
    .await?;
    Ok(UserView {
        id,
        email: row.email,
        name: row.name,
        status: row.status,
        language: language_of(row.language.as_deref()),
    })
}

/// The language that somebody gets mail in: their own, else English.
pub(crate) fn mailed_in(tag: Option<&str>) -> Language {
    let offered = |one: &Language| Language::COMPLETE.contains(one);
    language_of(tag)
        .filter(offered)
        .unwrap_or(Language::English)
}

/// What a stored tag names. One that is not known any more counts as no choice.
fn language_of(tag: Option<&str>) -> Option<Language> {
    tag.and_then(Language::parse)
}

/// Keeps what somebody wants pages and mails in; `None` leaves it to the browser. How they read is no matter of a tenant, so nothing is
/// recorded.
pub async fn set_language(
    db: &Db,
    user: UserId,
    language: Option<Language>,
) -> Result<(), Refusal> {
    let mut tx = db.global().await?;
    keep_language(&mut tx, user, language).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn keep_language(
    conn: &mut PgConnection,
    user: UserId,
    language: Option<Language>,
) -> Result<(), Refusal> {
    sqlx::query!(
        "update app_user set language = $2 where id = $1 and language is distinct from $2",
        user.uuid(),
        language.map(Language::tag),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A person as who acts on their own account, without any rights in the tenant.
pub fn acting(tenant: TenantId, user: &UserView) -> Actor {
    let kind = ActorKind::User {
        id: user.id,
        roles: Vec::new(),
    };
    Actor::new(tenant, kind, user.name.clone(), Default::default())
}

/// Whether a person is active in this tenant alone and holds nothing of the platform: only then does the tenant answer for the
/// account.
pub(crate) async fn is_of_one_tenant(
    conn: &mut PgConnection,
    user: UserId,
    tenant: TenantId,
) -> Result<bool, Refusal> {
    let alone = sqlx::query_scalar!(
        r#"select not exists (select from memberships_of($1) where tenant_id <> $2 and status = 'active')
               and not exists (select from platform_grant where user_id = $1) as "alone!""#,
        user.uuid(),
        tenant.uuid(),
    )
    .fetch_one(conn)
    .await?;
    Ok(alone)
}

/// The same, for a session that a tenant's own identity provider began: whether it speaks for the whole account.
pub async fn answers_for(db: &Db, tenant: TenantId, user: UserId) -> Result<bool, Refusal> {
    let mut tx = db.tenant(tenant).await?;
    is_of_one_tenant(&mut tx, user, tenant).await
}

/// Whether the account has a password; people who only come from an identity provider have none.
pub(crate) async fn has_password(db: &Db, id: UserId) -> Result<bool, Refusal> {
    let mut tx = db.global().await?;
    let has = sqlx::query_scalar!(
        r#"select password_hash is not null as "has!" from app_user where id = $1"#,
        id.uuid(),
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(has)
}

/// The person with an address, for the demo's one-click sign-in. No page may tell a stranger whether there is one.
pub async fn find_user_by_email(db: &Db, email: &str) -> Result<Option<UserView>, Refusal> {
    let mut tx = db.global().await?;
    find_by_email(&mut tx, email).await
}

/// The person an address belongs to.
pub(crate) async fn find_by_email(
    conn: &mut PgConnection,
    email: &str,
) -> Result<Option<UserView>, Refusal> {
    let row = sqlx::query!(
        "select id, email, name, status, language from app_user where lower(email) = lower($1)",
        email
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| UserView {
        id: row.id.into(),
        email: row.email,
        name: row.name,
        status: row.status,
        language: language_of(row.language.as_deref()),
    }))
}

/// Writes an account. `None` when the address has one: whoever was faster, it is theirs.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    id: UserId,
    email: &Email,
    name: &str,
    password_hash: Option<&str>,
    now: OffsetDateTime,
) -> Result<Option<UserId>, Refusal> {
    // With a password the address is proved: by a mailed link, or by the operator's own terminal.
    let active = password_hash.is_some();
    let inserted = sqlx::query!(
        "insert into app_user (id, email, name, password_hash, email_verified_at, status, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (lower(email)) do nothing",
        id.uuid(),
        email.as_str(),
        name,
        password_hash,
        active.then_some(now),
        if active { "active" } else { "unverified" },
        now,
    )
    .execute(conn)
    .await?;
    Ok((inserted.rows_affected() == 1).then_some(id))
}

/// Takes an unverified account over with what its owner just proved. `false` when it was active already.
pub(crate) async fn activate(
    conn: &mut PgConnection,
    id: UserId,
    name: &str,
    password_hash: &str,
    now: OffsetDateTime,
) -> Result<bool, Refusal> {
    let updated = sqlx::query!(
        "update app_user set status = 'active', email_verified_at = $2, name = $3, password_hash = $4,
                             row_version = row_version + 1
         where id = $1 and status = 'unverified'",
        id.uuid(),
        now,
        name,
        password_hash,
    )
    .execute(conn)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// Makes mailed sign-up links of a person useless: the account is proved in another way now.
pub(crate) async fn void_sign_ups(
    conn: &mut PgConnection,
    id: UserId,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    one_time::void(conn, Purpose::VerifyEmail, id, now).await
}

/// The person as a caller above all tenants. `None` for people without a platform role.
pub async fn platform_actor(db: &Db, user: UserId) -> Result<Option<PlatformActor>, Refusal> {
    let mut tx = db.global().await?;
    let rows = sqlx::query!(
        "select u.name, g.role from platform_grant g join app_user u on u.id = g.user_id
         where u.id = $1 and u.status = 'active'",
        user.uuid()
    )
    .fetch_all(&mut *tx)
    .await?;
    let Some(name) = rows.first().map(|row| row.name.clone()) else {
        return Ok(None);
    };
    let roles = rows
        .iter()
        .filter_map(|row| PlatformRole::parse(&row.role))
        .collect();
    Ok(Some(PlatformActor::person(user, name, roles)))
}

/// Forgets counted attempts, links that no longer matter, and sign-ups whose address was never proved. A background verb; call it every few minutes.
pub async fn purge(db: &Db) -> Result<u64, Refusal> {
    let now = db.clock().now();
    let mut tx = db.global().await?;
    let attempts = sqlx::query!(
        "delete from attempt where last_at < $1 and coalesce(familiar_until, last_at) < $2",
        now - Duration::days(1),
        now,
    )
    .execute(&mut *tx)
    .await?;
    let links = sqlx::query!(
        "delete from user_token where expires_at < $1",
        now - Duration::days(7)
    )
    .execute(&mut *tx)
    .await?;
    let unproved = sqlx::query_scalar!(
        r#"select forget_unverified($1, $2) as "gone!""#,
        now - Purpose::VerifyEmail.lifetime(),
        now,
    )
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(attempts.rows_affected() + links.rows_affected() + unproved.cast_unsigned())
}
