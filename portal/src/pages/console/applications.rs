//! `/console/applications`: who uses what, and the brakes.

use crate::page::web_page;
use crate::view::parts::{Badge, Empty, Pages, Spread};
use crate::view::shell::Shell;
use askama::Template;

/// Subscriptions of every application.
#[derive(Template)]
#[template(path = "pages/console/applications.html")]
pub(crate) struct ApplicationsPage {
    pub(crate) shell: Shell,
    pub(crate) spread: Option<Spread>,
    pub(crate) lead: String,
    pub(crate) rows: Vec<ConsumerRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(ApplicationsPage, Private);

pub(crate) struct ConsumerRow {
    pub(crate) href: String,
    pub(crate) application: String,
    pub(crate) team: String,
    pub(crate) api: String,
    pub(crate) plan: String,
    pub(crate) environment: String,
    pub(crate) state: Badge,
    pub(crate) detail: String,
    pub(crate) since: String,
    pub(crate) actions: Vec<Brake>,
}

pub(crate) struct Brake {
    pub(crate) label: &'static str,
    pub(crate) href: String,
    pub(crate) loss: bool,
}
