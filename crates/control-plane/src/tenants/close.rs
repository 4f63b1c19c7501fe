//! The end of a tenant. Its gateways refuse at once; for [`CLOSING_DAYS`] it can be taken back and its data exported; then everything it
//! owns is deleted, and what remains is its name, its addresses, which go to nobody else, and the record that it was deleted.

use gatehouse_domain::id::TenantId;
use gatehouse_domain::{Permission, TenantStatus};
use gatehouse_language::t;
use gatehouse_snapshot::object::ObjectKind;
use serde_json::json;
use time::Duration;
use uuid::Uuid;

use super::{TenantView, get_locked};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::refusal::{Faults, Refusal};
use crate::words::in_state;
use crate::work::{Changed, Work};

/// Days between the closing of a tenant and the deletion of everything it owns.
pub const CLOSING_DAYS: i64 = 30;

/// How an owner closes their tenant.
#[derive(Debug, Clone)]
pub struct CloseTenant {
    /// The tenant's slug, typed again.
    pub confirm: String,
    /// Why; kept in the audit log.
    pub reason: String,
}

/// Closes the actor's own tenant. Only who may name owners does.
pub async fn close_tenant(
    db: &Db,
    actor: &Actor,
    input: CloseTenant,
) -> Result<Changed<TenantView>, Refusal> {
    actor.require(Permission::TenantEnd)?;
    actor.require(Permission::OwnerManage)?;
    let mut work = Work::begin(db, actor).await?;
    let before = get_locked(work.conn(), actor.tenant()).await?;
    let mut faults = Faults::default();
    let reason = faults.text("/reason", &input.reason, 500);
    faults.require(
        input.confirm == before.slug,
        "/confirm",
        "mismatch",
        t!(
            "refused-people-send-the-tenant-s-slug-to",
            slug = &before.slug
        ),
    );
    faults.finish()?;
    if before.status != TenantStatus::Active {
        return Err(Refusal::Conflict(t!(
            "refused-people-the-tenant-is",
            status = &in_state(before.status)
        )));
    }
    move_to(&mut work, &before, TenantStatus::Closing, &reason).await?;
    let view = get_locked(work.conn(), actor.tenant()).await?;
    work.commit(view).await
}

/// Takes the closing of the actor's own tenant back: everything is as it was.
pub async fn reopen_tenant(
    db: &Db,
    actor: &Actor,
    reason: &str,
) -> Result<Changed<TenantView>, Refusal> {
    actor.require(Permission::TenantEnd)?;
    let mut faults = Faults::default();
    let reason = faults.text("/reason", reason, 500);
    faults.finish()?;
    let mut work = Work::begin(db, actor).await?;
    let before = get_locked(work.conn(), actor.tenant()).await?;
    if before.status != TenantStatus::Closing {
        return Err(Refusal::Conflict(t!(
            "refused-people-the-tenant-is-only-one-that",
            status = &in_state(before.status)
        )));
    }
    move_to(&mut work, &before, TenantStatus::Active, &reason).await?;
    let view = get_locked(work.conn(), actor.tenant()).await?;
    work.commit(view).await
}

/// Writes another status, and until when it can be taken back.
pub(super) async fn move_to(
    work: &mut Work<'_>,
    before: &TenantView,
    status: TenantStatus,
    reason: &str,
) -> Result<(), Refusal> {
    let purge_at = match status {
        TenantStatus::Active | TenantStatus::Suspended => None,
        TenantStatus::Closing => Some(work.now() + Duration::days(CLOSING_DAYS)),
        TenantStatus::Closed => before.purge_at,
    };
    sqlx::query!(
        "update tenant set status = $2, purge_at = $3, row_version = row_version + 1 where id = $1",
        before.id.uuid(),
        status.as_str(),
        purge_at,
    )
    .execute(work.conn())
    .await?;
    work.audit(AuditEntry {
        action: "tenant.set_status",
        subject: before.id.to_string(),
        before: Some(json!({ "status": before.status })),
        after: Some(json!({ "status": status })),
        reason: Some(reason.to_owned()),
    });
    work.emit(
        "tenant.status_changed",
        before.id,
        json!({ "tenant": before.id, "status": status, "reason": reason }),
    );
    work.touch(Touched::Tenant(before.id));
    Ok(())
}

/// Deletes what closed tenants own whose time has come, one transaction each.
pub(crate) async fn purge_due(db: &Db) -> Result<(), Refusal> {
    let mut tx = db.system().await?;
    let due = sqlx::query_scalar!(
        "select id from tenant where purged_at is null and purge_at <= $1 order by purge_at",
        db.clock().now(),
    )
    .fetch_all(&mut *tx)
    .await?;
    drop(tx);
    let mut outcome = Ok(());
    for tenant in due {
        outcome = outcome.and(purge(db, tenant.into()).await);
    }
    outcome
}

async fn purge(db: &Db, id: TenantId) -> Result<(), Refusal> {
    let system = Actor::system(id, "clock");
    let mut work = Work::begin(db, &system).await?;
    // A large tenant takes longer than a request may.
    sqlx::query("set local statement_timeout = '30min'")
        .execute(work.conn())
        .await?;
    let now = work.now();
    let tenant = get_locked(work.conn(), id).await?;
    let closed = sqlx::query!(
        "update tenant set status = 'closed', purged_at = $2, row_version = row_version + 1
         where id = $1 and purged_at is null and purge_at <= $2 and status in ('closing', 'closed')",
        id.uuid(),
        now,
    )
    .execute(work.conn())
    .await?;
    if closed.rows_affected() == 0 {
        return work.roll_back(()).await.map(drop);
    }
    let held = sqlx::query!(
        "select distinct kind, object_id from config_object where tenant_id = $1",
        id.uuid()
    )
    .fetch_all(work.conn())
    .await?;
    let rows = sqlx::query_scalar!(r#"select purge_tenant($1) as "rows!""#, id.uuid())
        .fetch_one(work.conn())
        .await?;
    for object in held {
        if let Some(touched) = touched(object.kind, object.object_id) {
            work.touch(touched);
        }
    }
    work.touch(Touched::Tenant(id));
    // The first record of a log that begins anew.
    work.audit(AuditEntry {
        action: "tenant.purge",
        subject: id.to_string(),
        before: Some(json!({ "status": tenant.status })),
        after: Some(json!({ "status": TenantStatus::Closed, "rows": rows })),
        reason: None,
    });
    work.commit(()).await.map(drop)
}

/// What gateways hold and shall hold no more. The tenant and its environments stay: their addresses answer that it is gone.
fn touched(kind: i16, id: Uuid) -> Option<Touched> {
    let is = |wanted: ObjectKind| kind == wanted as i16;
    if is(ObjectKind::Upstream) {
        Some(Touched::Upstream(id.into()))
    } else if is(ObjectKind::Route) {
        Some(Touched::Route(id.into()))
    } else if is(ObjectKind::Plan) {
        Some(Touched::Plan(id.into()))
    } else if is(ObjectKind::Application) {
        Some(Touched::Application(id.into()))
    } else if is(ObjectKind::Subscription) {
        Some(Touched::Subscription(id.into()))
    } else if is(ObjectKind::Credential) {
        Some(Touched::Credential(id.into()))
    } else if is(ObjectKind::Certificate) {
        Some(Touched::Certificate(id.into()))
    } else {
        None
    }
}
