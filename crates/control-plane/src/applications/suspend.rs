//! The provider's stop of a whole application.

use gatehouse_domain::Permission;
use gatehouse_domain::id::ApplicationId;
use gatehouse_language::t;
use serde_json::json;

use super::lock;
use super::view::{self, ApplicationView};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::membership;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::words::required_reason;
use crate::work::{Changed, Work};

/// Stops every call of an application, as the provider; the reason reaches its team verbatim.
pub async fn suspend_application(
    db: &Db,
    actor: &Actor,
    application: Lookup<ApplicationId>,
    reason: &str,
) -> Result<Changed<ApplicationView>, Refusal> {
    actor.require(Permission::SubscriptionEnforce)?;
    let reason = required_reason(reason)?;
    let stop = Stop {
        from: "active",
        to: "suspended",
        action: "application.suspend",
        event: "application.suspended",
        otherwise: t!("refused-people-the-application-is-suspended-already"),
    };
    set_state(db, actor, application, stop, reason).await
}

/// Lifts that stop.
pub async fn unsuspend_application(
    db: &Db,
    actor: &Actor,
    application: Lookup<ApplicationId>,
) -> Result<Changed<ApplicationView>, Refusal> {
    actor.require(Permission::SubscriptionEnforce)?;
    let stop = Stop {
        from: "suspended",
        to: "active",
        action: "application.unsuspend",
        event: "application.unsuspended",
        otherwise: t!("refused-people-the-application-is-not-suspended"),
    };
    set_state(db, actor, application, stop, String::new()).await
}

struct Stop {
    from: &'static str,
    to: &'static str,
    action: &'static str,
    event: &'static str,
    otherwise: String,
}

async fn set_state(
    db: &Db,
    actor: &Actor,
    application: Lookup<ApplicationId>,
    stop: Stop,
    reason: String,
) -> Result<Changed<ApplicationView>, Refusal> {
    let mut work = Work::begin(db, actor).await?;
    let row = lock(work.conn(), &application).await?;
    let changed = sqlx::query!(
        "update application set state = $3, row_version = row_version + 1 where id = $1 and state = $2",
        row.id,
        stop.from,
        stop.to,
    )
    .execute(work.conn())
    .await?;
    if changed.rows_affected() != 1 {
        return Err(Refusal::Conflict(stop.otherwise));
    }
    work.audit(AuditEntry {
        action: stop.action,
        subject: row.subject(),
        before: Some(json!({ "state": stop.from })),
        after: Some(json!({ "state": stop.to })),
        reason: (!reason.is_empty()).then(|| reason.clone()),
    });
    let person = membership::person(work.conn(), actor).await?;
    work.emit(stop.event, row.subject(), row.payload(&reason, person));
    work.touch(Touched::Application(row.id.into()));
    let view = view::read(work.conn(), row.id).await?;
    work.commit(view).await
}
