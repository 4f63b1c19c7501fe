//! Going back to an earlier release: the configuration of then, made by the verbs of now.
//!
//! What belongs to people stays: requests, approvals, holds and keys are no part of a release, and what somebody ended for
//! good (a retired version or product, a closed plan) stays ended. So do the rules people live by: nobody gets rights back,
//! and nothing is accepted anew, because routes went back. Lower limits of plans that somebody has are announced, as whoever
//! changes a plan announces them. What could not go back, and what goes back later, is told.

mod fixed;
mod plan;

use gatehouse_domain::Permission;
use gatehouse_domain::id::ApiVersionId;
use serde::Serialize;
use serde_json::json;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;

use self::fixed::Fixed;
use self::plan::Plan;
use super::Origin;
use super::read::{self, ReleaseChange};
use super::record::require_newest;
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::publishing::{Hanging, Orphan, Orphaning, recorded};
use crate::refusal::Refusal;
use crate::resources::render::{Wanted, render};
use crate::words::required_reason;
use crate::work::{Changed, Work};

/// What going back did.
#[derive(Debug, Clone, Serialize)]
pub struct RolledBack {
    /// The release whose configuration is in force again.
    pub rolled_back_to: i64,
    /// The release this made; none when everything was so already.
    pub number: Option<i64>,
    /// What changed.
    pub changes: Vec<ReleaseChange>,
    /// What stays as it is, and why.
    pub kept: Vec<Kept>,
    /// What takes something from subscribers, and so goes back when their notice is over.
    pub announced: Vec<Announced>,
    /// What hangs on operations that are gone then: dropped with them, or, in a rehearsal, what stands in the way.
    pub orphans: Vec<Orphan>,
    /// The newest release before this: what it was worked out from.
    pub newest: i64,
}

/// How to go back.
#[derive(Debug, Clone, Default)]
pub struct GoBack {
    /// The newest release when it was looked at; it is refused when there is a newer one.
    pub newest: Option<i64>,
    /// Takes away what hangs on operations that are gone then; else that is refused by name.
    pub drop_orphans: bool,
    /// Gives subscribers no notice of what is taken from them: why. What administrators may do.
    pub without_notice: Option<String>,
}

/// Lower limits or shorter spans of a plan that somebody has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Announced {
    /// Which plan, as files name it.
    pub resource: String,
    /// When it goes back.
    #[serde(with = "time::serde::rfc3339")]
    pub effective_at: OffsetDateTime,
    /// Subscriptions that are given notice.
    pub subscriptions: i64,
}

/// Something a rollback leaves alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Which thing, as files name it.
    pub resource: String,
    /// Why.
    pub reason: String,
}

/// Goes back to a release. Every verb it takes asks for its own right.
pub async fn rollback(
    db: &Db,
    actor: &Actor,
    number: i64,
    how: &GoBack,
) -> Result<Changed<RolledBack>, Refusal> {
    actor.require(Permission::ApiWrite)?;
    let reason = match &how.without_notice {
        Some(reason) => {
            actor.require(Permission::TenantManage)?;
            Some(required_reason(reason)?)
        }
        None => None,
    };
    let mut work = Work::begin(db, actor).await?;
    read::one(work.conn(), number).await?;
    serialise(work.conn()).await?;
    let newest = read::newest(work.conn()).await?;
    require_newest(how.newest, newest)?;
    let then = read::configuration(work.conn(), number, number).await?;
    let now = render(work.conn(), &Wanted::all()).await?;
    let fixed = Fixed::read(work.conn(), number).await?;
    let plan = Plan::of(then, now, &fixed);
    let mut done = RolledBack {
        rolled_back_to: number,
        number: None,
        changes: plan.changes(),
        kept: plan.kept.clone(),
        announced: Vec::new(),
        orphans: Vec::new(),
        newest,
    };
    if plan.steps.is_empty() {
        return work.roll_back(done).await;
    }
    work.audit(AuditEntry {
        action: "release.rollback",
        subject: number.to_string(),
        after: Some(
            json!({ "release": number, "changes": plan.steps.len(), "kept": plan.kept.len() }),
        ),
        reason: reason.clone(),
        ..AuditEntry::default()
    });
    work.emit(
        "release.rolled_back",
        number,
        json!({ "release": number, "changes": plan.steps.len() }),
    );
    work.originate(Origin {
        rolled_back_to: Some(number),
        newest: how.newest,
        ..Origin::default()
    });
    let hanging = Hanging::on(work.conn(), plan.keys()).await?;
    let (lending, inside) = work.lend();
    plan.carry_out(&inside, actor, reason.as_deref()).await?;
    let mut work = lending.take_back()?;
    for left in hanging.left_behind(work.conn()).await? {
        let (version, orphans) = (left.version, left.orphans);
        done.orphans.extend(orphans.all().cloned());
        if how.drop_orphans {
            let dropped = orphans.drop_all(&mut work, version).await?;
            work.audit(AuditEntry {
                action: "release.drop_orphans",
                subject: ApiVersionId::from_uuid(version).to_string(),
                after: Some(json!({ "dropped": recorded(&dropped) })),
                ..AuditEntry::default()
            });
        } else if !actor.is_dry_run() {
            orphans.require_none(Orphaning::GoingBack)?;
        }
    }
    done.announced = plan.announced(work.conn()).await?;
    let mut changed = work.commit(()).await?;
    if !actor.is_dry_run() {
        let mut tx = db.tenant(actor.tenant()).await?;
        done.number = read::made_since(&mut tx, newest, number).await?;
    }
    Ok(Changed {
        value: done,
        change: changed.change.take(),
    })
}

/// One rollback or changeset of a tenant at a time: each makes many changes, and locks what it needs in its own order.
pub(crate) async fn serialise(conn: &mut PgConnection) -> Result<(), Refusal> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('gatehouse.changeset/' || current_tenant()::text, 0))")
        .execute(conn)
        .await?;
    Ok(())
}
