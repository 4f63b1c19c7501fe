//! `GET /inbox`: notices, each with its action.

use crate::address::Query;
use crate::form::{Form, Nothing};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::list_of::{After, older};
use crate::view::parts::{Empty, Link, Pages};
use crate::view::shell::Shell;
use crate::view::words::When;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::Redirect;
use gatehouse_control_plane::notices;
use gatehouse_language::t;

/// Notices, newest first.
#[derive(Template)]
#[template(path = "pages/account/inbox.html")]
pub(crate) struct InboxPage {
    pub(crate) shell: Shell,
    pub(crate) lead: String,
    pub(crate) unread: bool,
    pub(crate) rows: Vec<NoticeRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(InboxPage, Private);

pub(crate) struct NoticeRow {
    pub(crate) subject: String,
    pub(crate) body: String,
    pub(crate) unread: bool,
    pub(crate) at: When,
    pub(crate) step: Option<Link>,
}

/// `GET /inbox`
pub(crate) async fn show(
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<InboxPage, PageError> {
    let actor = visitor.actor()?;
    let listed = notices::list_notifications(visitor.db(), actor, &after.page()).await?;
    let unread = notices::unread_count(visitor.db(), actor).await?;
    let shell = visitor.shell().await?.at("inbox");
    let rows: Vec<NoticeRow> = listed
        .data
        .into_iter()
        .map(|notice| NoticeRow {
            step: (notice.link != "/").then(|| Link::new(t!("word-open"), shell.to(&notice.link))),
            subject: notice.title,
            body: notice.body,
            unread: notice.read_at.is_none(),
            at: When::ago(notice.created_at, visitor.now()),
        })
        .collect();
    Ok(InboxPage {
        lead: match unread {
            0 => t!("account-all-done"),
            n => t!("account-are-new", count = n),
        },
        unread: unread > 0,
        empty: Empty::new(
            t!("account-all-done-2"),
            t!("account-decisions-notices-and-everything-that-waits"),
            None,
        ),
        pages: older("/inbox", &shell, rows.len(), listed.next, &after),
        rows,
        shell,
    })
}

/// `POST /inbox/read`
pub(crate) async fn read_all(
    visitor: Visitor,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, PageError> {
    notices::mark_read(visitor.db(), visitor.actor()?, notices::Which::All).await?;
    Ok(visitor.go("/inbox"))
}
