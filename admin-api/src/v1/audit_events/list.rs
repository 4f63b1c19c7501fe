//! Lists records of the audit log.

use axum::extract::State;
use gatehouse_control_plane::audit::AuditRecord;
use gatehouse_control_plane::page::Listed;
use gatehouse_control_plane::{Db, audit};
use gatehouse_domain::id::{AccessTokenId, ChangeId, NodeId, UserId};
use gatehouse_web::{FieldError, Problem, ProblemKind, Query};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::bodies;
use crate::edge::answer::List;
use crate::edge::auth::{Caller, needs};
use crate::edge::list::page;

/// Lists records of the audit log.
#[utoipa::path(
    get,
    path = "/v1/audit-events",
    tag = "audit-events",
    params(AuditQuery),
    responses((status = 200, description = "One page", body = bodies::List<bodies::AuditEvent>)),
    security(("token" = ["audit.read"]))
)]
pub(crate) async fn list_audit_events(
    caller: Caller<needs::AuditRead>,
    State(db): State<Db>,
    Query(query): Query<AuditQuery>,
) -> Result<List<AuditEvent>, Problem> {
    let limit = page(query.limit, None)?.limit;
    let filter = audit::AuditFilter {
        before_seq: query.before_seq()?,
        action: query.action,
        subject: query.subject,
        actor: query.actor.as_deref().map(actor_uuid).transpose()?,
        request_id: query.request_id,
        since: query.created_after,
        until: query.created_before,
        limit: limit + 1,
    };
    let mut records = audit::list(&db, &caller, &filter).await?;
    let more = records.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    records.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = records
        .last()
        .filter(|_| more)
        .map(|record| record.seq.unsigned_abs());
    let listed = Listed {
        data: records.into_iter().map(AuditEvent::from).collect(),
        next: next.map(|seq| Uuid::from_u128(seq.into())),
    };
    Ok(List(listed))
}

/// Which records.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Most entries of the answer.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Only this action, such as `subscription.approve`.
    action: Option<String>,
    /// Only what was done to this id.
    subject: Option<String>,
    /// Only what this person or token did.
    actor: Option<String>,
    /// Only what this request did.
    request_id: Option<String>,
    /// Only at or after this moment (RFC 3339).
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[param(value_type = Option<String>, format = DateTime)]
    created_after: Option<OffsetDateTime>,
    /// Only before this moment (RFC 3339).
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[param(value_type = Option<String>, format = DateTime)]
    created_before: Option<OffsetDateTime>,
}

/// People and tokens act; both are named by their prefixed ids.
fn actor_uuid(text: &str) -> Result<Uuid, Problem> {
    let user = || text.parse().map(UserId::uuid);
    let token = || text.parse().map(AccessTokenId::uuid);
    user().or_else(|_| token()).map_err(|_| {
        let detail = format!("Use the id of a person (usr_…) or of a token (tok_…); got '{text}'.");
        Problem::new(ProblemKind::Invalid).field(FieldError::new("?actor", "format", detail))
    })
}

impl AuditQuery {
    fn before_seq(&self) -> Result<Option<i64>, Problem> {
        let after = page(None, self.after.as_deref())?.after;
        Ok(after.map(|seq| i64::try_from(seq.as_u128()).unwrap_or(i64::MAX)))
    }
}

/// A record with its ids as everywhere else.
#[derive(Debug, Serialize)]
pub(crate) struct AuditEvent {
    #[serde(flatten)]
    record: AuditRecord,
    actor_id: Option<String>,
    change_id: Option<ChangeId>,
}

impl From<AuditRecord> for AuditEvent {
    fn from(mut record: AuditRecord) -> Self {
        let actor_id = record
            .actor_id
            .take()
            .map(|id| match record.actor_type.as_str() {
                "user" => UserId::from_uuid(id).to_string(),
                "token" => AccessTokenId::from_uuid(id).to_string(),
                _ => NodeId::from_uuid(id).to_string(),
            });
        let change_id = record.change_id.take().map(ChangeId::from_uuid);
        Self {
            record,
            actor_id,
            change_id,
        }
    }
}
