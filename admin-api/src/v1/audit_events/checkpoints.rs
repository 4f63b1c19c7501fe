//! Lists signed checkpoints of the audit log.

use axum::extract::State;
use gatehouse_control_plane::audit::Checkpoint;
use gatehouse_control_plane::page::Listed;
use gatehouse_control_plane::{Db, audit};
use gatehouse_web::{Problem, Query};
use uuid::Uuid;

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::ListQuery;

/// Lists signed checkpoints of the audit log, newest first.
///
/// Each names the newest record of an hour. Keep one outside the installation: `gatehouse audit verify --head` then shows
/// whatever was changed, removed or cut off before it.
#[utoipa::path(
    get,
    path = "/v1/audit-events/checkpoints",
    tag = "audit-events",
    params(ListQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::AuditCheckpoint>)),
    security(("token" = ["audit.read"]))
)]
pub(crate) async fn list_audit_checkpoints(
    caller: Caller<needs::AuditRead>,
    State(db): State<Db>,
    Query(query): Query<ListQuery>,
) -> Result<List<Checkpoint>, Problem> {
    let page = query.page()?;
    let before = page
        .after
        .map(|seq| i64::try_from(seq.as_u128()).unwrap_or(i64::MAX));
    let mut data = audit::list_checkpoints(&db, &caller, before, page.limit + 1).await?;
    let most = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let more = data.len() > most;
    data.truncate(most);
    let next = data.last().filter(|_| more);
    let next = next.map(|last| Uuid::from_u128(last.seq.unsigned_abs().into()));
    Ok(List(Listed { data, next }))
}
