//! `GET /applications/{app}/usage`: figures, quota against pace, bars, operations.

use crate::page::web_page;
use crate::pages::Figure;
use crate::view::chart::{Bars, Quota};
use crate::view::form::Choice;
use crate::view::parts::{Crumbs, Empty, Tabs};
use crate::view::shell::Shell;
use askama::Template;

/// What the application used, by time and by operation.
#[derive(Template)]
#[template(path = "pages/applications/usage.html")]
pub(crate) struct UsagePage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) name: String,
    pub(crate) lead: String,
    pub(crate) tabs: Tabs,
    pub(crate) here: String,
    pub(crate) ranges: Vec<Choice>,
    pub(crate) chosen: String,
    pub(crate) range_words: &'static str,
    pub(crate) empty: Option<Empty>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) quotas: Vec<Quota>,
    pub(crate) chart_title: &'static str,
    pub(crate) chart: Bars,
    pub(crate) operations: Vec<OperationUse>,
}

web_page!(UsagePage, Private);

pub(crate) struct OperationUse {
    pub(crate) method: String,
    pub(crate) method_class: &'static str,
    pub(crate) path: String,
    pub(crate) api: String,
    pub(crate) calls: String,
    pub(crate) failed: String,
    pub(crate) time: String,
}
