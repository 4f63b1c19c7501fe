//! `GET /requests/{subscription}`: the timeline of one request, and what its team may do with it.

use crate::page::web_page;
use crate::pages::{Action, Fact};
use crate::view::parts::{Badge, Crumbs, Link, Spread, Timeline};
use crate::view::shell::Shell;
use askama::Template;

/// Sent, decided, key made, first call.
#[derive(Template)]
#[template(path = "pages/requests/show.html")]
pub(crate) struct ShowPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) spread: Option<Spread>,
    pub(crate) waiting: bool,
    pub(crate) here: String,
    pub(crate) api: String,
    pub(crate) application: String,
    pub(crate) state: Badge,
    pub(crate) lead: String,
    pub(crate) step: Option<Link>,
    pub(crate) reason: Option<Fact>,
    pub(crate) timeline: Timeline,
    pub(crate) purpose: String,
    pub(crate) facts: Vec<Fact>,
    pub(crate) actions: Vec<Action>,
}

web_page!(ShowPage, Private);
