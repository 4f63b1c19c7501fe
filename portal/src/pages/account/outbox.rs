//! `GET /outbox`: every mail an installation without a mail server writes.

use crate::address::{Path, Query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::list_of::{After, everything, older};
use crate::view::parts::{Crumbs, Empty, Link, Pages};
use crate::view::shell::Shell;
use crate::view::words::When;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::mail::{self, Links, MailView, OutboxAccess};
use gatehouse_control_plane::page::{Listed, Page};
use gatehouse_language::t;
use uuid::Uuid;

/// The mails, newest first.
#[derive(Template)]
#[template(path = "pages/account/outbox.html")]
pub(crate) struct OutboxPage {
    pub(crate) shell: Shell,
    pub(crate) rows: Vec<MailRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(OutboxPage, Private);

pub(crate) struct MailRow {
    pub(crate) href: String,
    pub(crate) subject: String,
    pub(crate) to: String,
    pub(crate) at: When,
}

/// One mail as text, its link as a button.
#[derive(Template)]
#[template(path = "pages/account/mail.html")]
pub(crate) struct MailPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) subject: String,
    pub(crate) to: String,
    pub(crate) at: When,
    pub(crate) link: Option<Link>,
    pub(crate) body: String,
}

web_page!(MailPage, Private);

fn permit(visitor: &Visitor) -> Result<(), PageError> {
    visitor.actor()?;
    if visitor.sees_outbox() {
        Ok(())
    } else {
        Err(PageError::not_found())
    }
}

async fn list(visitor: &Visitor, page: &Page) -> Result<Listed<MailView>, PageError> {
    let portal = visitor.portal();
    let links = Links::new(portal.public_url().to_string());
    let access = if portal.is_demo() {
        OutboxAccess::Demo
    } else {
        OutboxAccess::Managed
    };
    Ok(mail::list_mail(visitor.db(), visitor.actor()?, &links, access, page).await?)
}

/// `GET /outbox`
pub(crate) async fn show(
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<OutboxPage, PageError> {
    permit(&visitor)?;
    let listed = list(&visitor, &after.page()).await?;
    let shell = visitor.shell().await?.at("outbox");
    let rows: Vec<MailRow> = listed
        .data
        .into_iter()
        .map(|mail| MailRow {
            href: shell.to(&format!("/outbox/{}", mail.id)),
            subject: mail.subject,
            to: mail.to_address,
            at: When::ago(mail.created_at, visitor.now()),
        })
        .collect();
    Ok(OutboxPage {
        empty: Empty::new(
            t!("account-no-mail-yet"),
            t!("account-every-mail-that-would-be-sent"),
            None,
        ),
        pages: older("/outbox", &shell, rows.len(), listed.next, &after),
        rows,
        shell,
    })
}

/// `GET /outbox/{mail}`
pub(crate) async fn show_mail(
    visitor: Visitor,
    Path([id]): Path<1>,
) -> Result<MailPage, PageError> {
    permit(&visitor)?;
    let id: Uuid = id.parse().map_err(|_| PageError::not_found())?;
    // The outbox is a page for development: its latest mails are all it offers.
    let found = list(&visitor, &everything())
        .await?
        .data
        .into_iter()
        .find(|mail| mail.id == id);
    let mail = found.ok_or_else(PageError::not_found)?;
    let shell = visitor.shell().await?.at("outbox");
    Ok(MailPage {
        crumbs: Crumbs::new(
            mail.subject.clone(),
            vec![Link::new(t!("account-mail-outbox"), shell.to("/outbox"))],
        ),
        link: own_link(&mail.body_text, &visitor.portal().public_url().join("/"))
            .map(|link| Link::new(t!("account-follow-the-link"), link)),
        subject: mail.subject,
        to: mail.to_address,
        at: When::ago(mail.created_at, visitor.now()),
        body: mail.body_text,
        shell,
    })
}

/// The first link of the text that leads into this portal; no other link becomes a button.
fn own_link(text: &str, portal: &str) -> Option<String> {
    text.split_whitespace()
        .find(|word| word.starts_with(portal))
        .map(ToOwned::to_owned)
}
