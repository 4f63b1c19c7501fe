//! `/apis/{api}/questions`: what people ask about an API, and what is answered.

use crate::address::{Path, Query, encode, id};
use crate::form::{Form, Nothing};
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::catalogue::follow::Follow;
use crate::pages::catalogue::tabs::{Here, tabs};
use crate::pages::list_of::{After, older};
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Badge, Crumbs, Empty, Link, Pages, Tabs};
use crate::view::shell::Shell;
use crate::view::words::When;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::questions::{self, CommentView, QuestionView, Questions, TEXT_MAX};
use gatehouse_control_plane::{catalogue, guides};
use gatehouse_domain::id::CommentId;
use gatehouse_language::t;

/// Newest question first, its answers under it.
#[derive(Template)]
#[template(path = "pages/catalogue/questions.html")]
pub(crate) struct QuestionsPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) api_name: String,
    pub(crate) follow: Follow,
    pub(crate) tabs: Tabs,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) text: Field,
    pub(crate) questions: Vec<Thread>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(QuestionsPage, Private);

/// A question and what was answered.
pub(crate) struct Thread {
    pub(crate) question: Comment,
    pub(crate) answers: Vec<Comment>,
    pub(crate) answer: String,
    pub(crate) text: Field,
    /// Whether its form stands open: it was refused.
    pub(crate) open: bool,
}

/// Something that was written.
pub(crate) struct Comment {
    pub(crate) anchor: String,
    pub(crate) author: String,
    pub(crate) badge: Option<Badge>,
    pub(crate) at: When,
    pub(crate) text: String,
    pub(crate) hidden: String,
    /// Where it is hidden, for those who may.
    pub(crate) hide: Option<String>,
    /// Where it is shown again, for those who may.
    pub(crate) show: Option<String>,
}

/// What was typed, and where.
#[derive(Default)]
struct Written {
    text: String,
    /// The question that is answered; `None`: a question of its own.
    under: Option<CommentId>,
}

async fn page(
    visitor: &Visitor,
    api: &str,
    after: &After,
    written: &Written,
    faults: Faults,
) -> Result<QuestionsPage, PageError> {
    let actor = visitor.actor()?;
    let viewer = visitor.viewer()?;
    let db = visitor.db();
    let found = catalogue::catalogue_api(db, &viewer, api).await?;
    let lookup = || Lookup::Id(found.entry.api_id);
    let asked = questions::list_questions(db, actor, lookup(), &after.page()).await?;
    let guides = guides::list_guides(db, &viewer, lookup()).await?;
    let shell = visitor.shell().await?.at("apis");
    let base = format!("/apis/{}", found.entry.slug);
    let path = format!("{base}/questions");
    let latest = found
        .version_details
        .iter()
        .find(|version| version.label == found.entry.latest)
        .ok_or_else(PageError::not_found)?;
    let at_top = written.under.is_none();
    let rows = &asked.listed.data;
    Ok(QuestionsPage {
        crumbs: Crumbs::new(
            t!("catalogue-questions"),
            vec![
                Link::new(t!("word-apis"), shell.to("/apis")),
                Link::new(found.entry.name.clone(), shell.to(&base)),
            ],
        ),
        follow: Follow::of(visitor, &shell, &found.entry.slug, "/questions").await?,
        tabs: tabs(&shell, &found, latest, guides.len(), Here::Questions),
        action: shell.to(&path),
        text: field(Kind::Question, written, at_top, &faults).help(t!("catalogue-question-help")),
        pages: older(&path, &shell, rows.len(), asked.listed.next, after),
        questions: rows
            .iter()
            .map(|one| thread(one, &asked, written, &faults, visitor, &shell.to(&path)))
            .collect(),
        faults,
        empty: Empty::new(
            t!("catalogue-questions-empty"),
            t!("catalogue-questions-empty-help"),
            None,
        ),
        api_name: found.entry.name,
        shell,
    })
}

/// What is written.
#[derive(Clone, Copy)]
enum Kind {
    Question,
    Answer,
}

/// The box to write in; `here` is where something was refused, with what was typed.
fn field(kind: Kind, written: &Written, here: bool, faults: &Faults) -> Field {
    let (name, label) = match kind {
        Kind::Question => ("text", t!("catalogue-question-yours")),
        Kind::Answer => ("answer", t!("catalogue-answer-yours")),
    };
    let max = u32::try_from(TEXT_MAX).unwrap_or(u32::MAX);
    let field = Field::area(name, label, max);
    if here {
        field.value(&written.text).faults(faults)
    } else {
        field
    }
}

fn thread(
    one: &QuestionView,
    asked: &Questions,
    written: &Written,
    faults: &Faults,
    visitor: &Visitor,
    path: &str,
) -> Thread {
    let here = written.under == Some(one.question.id);
    let mut text = field(Kind::Answer, written, here, faults);
    if !here {
        // Every question has such a box; a fault leads to the one it is about.
        text = text.apart(&one.question.id.to_string());
    }
    Thread {
        question: comment(&one.question, asked, visitor, path),
        answers: one
            .answers
            .iter()
            .map(|answer| comment(answer, asked, visitor, path))
            .collect(),
        answer: format!("{path}/{}/answers", one.question.id),
        text,
        open: here,
    }
}

fn comment(one: &CommentView, asked: &Questions, visitor: &Visitor, path: &str) -> Comment {
    let may_hide = asked.moderates || asked.reader == Some(one.author.id);
    let is_hidden = one.hidden_reason.is_some();
    Comment {
        anchor: one.id.to_string(),
        author: one.author.name.clone(),
        badge: one
            .from_team
            .then(|| Badge::good(t!("catalogue-answers-for"))),
        at: When::ago(one.created_at, visitor.now()),
        text: one.text.clone(),
        hidden: one.hidden_reason.clone().unwrap_or_default(),
        hide: (may_hide && !is_hidden).then(|| format!("{path}/{}/hide", one.id)),
        show: (asked.moderates && is_hidden).then(|| format!("{path}/{}/show", one.id)),
    }
}

/// `GET /apis/{api}/questions`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api]): Path<1>,
    Query(after): Query<After>,
) -> Result<QuestionsPage, PageError> {
    page(
        &visitor,
        &api,
        &after,
        &Written::default(),
        Faults::default(),
    )
    .await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TextForm {
    #[serde(default)]
    text: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerForm {
    #[serde(default)]
    answer: String,
}

/// The page with what was refused.
async fn again(
    visitor: &Visitor,
    api: &str,
    written: Written,
    faults: Faults,
) -> Result<Response, PageError> {
    let page = page(visitor, api, &After::default(), &written, faults).await?;
    Ok(refused(page))
}

fn there(visitor: &Visitor, api: &str, comment: CommentId) -> Response {
    let path = format!("/apis/{}/questions#{comment}", encode(api));
    visitor.go(&path).into_response()
}

/// `POST /apis/{api}/questions`
pub(crate) async fn ask(
    visitor: Visitor,
    Path([api]): Path<1>,
    Form(form): Form<TextForm>,
) -> Result<Response, PageError> {
    let (db, actor) = (visitor.db(), visitor.actor()?);
    match questions::ask_question(db, actor, api.as_str().into(), &form.text).await {
        Ok(asked) => Ok(there(&visitor, &api, asked.value.id)),
        Err(refusal) => {
            let written = Written {
                text: form.text,
                under: None,
            };
            again(&visitor, &api, written, faults_of(refusal)?).await
        }
    }
}

/// `POST /apis/{api}/questions/{question}/answers`
pub(crate) async fn answer(
    visitor: Visitor,
    Path([api, question]): Path<2>,
    Form(form): Form<AnswerForm>,
) -> Result<Response, PageError> {
    let (db, actor, question) = (visitor.db(), visitor.actor()?, id(&question)?);
    let lookup = api.as_str().into();
    match questions::answer_question(db, actor, lookup, question, &form.answer).await {
        Ok(answered) => Ok(there(&visitor, &api, answered.value.id)),
        Err(refusal) => {
            let written = Written {
                text: form.answer,
                under: Some(question),
            };
            let faults = faults_of(refusal)?.renamed(&[("text", "answer")]);
            again(&visitor, &api, written, faults).await
        }
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HideForm {
    #[serde(default)]
    reason: String,
}

/// `POST /apis/{api}/questions/{comment}/hide`
pub(crate) async fn hide(
    visitor: Visitor,
    Path([api, comment]): Path<2>,
    Form(form): Form<HideForm>,
) -> Result<Response, PageError> {
    let (db, actor, comment) = (visitor.db(), visitor.actor()?, id(&comment)?);
    let lookup = api.as_str().into();
    match questions::hide_comment(db, actor, lookup, comment, &form.reason).await {
        Ok(_) => Ok(there(&visitor, &api, comment)),
        Err(refusal) => again(&visitor, &api, Written::default(), faults_of(refusal)?).await,
    }
}

/// `POST /apis/{api}/questions/{comment}/show`
pub(crate) async fn show_again(
    visitor: Visitor,
    Path([api, comment]): Path<2>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, PageError> {
    let (db, actor, comment) = (visitor.db(), visitor.actor()?, id(&comment)?);
    questions::show_comment(db, actor, api.as_str().into(), comment).await?;
    Ok(there(&visitor, &api, comment))
}
