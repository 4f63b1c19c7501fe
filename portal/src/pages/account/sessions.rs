//! Where somebody is signed in, and ending it there.

use crate::address::Path;
use crate::form::{Form, Nothing};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::account::tabs;
use crate::session::{self, From};
use crate::view::parts::{Flash, Tabs};
use crate::view::shell::Shell;
use crate::view::words::When;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::Redirect;
use gatehouse_control_plane::sessions;
use gatehouse_domain::id::UserId;

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
    /// The hash of its id: names it, opens nothing.
    pub(crate) name: String,
    pub(crate) place: String,
    pub(crate) agent: String,
    pub(crate) began: When,
    pub(crate) seen: When,
    pub(crate) here: bool,
}

/// Who is signed in, and the hash of this session.
fn whose(visitor: &Visitor) -> Result<(UserId, [u8; 32]), PageError> {
    let user = visitor.own_account()?.id;
    let here = session::hash_of(visitor.session()).ok_or_else(PageError::internal)?;
    Ok((user, here))
}

fn hex(hash: &[u8; 32]) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Result<[u8; 32], PageError> {
    let mut hash = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(PageError::not_found());
    }
    for (place, byte) in hash.iter_mut().enumerate() {
        let digits = &text[2 * place..2 * place + 2];
        *byte = u8::from_str_radix(digits, 16).map_err(|_| PageError::not_found())?;
    }
    Ok(hash)
}

/// `GET /account/sessions`
pub(crate) async fn show(visitor: Visitor) -> Result<SessionsPage, PageError> {
    let (user, here) = whose(&visitor)?;
    let now = visitor.now();
    let found = sessions::list_for_user(visitor.db(), user).await?;
    let rows: Vec<SessionRow> = found
        .into_iter()
        .map(|session| {
            let from = From::of(&session.data);
            let or = |text: String, other: &str| match text.is_empty() {
                true => other.to_owned(),
                false => text,
            };
            SessionRow {
                name: hex(&session.id_hash),
                place: or(from.ip, "an unknown address"),
                agent: or(from.agent, "a browser that does not say its name"),
                began: When::ago(session.created_at, now),
                seen: When::ago(session.last_seen_at, now),
                here: session.id_hash == here,
            }
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
    let (user, here) = whose(&visitor)?;
    let hash = unhex(&name)?;
    if hash == here {
        visitor.session().flush().await.map_err(PageError::fault)?;
        return Ok(visitor.go("/"));
    }
    if !sessions::end(visitor.db(), user, &hash).await? {
        return Err(PageError::not_found());
    }
    visitor
        .tell(Flash::good(
            "Session ended.",
            "Whoever used it has to sign in again.",
        ))
        .await?;
    Ok(visitor.go("/account/sessions"))
}

/// `POST /account/sessions`: ends all but this one.
pub(crate) async fn end_others(
    visitor: Visitor,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, PageError> {
    let (user, here) = whose(&visitor)?;
    let rest = match sessions::end_others(visitor.db(), user, &here).await? {
        0 => "There was no other session.".to_owned(),
        1 => "One other session was ended.".to_owned(),
        n => format!("{n} other sessions were ended."),
    };
    visitor
        .tell(Flash::good("Only this session is left.", rest))
        .await?;
    Ok(visitor.go("/account/sessions"))
}
