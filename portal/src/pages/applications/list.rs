//! `GET /applications` and `/applications/new`.

use crate::page::web_page;
use crate::view::parts::{Badge, Empty, Pages};
use crate::view::shell::Shell;
use askama::Template;

/// The applications of the visitor's teams.
#[derive(Template)]
#[template(path = "pages/applications/list.html")]
pub(crate) struct ListPage {
    pub(crate) shell: Shell,
    pub(crate) rows: Vec<ApplicationRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(ListPage, Private);

pub(crate) struct ApplicationRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) team: String,
    pub(crate) state: Badge,
    pub(crate) subscriptions: String,
    pub(crate) keys: String,
}
