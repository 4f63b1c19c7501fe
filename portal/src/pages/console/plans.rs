//! `/console/plans`: limits, quotas, who decides.

use crate::page::web_page;
use crate::view::parts::{Badge, Empty, Pages};
use crate::view::shell::Shell;
use askama::Template;

/// The plans of every API.
#[derive(Template)]
#[template(path = "pages/console/plans.html")]
pub(crate) struct PlansPage {
    pub(crate) shell: Shell,
    pub(crate) may_change: bool,
    pub(crate) rows: Vec<PlanRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(PlansPage, Private);

pub(crate) struct PlanRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) api: String,
    pub(crate) state: Badge,
    pub(crate) limits: String,
    pub(crate) decision: &'static str,
}
