//! The installation itself: its first administrator, by a one-time link that only the operator's terminal shows.

use gatehouse_domain::Email;
use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_language::t;
use gatehouse_runtime::{Secret, random};
use serde_json::json;
use sqlx::postgres::PgConnection;

use crate::actor::{Actor, ActorKind};
use crate::audit::AuditEntry;
use crate::db::Db;
pub use crate::one_time::OneTimeToken;
use crate::one_time::{self, Carried, Purpose};
use crate::refusal::{Faults, Refusal};
use crate::tenants::{self, CreateTenant};
use crate::work::Work;
use crate::{accounts, passwords};

/// Held while the first administrator is decided.
const FIRST_ADMIN_LOCK: i64 = 0x6761_7465_7465_6e02;

/// A link for the first administrator, good for 24 hours; the one before stops working. `None` once there is one.
pub async fn first_admin_link(db: &Db) -> Result<Option<OneTimeToken>, Refusal> {
    let now = db.clock().now();
    let mut tx = db.global().await?;
    lock(&mut tx).await?;
    if has_admin(&mut tx).await? {
        return Ok(None);
    }
    sqlx::query!(
        "update user_token set used_at = $1 where purpose = 'first_admin' and used_at is null",
        now
    )
    .execute(&mut *tx)
    .await?;
    let token = one_time::create(&mut tx, Purpose::FirstAdmin, now, Carried::default()).await?;
    tx.commit().await?;
    Ok(Some(token))
}

/// Whether a link would be accepted now; for the page behind it.
pub async fn is_first_admin_link(db: &Db, token: &str) -> Result<bool, Refusal> {
    let mut tx = db.global().await?;
    match one_time::look(&mut tx, Purpose::FirstAdmin, token, db.clock().now()).await {
        Ok(_) => Ok(true),
        Err(Refusal::Conflict(_)) => Ok(false),
        Err(refusal) => Err(refusal),
    }
}

/// What the first administrator types.
#[derive(Debug, Clone)]
pub struct FirstAdmin {
    /// Their address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// The password they choose.
    pub password: Secret<String>,
    /// The name of the first tenant.
    pub tenant_name: String,
    /// Its name in URLs.
    pub tenant_slug: String,
}

/// Uses the link: makes the person, their platform role and the first tenant, which they own, all or nothing.
pub async fn accept_first_admin(
    db: &Db,
    token: &str,
    input: FirstAdmin,
) -> Result<(UserId, TenantId), Refusal> {
    if !is_first_admin_link(db, token).await? {
        return Err(one_time::spent());
    }
    let mut faults = Faults::default();
    let email = faults.parse("/email", "email", Email::new(input.email.trim()));
    let name = faults.text("/name", &input.name, 80);
    faults.finish()?;
    let email = email.ok_or(Refusal::NotFound)?;
    let context = vec![email.to_string(), name.clone(), input.tenant_name.clone()];
    let hash = passwords::accept(&input.password, "/password", context).await?;

    let now = db.clock().now();
    let user: UserId = random::uuid_v7(now).into();
    let tenant: TenantId = random::uuid_v7(now).into();
    let kind = ActorKind::User {
        id: user,
        roles: Vec::new(),
    };
    let actor = Actor::new(tenant, kind, name.clone(), Default::default());
    let mut work = Work::begin(db, &actor).await?;
    lock(work.conn()).await?;
    one_time::claim(work.conn(), Purpose::FirstAdmin, token, now).await?;
    if has_admin(work.conn()).await? {
        return Err(one_time::spent());
    }
    accounts::insert(work.conn(), user, &email, &name, Some(&hash), now)
        .await?
        .ok_or_else(|| {
            Refusal::Conflict(t!("refused-people-has-an-account-already", email = &email))
        })?;
    sqlx::query!(
        "insert into platform_grant (user_id, role, created_at) values ($1, 'platform_admin', $2)",
        user.uuid(),
        now
    )
    .execute(work.conn())
    .await?;
    let create = CreateTenant {
        slug: input.tenant_slug,
        name: input.tenant_name,
        owner: Some(user),
    };
    tenants::create_in(&mut work, db, tenant, create)
        .await
        .map_err(at_tenant_fields)?;
    work.audit(AuditEntry {
        action: "platform.first_admin",
        subject: user.to_string(),
        after: Some(json!({ "email": email, "name": name })),
        ..AuditEntry::default()
    });
    work.commit((user, tenant))
        .await
        .map(|changed| changed.value)
}

/// The tenant's fields have other names in this form.
fn at_tenant_fields(refusal: Refusal) -> Refusal {
    let Refusal::Invalid(mut faults) = refusal else {
        return refusal;
    };
    for fault in &mut faults {
        fault.pointer = fault.pointer.replacen('/', "/tenant_", 1);
    }
    Refusal::Invalid(faults)
}

async fn lock(conn: &mut PgConnection) -> Result<(), Refusal> {
    sqlx::query!("select pg_advisory_xact_lock($1)", FIRST_ADMIN_LOCK)
        .execute(conn)
        .await?;
    Ok(())
}

async fn has_admin(conn: &mut PgConnection) -> Result<bool, Refusal> {
    let exists = sqlx::query_scalar!(
        r#"select exists (select from platform_grant where role = 'platform_admin') as "exists!""#
    )
    .fetch_one(conn)
    .await?;
    Ok(exists)
}
