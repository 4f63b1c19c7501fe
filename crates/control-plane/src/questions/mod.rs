//! What people ask about an API, and what its team and others answer. Plain text, bounded, shown as it was written.
//!
//! Members of the tenant who find the API read and write; who answers for it may hide what does not belong there, with a reason
//! that the author is told.

mod moderate;
mod write;

use std::collections::HashMap;

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiId, CommentId, UserId};
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::actor::Actor;
use crate::apis;
use crate::db::Db;
use crate::membership;
use crate::page::{Listed, Lookup, Page};
use crate::refs::{ApiRef, PersonRef};
use crate::refusal::Refusal;

pub use moderate::{hide_comment, show_comment};
pub use write::{ANSWERS_MAX, PER_HOUR_MAX, TEXT_MAX, answer_question, ask_question};

/// A question or an answer.
#[derive(Debug, Clone, Serialize)]
pub struct CommentView {
    /// Identity.
    pub id: CommentId,
    /// In its author's words.
    pub text: String,
    /// Who wrote it.
    pub author: PersonRef,
    /// Whether its author answered for the API then.
    pub from_team: bool,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Why others do not see it; its author and who answers for the API do.
    pub hidden_reason: Option<String>,
}

/// A question with its answers.
#[derive(Debug, Clone, Serialize)]
pub struct QuestionView {
    /// The question itself.
    #[serde(flatten)]
    pub question: CommentView,
    /// Oldest first.
    pub answers: Vec<CommentView>,
}

/// The questions about an API as one reader sees them.
#[derive(Debug, Clone)]
pub struct Questions {
    /// About which.
    pub api: ApiRef,
    /// Whether the reader may hide and show what was written.
    pub moderates: bool,
    /// The person who reads; only people write.
    pub reader: Option<UserId>,
    /// Newest first.
    pub listed: Listed<QuestionView>,
}

/// Lists the questions about an API the actor may see, newest first.
pub async fn list_questions(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    page: &Page,
) -> Result<Questions, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let api = apis::find_visible(&mut tx, actor, &api).await?;
    let moderates = actor.may_on(Permission::ApiWrite, &api.place());
    let reader = membership::person(&mut tx, actor).await?;
    let rows = sqlx::query_as!(
        Row,
        "select c.id, c.question_id, c.body, c.author_id, u.name as author_name, c.from_team, c.created_at, c.hidden_reason
         from api_comment c join app_user u on u.id = c.author_id
         where c.api_id = $1 and c.question_id is null and ($2::uuid is null or c.id < $2)
           and ($3 or c.hidden_at is null or c.author_id = $4)
         order by c.id desc limit $5",
        api.id,
        page.after,
        moderates,
        reader,
        page.fetch(),
    )
    .fetch_all(&mut *tx)
    .await?;
    let mut answers = answers(&mut tx, &rows, moderates, reader).await?;
    let questions = rows.into_iter().map(|row| QuestionView {
        answers: answers.remove(&row.id).unwrap_or_default(),
        question: row.into(),
    });
    let questions = questions.collect();
    Ok(Questions {
        listed: Listed::cut(questions, page, |one: &QuestionView| one.question.id.uuid()),
        moderates,
        reader: reader.map(UserId::from_uuid),
        api: ApiRef {
            id: api.id.into(),
            slug: api.slug,
            name: api.name,
        },
    })
}

/// The answers to these questions, oldest first.
async fn answers(
    conn: &mut PgConnection,
    questions: &[Row],
    moderates: bool,
    reader: Option<Uuid>,
) -> Result<HashMap<Uuid, Vec<CommentView>>, Refusal> {
    let ids: Vec<Uuid> = questions.iter().map(|row| row.id).collect();
    let rows = sqlx::query_as!(
        Row,
        "select c.id, c.question_id, c.body, c.author_id, u.name as author_name, c.from_team, c.created_at, c.hidden_reason
         from api_comment c join app_user u on u.id = c.author_id
         where c.question_id = any($1) and ($2 or c.hidden_at is null or c.author_id = $3)
         order by c.id",
        &ids,
        moderates,
        reader,
    )
    .fetch_all(conn)
    .await?;
    let mut answers: HashMap<Uuid, Vec<CommentView>> = HashMap::new();
    for row in rows {
        if let Some(question) = row.question_id {
            answers.entry(question).or_default().push(row.into());
        }
    }
    Ok(answers)
}

struct Row {
    id: Uuid,
    question_id: Option<Uuid>,
    body: String,
    author_id: Uuid,
    author_name: String,
    from_team: bool,
    created_at: OffsetDateTime,
    hidden_reason: Option<String>,
}

impl From<Row> for CommentView {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            text: row.body,
            author: PersonRef {
                id: UserId::from_uuid(row.author_id),
                name: row.author_name,
            },
            from_team: row.from_team,
            created_at: row.created_at,
            hidden_reason: row.hidden_reason,
        }
    }
}

/// One of an API's, locked: answers and hiding wait for one another.
async fn lock(conn: &mut PgConnection, api: Uuid, comment: CommentId) -> Result<Row, Refusal> {
    sqlx::query_as!(
        Row,
        "select c.id, c.question_id, c.body, c.author_id, u.name as author_name, c.from_team, c.created_at, c.hidden_reason
         from api_comment c join app_user u on u.id = c.author_id
         where c.api_id = $1 and c.id = $2 for no key update of c",
        api,
        comment.uuid(),
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Refusal::NotFound)
}
