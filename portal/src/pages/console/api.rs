//! `/console/apis/{api}`: versions, where traffic goes, plans; publishing by upload.

use crate::page::web_page;
use crate::view::form::{Faults, Field};
use crate::view::parts::{Badge, Code, Crumbs, Empty, Link, Spread};
use crate::view::shell::Shell;
use askama::Template;

/// One API as its owners see it.
#[derive(Template)]
#[template(path = "pages/console/api.html")]
pub(crate) struct ApiPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) spread: Option<Spread>,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) lead: String,
    pub(crate) portal_page: String,
    pub(crate) versions: Vec<VersionRow>,
    pub(crate) no_versions: Empty,
    pub(crate) may_publish: bool,
    pub(crate) max_mb: u64,
    pub(crate) faults: Faults,
    pub(crate) publish: String,
    pub(crate) publish_fields: Vec<Field>,
    pub(crate) cli: Code,
    pub(crate) routes: Vec<RouteRow>,
    pub(crate) may_plan: bool,
    pub(crate) new_plan: String,
    pub(crate) plans: Vec<PlanRow>,
    pub(crate) no_plans: Empty,
}

web_page!(ApiPage, Private);

pub(crate) struct VersionRow {
    pub(crate) label: String,
    pub(crate) state: Badge,
    pub(crate) detail: String,
    pub(crate) revision: String,
    pub(crate) operations: String,
    pub(crate) published: String,
    pub(crate) actions: Vec<Link>,
}

pub(crate) struct RouteRow {
    pub(crate) environment: String,
    pub(crate) address: String,
    pub(crate) upstream: String,
    pub(crate) change: Option<Link>,
}

pub(crate) struct PlanRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) state: Badge,
    pub(crate) limits: String,
    pub(crate) decision: &'static str,
}
