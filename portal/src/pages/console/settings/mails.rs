//! `/console/settings/mail`: every mail as it looks, and a test of each.

use crate::address::Path;
use crate::form::{Form, Nothing};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::console::settings::tabs;
use crate::view::parts::{Crumbs, Flash, Link, Tabs};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::Redirect;
use gatehouse_control_plane::mail::{self, Links, TemplateView};
use gatehouse_language::t;

const LIST: &str = "/console/settings/mail";

/// The mails, by what they say.
#[derive(Template)]
#[template(path = "pages/console/settings/mails.html")]
pub(crate) struct MailsPage {
    pub(crate) shell: Shell,
    pub(crate) tabs: Tabs,
    pub(crate) rows: Vec<MailRow>,
    pub(crate) same: Same,
}

web_page!(MailsPage, Private);

pub(crate) struct MailRow {
    pub(crate) subject: Link,
    pub(crate) template: &'static str,
}

/// One mail: what programs without HTML show, and what the others do.
#[derive(Template)]
#[template(path = "pages/console/settings/mail.html")]
pub(crate) struct MailTemplatePage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) subject: String,
    pub(crate) text: String,
    /// The body of the HTML part. Written by the program, every value in it escaped.
    pub(crate) html: String,
    /// Whom a test goes to.
    pub(crate) to: String,
    pub(crate) action: String,
    pub(crate) same: Same,
}

web_page!(MailTemplatePage, Private);

fn links(visitor: &Visitor) -> Links {
    Links::new(visitor.portal().public_url().to_string())
}

/// `GET /console/settings/mail`
pub(crate) async fn show(visitor: Visitor) -> Result<MailsPage, PageError> {
    let templates = mail::list_templates(visitor.db(), visitor.actor()?, &links(&visitor)).await?;
    let shell = visitor.shell().await?.console("settings");
    let row = |mail: TemplateView| MailRow {
        subject: Link::new(mail.subject, shell.to(&format!("{LIST}/{}", mail.template))),
        template: mail.template,
    };
    Ok(MailsPage {
        tabs: tabs(LIST, &shell),
        rows: templates.into_iter().map(row).collect(),
        same: visitor.same(&[same::MAIL_LIST], &[]),
        shell,
    })
}

/// `GET /console/settings/mail/{template}`
pub(crate) async fn show_one(
    visitor: Visitor,
    Path([template]): Path<1>,
) -> Result<MailTemplatePage, PageError> {
    let (actor, links) = (visitor.actor()?, links(&visitor));
    let mail = mail::get_template(visitor.db(), actor, &links, &template).await?;
    let shell = visitor.shell().await?.console("settings");
    Ok(MailTemplatePage {
        crumbs: Crumbs::new(
            mail.template,
            vec![Link::new(t!("settings-mails"), shell.to(LIST))],
        ),
        subject: mail.subject,
        text: mail.text,
        html: body_of(&mail.html).to_owned(),
        to: visitor.account()?.email.clone(),
        action: shell.to(&format!("{LIST}/{template}/test")),
        same: visitor.same(
            &[same::MAIL_SHOW, same::MAIL_TEST],
            &[("template", &template)],
        ),
        shell,
    })
}

/// What stands between the tags of the body.
fn body_of(html: &str) -> &str {
    let body = html.split_once("<body>").map_or(html, |(_, rest)| rest);
    body.split_once("</body>").map_or(body, |(body, _)| body)
}

/// `POST /console/settings/mail/{template}/test`
pub(crate) async fn test(
    visitor: Visitor,
    Path([template]): Path<1>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, PageError> {
    let sent = mail::send_test(visitor.db(), visitor.actor()?, &template).await?;
    let rest = t!("settings-it-goes-to", to = &sent.value.to);
    visitor
        .tell(Flash::good(t!("settings-the-test-is-on-its-way"), rest))
        .await?;
    Ok(visitor.go(&format!("{LIST}/{}", sent.value.template)))
}
