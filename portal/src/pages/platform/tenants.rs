//! `/platform/tenants`.

use crate::page::web_page;
use crate::view::form::{Faults, Field};
use crate::view::parts::{Badge, Pages, Spread};
use crate::view::shell::Shell;
use crate::pages::console::applications::Brake;
use askama::Template;

/// Every tenant, and the form that makes one.
#[derive(Template)]
#[template(path = "pages/platform/tenants.html")]
pub(crate) struct TenantsPage {
    pub(crate) shell: Shell,
    pub(crate) spread: Option<Spread>,
    pub(crate) faults: Faults,
    pub(crate) name: Field,
    pub(crate) slug: Field,
    pub(crate) owner: Field,
    pub(crate) rows: Vec<TenantRow>,
    pub(crate) pages: Pages,
}

web_page!(TenantsPage, Private);

pub(crate) struct TenantRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) state: Badge,
    pub(crate) since: String,
    pub(crate) action: Option<Brake>,
}
