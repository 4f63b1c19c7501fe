//! `GET /apis/{api}/{version}/reference`: the operations by group.

use crate::page::web_page;
use crate::pages::Fact;
use crate::pages::catalogue::rail::{OperationLink, OperationRail};
use crate::view::parts::Crumbs;
use crate::view::shell::Shell;
use askama::Template;

/// Authentication, addresses, operations by tag, downloads.
#[derive(Template)]
#[template(path = "pages/catalogue/reference.html")]
pub(crate) struct ReferencePage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) api_name: String,
    pub(crate) version: String,
    pub(crate) title: String,
    /// Sanitised HTML.
    pub(crate) description: String,
    pub(crate) authentication: String,
    pub(crate) addresses: Vec<Fact>,
    pub(crate) groups: Vec<Group>,
    pub(crate) download: String,
    pub(crate) rail: OperationRail,
}

web_page!(ReferencePage, Private);

pub(crate) struct Group {
    pub(crate) label: String,
    pub(crate) count: String,
    pub(crate) href: String,
    pub(crate) operations: Vec<OperationLink>,
}
