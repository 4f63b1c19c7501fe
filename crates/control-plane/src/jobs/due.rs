//! What the clock makes due, tenant by tenant: everything is done by the tenant's own verbs, as the program itself.

use uuid::Uuid;

use crate::actor::Actor;
use crate::config;
use crate::db::Db;
use crate::refusal::Refusal;
use crate::{certificates, credentials, plans, subscriptions};

/// Acts in one tenant after another, as the program itself. What fails for one keeps nobody else from their turn; it is told when
/// all have had theirs.
async fn in_each<R>(tenants: Vec<Uuid>, who: &str, act: impl Fn(Actor) -> R) -> Result<(), Refusal>
where
    R: Future<Output = Result<(), Refusal>>,
{
    let mut outcome = Ok(());
    for tenant in tenants {
        let actor = Actor::system(tenant.into(), who);
        outcome = outcome.and(act(actor).await);
    }
    outcome
}

/// Most subscriptions, and most keys, marked in one transaction.
const EXPIRE_AT_ONCE: i64 = 200;

/// Marks what the clock ended, tenant by tenant: each end is written in its own tenant's audit log.
pub(super) async fn expire(db: &Db) -> Result<(), Refusal> {
    let mut tx = db.system().await?;
    let now = db.clock().now();
    let tenants = sqlx::query_scalar!(
        r#"select tenant_id as "tenant_id!" from subscription where state = 'active' and ends_at <= $1
           union
           select tenant_id from credential
           where state in ('active', 'retiring') and least(expires_at, retire_at) <= $1"#,
        now,
    )
    .fetch_all(&mut *tx)
    .await?;
    drop(tx);
    in_each(tenants, "clock", |actor| async move {
        subscriptions::expire_due(db, &actor, EXPIRE_AT_ONCE).await?;
        let expired = credentials::expire_due(db, &actor, EXPIRE_AT_ONCE).await;
        expired.map(drop)
    })
    .await
}

/// Lets go of replaced keys that nobody uses, and tells of keys that end soon, tenant by tenant.
pub async fn watch_keys(db: &Db) -> Result<(), Refusal> {
    let mut tx = db.system().await?;
    let tenants = sqlx::query_scalar!(
        r#"select tenant_id as "tenant_id!" from credential where state = 'retiring' and retire_when_quiet_s is not null
           union
           select tenant_id from credential where state = 'active' and expires_at <= $1"#,
        db.clock().now() + time::Duration::days(credentials::NOTICE_DAYS[0].into()),
    )
    .fetch_all(&mut *tx)
    .await?;
    drop(tx);
    in_each(tenants, "clock", |actor| async move {
        credentials::retire_quiet(db, &actor, EXPIRE_AT_ONCE).await?;
        let told = credentials::tell_of_expiry(db, &actor, EXPIRE_AT_ONCE).await;
        told.map(drop)
    })
    .await
}

/// Tells of certificates that end soon, tenant by tenant.
pub async fn watch_certificates(db: &Db) -> Result<(), Refusal> {
    let mut tx = db.system().await?;
    let now = db.clock().now();
    let tenants = sqlx::query_scalar!(
        "select distinct tenant_id from certificate where not_after > $1 and not_after <= $2",
        now,
        now + time::Duration::days(certificates::NOTICE_DAYS[0].into()),
    )
    .fetch_all(&mut *tx)
    .await?;
    drop(tx);
    in_each(tenants, "clock", |actor| async move {
        let told = certificates::tell_of_ends(db, &actor, EXPIRE_AT_ONCE).await;
        told.map(drop)
    })
    .await
}

/// Most plans revised in one transaction.
const REVISE_AT_ONCE: i64 = 100;

/// Puts revisions of plans in force whose time has come, tenant by tenant.
pub(super) async fn apply_plan_revisions(db: &Db) -> Result<(), Refusal> {
    let mut tx = db.system().await?;
    let tenants = sqlx::query_scalar!(
        "select distinct r.tenant_id
         from plan_revision r join plan p on p.id = r.plan_id join plan_revision c on c.id = p.current_revision_id
         where r.effective_at <= $1 and r.number > c.number and p.state <> 'closed'",
        db.clock().now(),
    )
    .fetch_all(&mut *tx)
    .await?;
    drop(tx);
    in_each(tenants, "clock", |actor| async move {
        plans::apply_due(db, &actor, REVISE_AT_ONCE).await.map(drop)
    })
    .await
}

/// Most reminders, and most late decisions, told in one transaction.
const CHASE_AT_ONCE: i64 = 200;

/// Reminds of decisions that will be due and passes late ones on, tenant by tenant.
pub async fn chase_decisions(db: &Db) -> Result<(), Refusal> {
    let mut tx = db.system().await?;
    let now = db.clock().now();
    let tenants = sqlx::query_scalar!(
        r#"select tenant_id as "tenant_id!" from approval_request
           where state = 'open' and reminded_at is null and remind_at <= $1 and due_at > $1
           union
           select tenant_id from approval_request where state = 'open' and escalated_at is null and due_at <= $1"#,
        now,
    )
    .fetch_all(&mut *tx)
    .await?;
    drop(tx);
    in_each(tenants, "clock", |actor| async move {
        let chased = subscriptions::chase_due(db, &actor, CHASE_AT_ONCE).await;
        chased.map(drop)
    })
    .await
}

/// Most subscriptions, and most keys, taken from the gateways in one transaction, and such transactions for one tenant at a
/// time: others' changes must not wait behind a large clearance.
const FORGET_AT_ONCE: i64 = 200;
const FORGET_ROUNDS_MAX: u32 = 100;

/// Takes keys and subscriptions that ended longer than `kept` ago out of the gateways' configuration, so that it does not grow
/// for ever.
pub async fn forget_ended(db: &Db, kept: time::Duration) -> Result<(), Refusal> {
    let ended_before = db.clock().now() - kept;
    let mut tx = db.system().await?;
    let tenants = sqlx::query_scalar!(
        r#"select tenant_id as "tenant_id!" from subscription
           where state not in ('pending', 'active') and forgotten_at is null and coalesce(ended_at, decided_at, created_at) < $1
           union
           select tenant_id from credential
           where state not in ('active', 'retiring') and forgotten_at is null and coalesce(revoked_at, expires_at, created_at) < $1"#,
        ended_before,
    )
    .fetch_all(&mut *tx)
    .await?;
    drop(tx);
    in_each(tenants, "housekeeping", |actor| async move {
        forget_ended_of(db, &actor, ended_before).await
    })
    .await
}

async fn forget_ended_of(
    db: &Db,
    actor: &Actor,
    ended_before: time::OffsetDateTime,
) -> Result<(), Refusal> {
    for _ in 0..FORGET_ROUNDS_MAX {
        let most = config::forget_ended(db, actor, ended_before, FORGET_AT_ONCE).await?;
        if i64::try_from(most).is_ok_and(|most| most < FORGET_AT_ONCE) {
            break;
        }
    }
    Ok(())
}
