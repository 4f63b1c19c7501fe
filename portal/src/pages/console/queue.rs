//! `/console/requests`: the approval queue. A decision needs no second page.

use crate::page::web_page;
use crate::view::form::{Faults, Field};
use crate::view::parts::{Badge, Empty, Pages, Spread, Tabs};
use crate::view::shell::Shell;
use crate::view::words::When;
use askama::Template;

/// Waiting requests with everything a decision needs, one form, two buttons.
#[derive(Template)]
#[template(path = "pages/console/requests.html")]
pub(crate) struct QueuePage {
    pub(crate) shell: Shell,
    pub(crate) spread: Option<Spread>,
    pub(crate) lead: String,
    pub(crate) tabs: Tabs,
    pub(crate) faults: Faults,
    pub(crate) may_decide: bool,
    pub(crate) rows: Vec<QueueRow>,
    pub(crate) sum: String,
    pub(crate) reject_open: bool,
    pub(crate) reasons: &'static [&'static str],
    pub(crate) preset: String,
    pub(crate) reason_field: Field,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(QueuePage, Private);

pub(crate) struct QueueRow {
    pub(crate) id: String,
    pub(crate) href: String,
    pub(crate) chosen: bool,
    /// Asked for by the approver's own hand: nobody decides about their own request.
    pub(crate) own: bool,
    pub(crate) application: String,
    pub(crate) person: String,
    pub(crate) team: String,
    pub(crate) api: String,
    pub(crate) plan: String,
    pub(crate) limits: Vec<String>,
    pub(crate) purpose: String,
    pub(crate) facts: Vec<WorthKnowing>,
    pub(crate) waiting: String,
    pub(crate) late: bool,
}

pub(crate) struct WorthKnowing {
    pub(crate) words: String,
    pub(crate) care: bool,
}

/// What was decided, by whom, and why.
#[derive(Template)]
#[template(path = "pages/console/decided.html")]
pub(crate) struct DecidedPage {
    pub(crate) shell: Shell,
    pub(crate) lead: String,
    pub(crate) tabs: Tabs,
    pub(crate) rows: Vec<DecidedRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(DecidedPage, Private);

pub(crate) struct DecidedRow {
    pub(crate) href: String,
    pub(crate) application: String,
    pub(crate) person: String,
    pub(crate) wanted: String,
    pub(crate) decision: Badge,
    pub(crate) reason: String,
    pub(crate) by: String,
    pub(crate) at: When,
}
