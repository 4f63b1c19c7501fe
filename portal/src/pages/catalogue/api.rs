//! `GET /apis/{api}`: plans side by side, versions, the next step.

use crate::page::web_page;
use crate::pages::Fact;
use crate::view::parts::{Badge, Crumbs, Empty, Flash, Link, Tabs, Timeline};
use crate::view::shell::Shell;
use askama::Template;

/// Decide and act on one page.
#[derive(Template)]
#[template(path = "pages/catalogue/api.html")]
pub(crate) struct ApiPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) name: String,
    pub(crate) status: Badge,
    pub(crate) version: String,
    pub(crate) summary: String,
    pub(crate) step: Option<Link>,
    pub(crate) tabs: Tabs,
    pub(crate) notice: Option<Flash>,
    pub(crate) plans: Vec<PlanColumn>,
    pub(crate) plan_rows: Vec<PlanRow>,
    pub(crate) no_plans: Empty,
    pub(crate) versions: Vec<VersionRow>,
    pub(crate) timeline: Timeline,
    pub(crate) addresses: Vec<Fact>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) download: String,
}

web_page!(ApiPage, Private);

pub(crate) struct PlanColumn {
    pub(crate) name: String,
    pub(crate) lead: String,
    pub(crate) best: bool,
    pub(crate) request: Option<Link>,
}

pub(crate) struct PlanRow {
    pub(crate) label: &'static str,
    pub(crate) cells: Vec<PlanCell>,
}

pub(crate) struct PlanCell {
    pub(crate) words: String,
    pub(crate) best: bool,
}

pub(crate) struct VersionRow {
    pub(crate) label: String,
    pub(crate) href: String,
    pub(crate) status: Badge,
    pub(crate) published: String,
    pub(crate) until: String,
    pub(crate) operations: String,
}
