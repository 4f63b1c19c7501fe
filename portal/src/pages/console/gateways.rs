//! `/console/gateways`: where decisions become real.

use crate::page::web_page;
use crate::view::parts::{Badge, Code, Empty};
use crate::view::shell::Shell;
use crate::view::words::When;
use askama::Template;

/// Groups, their nodes, what each runs, and the command that adds one.
#[derive(Template)]
#[template(path = "pages/console/gateways.html")]
pub(crate) struct GatewaysPage {
    pub(crate) shell: Shell,
    pub(crate) here: String,
    pub(crate) may_manage: bool,
    pub(crate) join: Option<Code>,
    pub(crate) join_until: String,
    pub(crate) groups: Vec<GroupView>,
    pub(crate) empty: Empty,
}

web_page!(GatewaysPage, Private);

pub(crate) struct GroupView {
    pub(crate) state: Badge,
    pub(crate) heading: String,
    pub(crate) words: String,
    pub(crate) nodes: Vec<NodeRow>,
    pub(crate) join: String,
}

pub(crate) struct NodeRow {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) state: Badge,
    pub(crate) applied: String,
    pub(crate) behind: bool,
    pub(crate) lag: String,
    pub(crate) seen: When,
    pub(crate) error: String,
    pub(crate) retire: String,
}
