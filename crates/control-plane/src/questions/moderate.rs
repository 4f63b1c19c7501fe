//! Hiding what does not belong on an API's page, and showing it again. Nothing is deleted: the author and who answers for the API
//! still see it.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiId, CommentId, UserId};
use gatehouse_language::t;
use serde_json::json;

use super::{CommentView, lock};
use crate::actor::Actor;
use crate::apis;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::membership;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::words::required_reason;
use crate::work::{Changed, Work};

/// Hides a question, and its answers with it, or one answer. Who answers for the API may, and the author their own.
pub async fn hide_comment(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    comment: CommentId,
    reason: &str,
) -> Result<Changed<CommentView>, Refusal> {
    let reason = required_reason(reason)?;
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    let api = apis::find_visible(work.conn(), actor, &api).await?;
    let who = membership::person(work.conn(), actor).await?;
    let before = lock(work.conn(), api.id, comment).await?;
    if who != Some(before.author_id) {
        actor.require_on(Permission::ApiWrite, &api.place())?;
    }
    if before.hidden_reason.is_some() {
        return Err(Refusal::Conflict(t!("refused-access-it-is-hidden-already")));
    }
    sqlx::query!(
        "update api_comment set hidden_at = $2, hidden_by = $3, hidden_reason = $4 where id = $1",
        comment.uuid(),
        now,
        who,
        reason,
    )
    .execute(work.conn())
    .await?;
    work.audit(AuditEntry {
        action: "question.hide",
        subject: comment.to_string(),
        before: Some(json!({ "api": api.slug, "hidden": false })),
        after: Some(json!({ "api": api.slug, "hidden": true })),
        reason: Some(reason.clone()),
    });
    work.emit(
        "api.comment_hidden",
        comment,
        json!({
            "api": { "slug": api.slug, "name": api.name },
            "comment": comment,
            "reason": reason,
            "actor": who.map(UserId::from_uuid),
        }),
    );
    let after = lock(work.conn(), api.id, comment).await?.into();
    work.commit(after).await
}

/// Shows again what was hidden. Who answers for the API may.
pub async fn show_comment(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    comment: CommentId,
) -> Result<Changed<CommentView>, Refusal> {
    let mut work = Work::begin(db, actor).await?;
    let api = apis::find(work.conn(), actor, &api, Permission::ApiWrite).await?;
    let before = lock(work.conn(), api.id, comment).await?;
    if before.hidden_reason.is_none() {
        return Err(Refusal::Conflict(t!("refused-access-it-is-not-hidden")));
    }
    sqlx::query!(
        "update api_comment set hidden_at = null, hidden_by = null, hidden_reason = null where id = $1",
        comment.uuid(),
    )
    .execute(work.conn())
    .await?;
    work.audit(AuditEntry {
        action: "question.show",
        subject: comment.to_string(),
        before: Some(json!({ "api": api.slug, "hidden": true })),
        after: Some(json!({ "api": api.slug, "hidden": false })),
        reason: None,
    });
    let after = lock(work.conn(), api.id, comment).await?.into();
    work.commit(after).await
}
