//! `GET /applications/{app}/keys`: the keys, and the form that makes one.

use crate::page::web_page;
use crate::view::form::{Faults, Field};
use crate::view::parts::{Badge, Crumbs, Empty, Flash, Spread, Tabs};
use crate::view::shell::Shell;
use askama::Template;

/// Keys by their prefix and last characters; the secret itself is nowhere.
#[derive(Template)]
#[template(path = "pages/applications/keys.html")]
pub(crate) struct KeysPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) spread: Option<Spread>,
    pub(crate) name: String,
    pub(crate) lead: String,
    pub(crate) tabs: Tabs,
    pub(crate) hint: Option<Flash>,
    pub(crate) faults: Faults,
    pub(crate) may_change: bool,
    pub(crate) action: String,
    pub(crate) nonce: String,
    pub(crate) environment: Field,
    pub(crate) expires: Field,
    pub(crate) rows: Vec<KeyRow>,
    pub(crate) empty: Empty,
}

web_page!(KeysPage, Private);

pub(crate) struct KeyRow {
    pub(crate) shown: String,
    pub(crate) environment: String,
    pub(crate) state: Badge,
    pub(crate) detail: String,
    pub(crate) made: String,
    pub(crate) used: String,
    pub(crate) expires: String,
    pub(crate) live: bool,
    pub(crate) rotate: String,
    pub(crate) revoke: String,
}
