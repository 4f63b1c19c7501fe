//! `/console/people`: members, their roles, invitations.

use crate::page::web_page;
use crate::view::form::{Faults, Field};
use crate::view::parts::{Badge, Crumbs, Empty, Pages, Tabs};
use crate::view::shell::Shell;
use askama::Template;

/// Members and open invitations.
#[derive(Template)]
#[template(path = "pages/console/people.html")]
pub(crate) struct PeoplePage {
    pub(crate) shell: Shell,
    pub(crate) lead: String,
    pub(crate) tabs: Tabs,
    pub(crate) may_manage: bool,
    pub(crate) faults: Faults,
    pub(crate) email: Field,
    pub(crate) role: Field,
    pub(crate) rows: Vec<PersonRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(PeoplePage, Private);

pub(crate) struct PersonRow {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) roles: String,
    pub(crate) state: Badge,
    pub(crate) since: String,
    pub(crate) edit: String,
}

/// One member: roles, and whether they may come in.
#[derive(Template)]
#[template(path = "pages/console/person.html")]
pub(crate) struct PersonPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) state: Badge,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) roles: Vec<RoleChoice>,
    pub(crate) disabled: bool,
    pub(crate) status_action: String,
}

web_page!(PersonPage, Private);

pub(crate) struct RoleChoice {
    pub(crate) value: &'static str,
    pub(crate) label: String,
    pub(crate) help: &'static str,
    pub(crate) on: bool,
}
