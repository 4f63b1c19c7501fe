//! Where somebody is signed in, and ending it there.

use crate::address::Path;
use crate::form::{Form, Nothing};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::account::tabs;
use crate::session;
use crate::view::parts::{Flash, Tabs};
use crate::view::shell::Shell;
use crate::view::words::When;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::Redirect;
use gatehouse_control_plane::sessions;
use gatehouse_language::t;

/// Sessions, the last used first.
#[derive(Template)]
#[template(path = "pages/account/sessions.html")]
pub(crate) struct SessionsPage {
    pub(crate) shell: Shell,
    pub(crate) tabs: Tabs,
    pub(crate) rows: Vec<SessionRow>,
    pub(crate) others: bool,
}

web_page!(SessionsPage, Private);

pub(crate) struct SessionRow {
    /// Names it, opens nothing.
    pub(crate) name: String,
    pub(crate) place: String,
    pub(crate) agent: String,
    pub(crate) began: When,
    pub(crate) seen: When,
    pub(crate) here: bool,
}

/// The hash of this session.
fn here(visitor: &Visitor) -> Result<[u8; 32], PageError> {
    session::hash_of(visitor.session()).ok_or_else(PageError::internal)
}

/// `GET /account/sessions`
pub(crate) async fn show(visitor: Visitor) -> Result<SessionsPage, PageError> {
    let found = sessions::list_sessions(visitor.db(), &visitor.myself()?).await?;
    let (here, now) = (sessions::name_of(&here(&visitor)?), visitor.now());
    let rows: Vec<SessionRow> = found
        .into_iter()
        .map(|session| SessionRow {
            here: session.id == here,
            name: session.id,
            place: session
                .ip
                .unwrap_or_else(|| t!("account-an-unknown-address")),
            agent: session
                .agent
                .unwrap_or_else(|| t!("account-a-browser-that-does-not-say")),
            began: When::ago(session.created_at, now),
            seen: When::ago(session.last_seen_at, now),
        })
        .collect();
    let shell = visitor.shell().await?;
    Ok(SessionsPage {
        tabs: tabs(&shell, "/account/sessions"),
        others: rows.len() > 1,
        rows,
        shell,
    })
}

/// `POST /account/sessions/{session}/end`
pub(crate) async fn end(
    visitor: Visitor,
    Path([name]): Path<1>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, PageError> {
    let myself = visitor.myself()?;
    if name == sessions::name_of(&here(&visitor)?) {
        visitor.session().flush().await.map_err(PageError::fault)?;
        return Ok(visitor.go("/"));
    }
    sessions::end_session(visitor.db(), &myself, &name).await?;
    visitor
        .tell(Flash::good(
            t!("account-session-ended"),
            t!("account-whoever-used-it-has-to-sign"),
        ))
        .await?;
    Ok(visitor.go("/account/sessions"))
}

/// `POST /account/sessions`: ends all but this one.
pub(crate) async fn end_others(
    visitor: Visitor,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, PageError> {
    let (myself, here) = (visitor.myself()?, here(&visitor)?);
    let ended = sessions::end_others(visitor.db(), &myself, Some(&here)).await?;
    let rest = match ended.value.ended {
        0 => t!("account-there-was-no-other-session"),
        1 => t!("account-one-other-session-was-ended"),
        n => t!("account-other-sessions-were-ended", n = n),
    };
    visitor
        .tell(Flash::good(t!("account-only-this-session-is-left"), rest))
        .await?;
    Ok(visitor.go("/account/sessions"))
}
