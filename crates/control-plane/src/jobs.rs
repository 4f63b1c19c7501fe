//! The background work of the control plane. The admin API runs it; any number of replicas may, because every job takes its
//! work with `for update skip locked` or is harmless to repeat.

use std::sync::Arc;
use std::time::Duration;

use gatehouse_runtime::egress::Egress;
use gatehouse_runtime::{Secret, Supervisor, random};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::actor::Actor;
use crate::config;
use crate::db::Db;
use crate::mail::{self, Links, Mailer};
use crate::refusal::Refusal;
use crate::{
    accounts, audit, changesets, credentials, gateways, idempotency, outbox, plans, sessions,
    subscriptions, webhooks,
};

/// What the jobs need to know of their surroundings.
#[derive(Debug, Clone)]
pub struct JobSettings {
    /// The portal's public URL, for links in mails.
    pub portal_url: String,
    /// The mail server; without one mails stay in the outbox.
    pub smtp_url: Option<Secret<String>>,
    /// Sender of mails.
    pub mail_from: String,
    /// The way out to addresses that came from people.
    pub egress: Egress,
    /// How long gateways hold keys and subscriptions that have ended.
    pub ended_kept: time::Duration,
    /// Gateways that lack a change for longer than this are told of.
    pub lag_after: time::Duration,
}

/// New events become notices and mails within this time.
const DISPATCH_EVERY: Duration = Duration::from_millis(250);
/// Mails that are due are sent this often.
const MAIL_EVERY: Duration = Duration::from_millis(500);
/// Webhooks that are due are sent this often.
const WEBHOOKS_EVERY: Duration = Duration::from_millis(500);
/// Subscriptions and keys that ended by the clock are marked this often; gateways need no mark to refuse them.
const EXPIRE_EVERY: Duration = Duration::from_secs(30);
/// Revisions of plans whose time has come are put in force this often.
const REVISE_EVERY: Duration = Duration::from_secs(5);
/// Decisions that are due are reminded of, and late ones passed on, this often.
const CHASE_EVERY: Duration = Duration::from_secs(30);
/// Gateways that fall behind are looked for this often.
const LAG_EVERY: Duration = Duration::from_secs(2);
/// Partitions are made and old rows removed this often.
const HOUSEKEEPING_EVERY: Duration = Duration::from_secs(15 * 60);

/// The newest record of every audit log is signed this often.
const CHECKPOINTS_EVERY: Duration = Duration::from_secs(60 * 60);

/// Partitions exist this far ahead, so that no record ever waits for one.
const PARTITIONS_AHEAD: time::Duration = time::Duration::days(62);
/// How long configuration changes and acknowledgements are kept; a gateway that was away longer gets a snapshot.
const CHANGES_KEPT: time::Duration = time::Duration::days(30);
/// Leases of quotas are kept for a while after their day or month has begun.
const DAY_LEASES_KEPT: time::Duration = time::Duration::days(3);
const MONTH_LEASES_KEPT: time::Duration = time::Duration::days(62);
/// What a gateway said of a rate is of no use after it.
const RATE_SHARES_KEPT: time::Duration = time::Duration::hours(1);
/// Tokens that CI exchanged live minutes, and are remembered for a week.
const EXCHANGED_KEPT: time::Duration = time::Duration::days(7);
/// What was sent to webhooks is shown for this long.
const DELIVERIES_KEPT: time::Duration = time::Duration::days(30);
/// A nonce is remembered for longer than its time is accepted.
const NONCES_KEPT: time::Duration = time::Duration::minutes(5);

/// Starts every job; they end with the supervisor.
pub fn start(db: &Db, settings: &JobSettings, supervisor: &Supervisor) -> anyhow::Result<()> {
    let mailer = Arc::new(Mailer::new(
        settings.smtp_url.as_ref(),
        &settings.mail_from,
    )?);
    let links = Links::new(&settings.portal_url);
    repeat(
        supervisor,
        "jobs.outbox",
        DISPATCH_EVERY,
        db,
        |db| async move { outbox::dispatch(&db).await.map(drop) },
    );
    repeat(supervisor, "jobs.mail", MAIL_EVERY, db, move |db| {
        let (mailer, links) = (Arc::clone(&mailer), links.clone());
        async move { mail::send_due(&db, &mailer, &links).await.map(drop) }
    });
    let egress = settings.egress.clone();
    repeat(supervisor, "jobs.webhooks", WEBHOOKS_EVERY, db, move |db| {
        let egress = egress.clone();
        async move { webhooks::send_due(&db, &egress).await.map(drop) }
    });
    repeat(
        supervisor,
        "jobs.expire",
        EXPIRE_EVERY,
        db,
        |db| async move { expire(&db).await },
    );
    repeat(
        supervisor,
        "jobs.chase_decisions",
        CHASE_EVERY,
        db,
        |db| async move { chase_decisions(&db).await },
    );
    repeat(
        supervisor,
        "jobs.housekeeping",
        HOUSEKEEPING_EVERY,
        db,
        |db| async move { housekeeping(&db).await },
    );
    repeat(
        supervisor,
        "jobs.plan_revisions",
        REVISE_EVERY,
        db,
        |db| async move { apply_plan_revisions(&db).await },
    );
    repeat(
        supervisor,
        "jobs.audit_checkpoints",
        CHECKPOINTS_EVERY,
        db,
        |db| async move { audit::sign_checkpoints(&db).await.map(drop) },
    );
    let after = settings.lag_after;
    repeat(
        supervisor,
        "jobs.lag",
        LAG_EVERY,
        db,
        move |db| async move { gateways::watch_lag(&db, after).await.map(drop) },
    );
    let kept = settings.ended_kept;
    repeat(
        supervisor,
        "jobs.forget_ended",
        HOUSEKEEPING_EVERY,
        db,
        move |db| async move { forget_ended(&db, kept).await },
    );
    Ok(())
}

/// Runs a job again and again. A failure is logged once until the job works again: while the database is away nothing is
/// gained by saying so four times a second.
fn repeat<F, R>(supervisor: &Supervisor, name: &'static str, every: Duration, db: &Db, job: F)
where
    F: Fn(Db) -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), Refusal>> + Send + 'static,
{
    let db = db.clone();
    let token = supervisor.token();
    supervisor.spawn(name, async move {
        let mut failing = false;
        loop {
            match job(db.clone()).await {
                Ok(()) if std::mem::take(&mut failing) => {
                    tracing::info!(job = name, "working again")
                }
                Ok(()) => {}
                Err(error) if !std::mem::replace(&mut failing, true) => {
                    tracing::warn!(
                        job = name,
                        error = &error as &dyn std::error::Error,
                        "a background job failed"
                    );
                }
                Err(_) => {}
            }
            let pause = if failing {
                every.max(Duration::from_secs(2))
            } else {
                every
            };
            tokio::select! {
                () = token.cancelled() => return,
                () = tokio::time::sleep(random::jitter(pause)) => {}
            }
        }
    });
}

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
async fn expire(db: &Db) -> Result<(), Refusal> {
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

/// Most plans revised in one transaction.
const REVISE_AT_ONCE: i64 = 100;

/// Puts revisions of plans in force whose time has come, tenant by tenant.
async fn apply_plan_revisions(db: &Db) -> Result<(), Refusal> {
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

/// Makes partitions ahead of time and removes what has had its time.
pub async fn housekeeping(db: &Db) -> Result<(), Refusal> {
    let now = db.clock().now();
    let mut tx = db.system().await?;
    let made = sqlx::query_scalar!(
        r#"select ensure_partitions($1, $2) as "made!""#,
        now,
        now + PARTITIONS_AHEAD
    )
    .fetch_one(&mut *tx)
    .await?;
    if made > 0 {
        tracing::info!(made, "made partitions ahead of time");
    }
    tx.commit().await?;
    // Apart from the partitions, whose locks every ingest waits for.
    let mut tx = db.system().await?;
    purge(&mut tx, now).await?;
    tx.commit().await?;
    accounts::purge(db).await?;
    sessions::purge(db).await?;
    idempotency::purge(db).await?;
    Ok(())
}

async fn purge(conn: &mut PgConnection, now: time::OffsetDateTime) -> Result<(), Refusal> {
    sqlx::query!(
        "delete from node_nonce where seen_at < $1",
        now - NONCES_KEPT
    )
    .execute(&mut *conn)
    .await?;
    // What they did stands in the audit log.
    sqlx::query!(
        "delete from access_token where ci_trust_id is not null and expires_at < $1",
        now - EXCHANGED_KEPT
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("delete from sign_in_flow where expires_at < $1", now)
        .execute(&mut *conn)
        .await?;
    sqlx::query!("delete from pending_identity where expires_at < $1", now)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "delete from webhook_delivery where created_at < $1 and state in ('delivered', 'dead')",
        now - DELIVERIES_KEPT
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("delete from join_token where expires_at < $1", now)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "delete from config_change where created_at < $1",
        now - CHANGES_KEPT
    )
    .execute(&mut *conn)
    .await?;
    // A call that settles later than this counts as ever; only the gateway's part of it is no longer known.
    sqlx::query!(
        "delete from quota_lease where window_start < case period when 'day' then $1::timestamptz else $2::timestamptz end",
        now - DAY_LEASES_KEPT,
        now - MONTH_LEASES_KEPT,
    )
    .execute(&mut *conn)
    .await?;
    changesets::purge(&mut *conn, now).await?;
    sqlx::query!(
        "delete from rate_share where asked_at < $1",
        now - RATE_SHARES_KEPT
    )
    .execute(&mut *conn)
    .await?;
    // The newest acknowledgement of a node stays, however old: it is what says that a quiet gateway is up to date.
    sqlx::query!(
        "delete from node_ack a using gateway_node n
         where n.id = a.node_id and a.seq < n.applied_seq and a.received_at < $1",
        now - CHANGES_KEPT,
    )
    .execute(&mut *conn)
    .await?;
    Ok(())
}
