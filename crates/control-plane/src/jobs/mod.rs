//! The background work of the control plane. The admin API runs it; any number of replicas may, because every job takes its
//! work with `for update skip locked` or is harmless to repeat.

mod due;
mod housekeeping;

use std::sync::Arc;
use std::time::Duration;

use gatehouse_runtime::egress::Egress;
use gatehouse_runtime::{Secret, Supervisor, random};

use crate::db::Db;
use crate::mail::{self, Links, Mailer};
use crate::refusal::Refusal;
use crate::{audit, gateways, long_jobs, notices, outbox, webhooks};

use due::{apply_plan_revisions, expire};
pub use due::{chase_decisions, forget_ended, watch_certificates, watch_keys};
pub use housekeeping::housekeeping;

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
/// Mails that tell several things at once are written this often, when they are due.
const DIGESTS_EVERY: Duration = Duration::from_secs(10);
/// Webhooks that are due are sent this often.
const WEBHOOKS_EVERY: Duration = Duration::from_millis(500);
/// Subscriptions and keys that ended by the clock are marked this often; gateways need no mark to refuse them.
const EXPIRE_EVERY: Duration = Duration::from_secs(30);
/// Replaced keys that nobody uses are let go, and ends to come are told, this often.
const WATCH_KEYS_EVERY: Duration = Duration::from_secs(60);
/// Between two looks at certificates: their ends are told in days.
const WATCH_CERTIFICATES_EVERY: Duration = Duration::from_secs(60);
/// Revisions of plans whose time has come are put in force this often.
const REVISE_EVERY: Duration = Duration::from_secs(5);
/// Decisions that are due are reminded of, and late ones passed on, this often.
const CHASE_EVERY: Duration = Duration::from_secs(30);
/// Jobs that people asked for are looked for this often; one at a time for each replica.
const LONG_JOBS_EVERY: Duration = Duration::from_millis(500);
/// Gateways that fall behind are looked for this often.
const LAG_EVERY: Duration = Duration::from_secs(2);
/// Partitions are made and old rows removed this often.
const HOUSEKEEPING_EVERY: Duration = Duration::from_secs(15 * 60);

/// The newest record of every audit log is signed this often.
const CHECKPOINTS_EVERY: Duration = Duration::from_secs(60 * 60);

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
    repeat(
        supervisor,
        "jobs.digests",
        DIGESTS_EVERY,
        db,
        |db| async move { notices::send_digests(&db).await.map(drop) },
    );
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
        "jobs.keys",
        WATCH_KEYS_EVERY,
        db,
        |db| async move { watch_keys(&db).await },
    );
    repeat(
        supervisor,
        "jobs.certificates",
        WATCH_CERTIFICATES_EVERY,
        db,
        |db| async move { watch_certificates(&db).await },
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
        "jobs.long",
        LONG_JOBS_EVERY,
        db,
        |db| async move { long_jobs::run_due(&db).await.map(drop) },
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
