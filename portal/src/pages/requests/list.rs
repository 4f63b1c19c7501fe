//! `GET /requests`.

use crate::page::web_page;
use crate::view::parts::{Badge, Empty, Link, Pages};
use crate::view::shell::Shell;
use crate::view::words::When;
use askama::Template;

/// Every request of the visitor's teams, newest first, each with its next step.
#[derive(Template)]
#[template(path = "pages/requests/list.html")]
pub(crate) struct ListPage {
    pub(crate) shell: Shell,
    pub(crate) lead: String,
    pub(crate) rows: Vec<RequestRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(ListPage, Private);

pub(crate) struct RequestRow {
    pub(crate) href: String,
    pub(crate) api: String,
    pub(crate) plan: String,
    pub(crate) application: String,
    pub(crate) state: Badge,
    pub(crate) asked: When,
    pub(crate) step: Option<Link>,
}
