//! Links from mails and terminals: each opens a page, and only its button uses the link up, because mail scanners follow
//! links.

use crate::page::web_page;
use crate::view::form::{Faults, Field};
use crate::view::shell::Shell;
use askama::Template;

/// One button, and the fields the link needs.
#[derive(Template)]
#[template(path = "pages/account/confirm.html")]
pub(crate) struct LinkPage {
    pub(crate) shell: Shell,
    pub(crate) heading: &'static str,
    pub(crate) lead: String,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) button: &'static str,
}

web_page!(LinkPage, Private);
