//! `/console/settings/tokens`: access tokens for CI.

use crate::page::web_page;
use crate::view::form::{Faults, Field};
use crate::view::parts::{Badge, Empty};
use crate::view::shell::Shell;
use askama::Template;

/// Tokens, the form that makes one, and a new one shown once.
#[derive(Template)]
#[template(path = "pages/console/tokens.html")]
pub(crate) struct TokensPage {
    pub(crate) shell: Shell,
    pub(crate) secret: Option<String>,
    pub(crate) stored: String,
    pub(crate) faults: Faults,
    pub(crate) nonce: String,
    pub(crate) name: Field,
    pub(crate) days: Field,
    pub(crate) scopes: Vec<ScopeChoice>,
    pub(crate) rows: Vec<TokenRow>,
    pub(crate) empty: Empty,
}

web_page!(TokensPage, Private);

pub(crate) struct ScopeChoice {
    pub(crate) value: &'static str,
    pub(crate) label: &'static str,
    pub(crate) on: bool,
}

pub(crate) struct TokenRow {
    pub(crate) name: String,
    pub(crate) prefix: String,
    pub(crate) scopes: String,
    pub(crate) state: Badge,
    pub(crate) used: String,
    pub(crate) expires: String,
    pub(crate) live: bool,
    pub(crate) revoke: String,
}
