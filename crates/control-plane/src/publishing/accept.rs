//! An approver lets a description through that breaks callers.

use gatehouse_domain::Permission;
use gatehouse_domain::id::ApiId;
use gatehouse_language::t;
use serde_json::json;
use uuid::Uuid;

use super::revisions::{self, RevisionDetails};
use crate::actor::Actor;
use crate::apis;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::membership;
use crate::page::Lookup;
use crate::refusal::{Faults, Refusal};
use crate::versions;
use crate::work::{Changed, Work};

/// Longest reason, in characters.
const REASON_MAX: usize = 500;

/// Accepts a rejected revision: the same bytes pass from now on, as long as what they were compared with is in force. Who
/// sent them in cannot accept them.
pub async fn accept_revision(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    label: &str,
    number: i32,
    reason: &str,
) -> Result<Changed<RevisionDetails>, Refusal> {
    actor.require_anywhere(Permission::SubscriptionDecide)?;
    let mut faults = Faults::default();
    let reason = faults.text("/reason", reason, REASON_MAX);
    faults.finish()?;
    let mut work = Work::begin(db, actor).await?;
    let api = apis::lock(work.conn(), actor, &api, Permission::SubscriptionDecide).await?;
    let version = versions::find(work.conn(), api.id, label).await?;
    let found = sqlx::query!(
        "select r.id, r.state, r.sha256, r.base_revision_id, r.created_by_kind, r.created_by, t.created_by as maker
         from spec_revision r left join access_token t on t.tenant_id = r.tenant_id and t.id = r.created_by
         where r.api_version_id = $1 and r.number = $2",
        version.id.uuid(),
        number,
    )
    .fetch_optional(work.conn())
    .await?
    .ok_or(Refusal::NotFound)?;
    let person = membership::person(work.conn(), actor).await?;
    let sender = match found.created_by_kind.as_str() {
        "token" => found.maker,
        _ => found.created_by,
    };
    if person.is_some() && person == sender {
        return Err(Refusal::NotYours(t!(
            "refused-apis-who-sent-a-description-in-cannot"
        )));
    }
    let in_force = version
        .current_revision
        .as_ref()
        .map(|active| active.id.uuid());
    require_waiting(number, &found.state, found.base_revision_id, in_force)?;
    mark(&mut work, found.id, &reason, person, actor).await?;
    work.audit(AuditEntry {
        action: "spec.accept",
        subject: version.id.to_string(),
        before: Some(json!({ "revision": number, "state": "rejected" })),
        after: Some(json!({ "revision": number, "state": "accepted", "sha256": gatehouse_snapshot::node_auth::hex(&found.sha256) })),
        reason: Some(reason.clone()),
    });
    work.emit(
        "spec.accepted",
        version.id,
        json!({
            "api": { "slug": api.slug, "name": api.name },
            "version": version.label,
            "revision": number,
            "reason": reason,
            "actor": actor.user(),
        }),
    );
    let details = revisions::read(
        work.conn(),
        (actor, &api),
        version.id.uuid(),
        number,
        db.clock().now(),
    );
    let details = details.await?;
    work.commit(details).await
}

fn require_waiting(
    number: i32,
    state: &str,
    base: Option<Uuid>,
    in_force: Option<Uuid>,
) -> Result<(), Refusal> {
    match state {
        "rejected" if base == in_force => Ok(()),
        "rejected" => Err(Refusal::Conflict(t!(
            "refused-apis-revision-was-compared-with-a-description",
            number = number.to_string()
        ))),
        "accepted" => Err(Refusal::Conflict(t!(
            "refused-apis-revision-is-accepted-already",
            number = number.to_string()
        ))),
        _ => Err(Refusal::Conflict(t!(
            "refused-apis-revision-was-published-there-is-nothing",
            number = number.to_string()
        ))),
    }
}

async fn mark(
    work: &mut Work<'_>,
    revision: Uuid,
    reason: &str,
    person: Option<Uuid>,
    actor: &Actor,
) -> Result<(), Refusal> {
    let id: Uuid = work.new_id();
    let (tenant, now) = (work.tenant(), work.now());
    sqlx::query!(
        "insert into spec_acceptance (id, tenant_id, revision_id, reason, accepted_by, accepted_by_name, accepted_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id,
        tenant,
        revision,
        reason,
        person,
        actor.name(),
        now,
    )
    .execute(work.conn())
    .await?;
    let changed = sqlx::query!(
        "update spec_revision set state = 'accepted' where id = $1 and state = 'rejected'",
        revision
    )
    .execute(work.conn())
    .await?;
    if changed.rows_affected() == 1 {
        return Ok(());
    }
    Err(Refusal::Conflict(t!(
        "refused-apis-the-revision-was-decided-on-just"
    )))
}
