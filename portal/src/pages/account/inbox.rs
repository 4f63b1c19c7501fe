//! `GET /inbox`: notices, each with its action.

use crate::page::web_page;
use crate::view::parts::{Empty, Link, Pages};
use crate::view::shell::Shell;
use crate::view::words::When;
use askama::Template;

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
