//! `/requests/{subscription}/messages`: what the two sides of a request wrote, and a box to answer in. A page of its own: the
//! page of a request that waits reads itself anew, which would lose what somebody types.

use crate::address::{Path, id};
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Crumbs, Link};
use crate::view::shell::Shell;
use crate::view::words::When;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::subscriptions::{self, Conversation, MESSAGE_MAX, MessageView};
use gatehouse_domain::subscription::RequestSide;
use gatehouse_language::t;

/// The conversation, oldest first.
#[derive(Template)]
#[template(path = "pages/requests/messages.html")]
pub(crate) struct MessagesPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) faults: Faults,
    pub(crate) messages: Vec<MessageRow>,
    /// Whoever only looks on has none.
    pub(crate) text: Option<Field>,
    pub(crate) action: String,
    pub(crate) back: String,
}

web_page!(MessagesPage, Private);

/// One message.
pub(crate) struct MessageRow {
    pub(crate) author: String,
    pub(crate) side: String,
    pub(crate) at: When,
    pub(crate) text: String,
}

/// The rows of a conversation.
pub(super) fn rows(messages: Vec<MessageView>, visitor: &Visitor) -> Vec<MessageRow> {
    let messages = messages.into_iter();
    messages
        .map(|message| MessageRow {
            author: message.author.name,
            side: side_words(message.side),
            at: When::ago(message.created_at, visitor.now()),
            text: message.text,
        })
        .collect()
}

fn side_words(side: RequestSide) -> String {
    match side {
        RequestSide::Requester => t!("requests-side-asks"),
        RequestSide::Approver => t!("requests-side-decides"),
    }
}

async fn page(
    visitor: &Visitor,
    request: &str,
    written: String,
    faults: Faults,
) -> Result<MessagesPage, PageError> {
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let subscription = id(request)?;
    let view = subscriptions::get_subscription(db, actor, subscription).await?;
    let Conversation {
        messages,
        speaks_for,
    } = subscriptions::list_messages(db, actor, subscription).await?;
    let shell = visitor.shell().await?.at("requests");
    let back = shell.to(&format!("/requests/{}", view.id));
    let about = t!(
        "requests-for-3",
        name = &view.api.name,
        name2 = &view.application.name
    );
    let lead = match speaks_for {
        Some(RequestSide::Approver) => {
            t!("requests-told-team", team = &view.application.team.name)
        }
        _ => t!("requests-told-decider"),
    };
    let max = u32::try_from(MESSAGE_MAX).unwrap_or(u32::MAX);
    Ok(MessagesPage {
        crumbs: Crumbs::new(
            t!("requests-messages"),
            vec![
                Link::new(t!("word-requests"), shell.to("/requests")),
                Link::new(about.clone(), back.clone()),
            ],
        ),
        heading: t!("requests-messages-about", about = &about),
        lead,
        text: speaks_for.map(|_| {
            Field::area("text", t!("requests-message"), max)
                .value(written)
                .help(t!("requests-plain-text-at-most-2-000"))
                .faults(&faults)
        }),
        faults,
        messages: rows(messages, visitor),
        action: shell.to(&format!("/requests/{}/messages", view.id)),
        back,
        shell,
    })
}

/// `GET /requests/{request}/messages`
pub(crate) async fn show(
    visitor: Visitor,
    Path([request]): Path<1>,
) -> Result<MessagesPage, PageError> {
    page(&visitor, &request, String::new(), Faults::default()).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageForm {
    #[serde(default)]
    text: String,
}

/// `POST /requests/{request}/messages`
pub(crate) async fn submit(
    visitor: Visitor,
    Path([request]): Path<1>,
    Form(form): Form<MessageForm>,
) -> Result<Response, PageError> {
    let actor = visitor.actor()?;
    let subscription = id(&request)?;
    match subscriptions::send_message(visitor.db(), actor, subscription, &form.text).await {
        Ok(_) => {
            let path = format!("/requests/{request}/messages#last");
            Ok(visitor.go(&path).into_response())
        }
        Err(refusal) => {
            let faults = faults_of(refusal)?;
            Ok(refused(page(&visitor, &request, form.text, faults).await?))
        }
    }
}
