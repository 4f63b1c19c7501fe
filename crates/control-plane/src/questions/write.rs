//! Asking and answering, within bounds that keep one person from filling a page or an inbox.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiId, CommentId, UserId};
use gatehouse_language::t;
use serde_json::json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{CommentView, Row, lock};
use crate::actor::Actor;
use crate::apis;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::hourly;
use crate::membership;
use crate::page::Lookup;
use crate::refusal::{Faults, Refusal};
use crate::work::{Changed, Work};

/// Longest question or answer, in characters.
pub const TEXT_MAX: usize = 4000;
/// Most questions and answers of one person within an hour, over all APIs of the tenant.
pub const PER_HOUR_MAX: i64 = 20;
/// Most answers to one question.
pub const ANSWERS_MAX: i64 = 100;

/// Asks a question about an API; who answers for it is told.
pub async fn ask_question(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    text: &str,
) -> Result<Changed<CommentView>, Refusal> {
    write(db, actor, api, None, text).await
}

/// Answers a question; whoever asked and answered before is told, and who answers for the API where somebody else answers.
pub async fn answer_question(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    question: CommentId,
    text: &str,
) -> Result<Changed<CommentView>, Refusal> {
    write(db, actor, api, Some(question), text).await
}

async fn write(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    question: Option<CommentId>,
    text: &str,
) -> Result<Changed<CommentView>, Refusal> {
    let mut faults = Faults::default();
    let text = faults.text("/text", text, TEXT_MAX);
    faults.finish()?;
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    let api = apis::find_visible(work.conn(), actor, &api).await?;
    let author = membership::person(work.conn(), actor)
        .await?
        .ok_or_else(|| {
            Refusal::NotYours(t!("refused-access-nobody-stands-behind-this-access-token"))
        })?;
    require_pause(&mut work, author, now).await?;
    let answers_for_it = actor.may_on(Permission::ApiWrite, &api.place());
    if let Some(question) = question {
        let asked = lock(work.conn(), api.id, question).await?;
        require_open(&mut work, &asked, author, answers_for_it).await?;
    }
    let from_team =
        answers_for_it || membership::is_in_team(work.conn(), Some(author), api.team_id).await?;
    let id: CommentId = work.new_id();
    let tenant = work.tenant();
    sqlx::query!(
        "insert into api_comment (id, tenant_id, api_id, question_id, author_id, from_team, body, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.uuid(),
        tenant,
        api.id,
        question.map(CommentId::uuid),
        author,
        from_team,
        text,
        now,
    )
    .execute(work.conn())
    .await?;
    let (action, event) = match question {
        None => ("question.ask", "api.question_asked"),
        Some(_) => ("question.answer", "api.question_answered"),
    };
    work.audit(AuditEntry {
        action,
        subject: id.to_string(),
        after: Some(json!({ "api": api.slug, "question": question, "text": text })),
        ..AuditEntry::default()
    });
    work.emit(
        event,
        id,
        json!({
            "api": { "slug": api.slug, "name": api.name },
            "comment": id,
            "question": question.unwrap_or(id),
            "text": text,
            "from_team": from_team,
            "actor": UserId::from_uuid(author),
        }),
    );
    let written = lock(work.conn(), api.id, id).await?.into();
    work.commit(written).await
}

/// Refuses somebody who wrote too much within the last hour.
async fn require_pause(
    work: &mut Work<'_>,
    author: Uuid,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    hourly::one_by_one(work.conn(), author).await?;
    let oldest = sqlx::query_scalar!(
        "select created_at from api_comment where author_id = $1 and created_at > $2 order by created_at desc offset $3 limit 1",
        author,
        now - Duration::HOUR,
        PER_HOUR_MAX - 1,
    )
    .fetch_optional(work.conn())
    .await?;
    hourly::require_pause(oldest, now)
}

/// Refuses an answer to what is no question, is hidden from who answers, or has all the answers it can have.
async fn require_open(
    work: &mut Work<'_>,
    asked: &Row,
    author: Uuid,
    answers_for_it: bool,
) -> Result<(), Refusal> {
    let sees = asked.hidden_reason.is_none() || answers_for_it || asked.author_id == author;
    if asked.question_id.is_some() || !sees {
        return Err(Refusal::NotFound);
    }
    let answers = sqlx::query_scalar!(
        r#"select count(*) as "count!" from api_comment where question_id = $1"#,
        asked.id,
    )
    .fetch_one(work.conn())
    .await?;
    if answers >= ANSWERS_MAX {
        return Err(Refusal::Conflict(t!(
            "refused-access-this-question-has-answers-the-most",
            answers_max = &ANSWERS_MAX
        )));
    }
    Ok(())
}
