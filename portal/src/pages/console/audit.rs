//! `/console/audit`: who did what.

use crate::page::web_page;
use crate::view::parts::{Empty, Pages};
use crate::view::shell::Shell;
use crate::view::words::When;
use askama::Template;

/// The log, newest first.
#[derive(Template)]
#[template(path = "pages/console/audit.html")]
pub(crate) struct AuditPage {
    pub(crate) shell: Shell,
    pub(crate) here: String,
    pub(crate) action: String,
    pub(crate) actor: String,
    pub(crate) rows: Vec<AuditRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(AuditPage, Private);

pub(crate) struct AuditRow {
    pub(crate) seq: String,
    pub(crate) action: String,
    pub(crate) who: String,
    pub(crate) subject: String,
    pub(crate) reason: String,
    pub(crate) at: When,
}
