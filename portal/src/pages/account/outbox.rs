//! `GET /outbox`: every mail an installation without a mail server writes.

use crate::page::web_page;
use crate::view::parts::{Crumbs, Empty, Link, Pages};
use crate::view::shell::Shell;
use crate::view::words::When;
use askama::Template;

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
