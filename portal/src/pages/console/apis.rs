//! `/console/apis`: the APIs of this tenant, drafts included.

use crate::page::web_page;
use crate::view::parts::{Badge, Empty, Pages};
use crate::view::shell::Shell;
use askama::Template;

/// Every API with its versions.
#[derive(Template)]
#[template(path = "pages/console/apis.html")]
pub(crate) struct ApisPage {
    pub(crate) shell: Shell,
    pub(crate) lead: String,
    pub(crate) may_create: bool,
    pub(crate) query: String,
    pub(crate) rows: Vec<ApiRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(ApisPage, Private);

pub(crate) struct ApiRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) owner: String,
    pub(crate) versions: Vec<Badge>,
    pub(crate) plans: String,
    pub(crate) subscriptions: String,
}
