//! Making an account.

use crate::page::web_page;
use crate::view::form::{Faults, Field};
use crate::view::shell::Shell;
use askama::Template;

/// Name, e-mail, password.
#[derive(Template)]
#[template(path = "pages/account/signup.html")]
pub(crate) struct SignUpPage {
    pub(crate) shell: Shell,
    pub(crate) next: String,
    pub(crate) faults: Faults,
    pub(crate) name: Field,
    pub(crate) email: Field,
    pub(crate) password: Field,
}

web_page!(SignUpPage, Private);

/// The same words whether or not the address already has an account.
#[derive(Template)]
#[template(path = "pages/account/sent.html")]
pub(crate) struct SentPage {
    pub(crate) shell: Shell,
    pub(crate) email: String,
}

web_page!(SentPage, Private);
