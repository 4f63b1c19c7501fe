//! Signing in and out.

use crate::page::web_page;
use crate::view::form::{Faults, Field};
use crate::view::shell::Shell;
use askama::Template;

/// Where you go on to, then e-mail and password; paste is allowed.
#[derive(Template)]
#[template(path = "pages/account/login.html")]
pub(crate) struct LoginPage {
    pub(crate) shell: Shell,
    pub(crate) going_to: Option<&'static str>,
    pub(crate) next: String,
    pub(crate) faults: Faults,
    pub(crate) email: Field,
    pub(crate) password: Field,
    pub(crate) sign_up_open: bool,
}

web_page!(LoginPage, Private);
