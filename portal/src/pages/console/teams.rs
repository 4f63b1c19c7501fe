//! `/console/teams`: teams own APIs and applications, so people can leave.

use crate::page::web_page;
use crate::view::form::{Faults, Field};
use crate::view::parts::{Crumbs, Empty, Pages, Tabs};
use crate::view::shell::Shell;
use askama::Template;

/// The teams.
#[derive(Template)]
#[template(path = "pages/console/teams.html")]
pub(crate) struct TeamsPage {
    pub(crate) shell: Shell,
    pub(crate) lead: String,
    pub(crate) tabs: Tabs,
    pub(crate) may_manage: bool,
    pub(crate) faults: Faults,
    pub(crate) name: Field,
    pub(crate) slug: Field,
    pub(crate) kind: Field,
    pub(crate) rows: Vec<TeamRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(TeamsPage, Private);

pub(crate) struct TeamRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) kind: &'static str,
    pub(crate) members: String,
}

/// One team and its members.
#[derive(Template)]
#[template(path = "pages/console/team.html")]
pub(crate) struct TeamPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) name: String,
    pub(crate) lead: String,
    pub(crate) may_manage: bool,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) person: Field,
    pub(crate) role: Field,
    pub(crate) rows: Vec<MemberRow>,
    pub(crate) empty: Empty,
}

web_page!(TeamPage, Private);

pub(crate) struct MemberRow {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) role: String,
    pub(crate) remove: String,
}
