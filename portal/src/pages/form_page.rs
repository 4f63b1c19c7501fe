//! Pages that are one form: create something, change something, or confirm a loss.

use crate::page::web_page;
use crate::pages::Fact;
use crate::view::form::{Faults, Field};
use crate::view::parts::Crumbs;
use crate::view::shell::Shell;
use askama::Template;

/// One form with its button.
#[derive(Template)]
#[template(path = "pages/form.html")]
pub(crate) struct FormPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) multipart: bool,
    /// Label is the value, value the name: the order templates read them in.
    pub(crate) hidden: Vec<Fact>,
    pub(crate) fields: Vec<Field>,
    pub(crate) button: String,
    pub(crate) loss: bool,
    pub(crate) back: String,
}

web_page!(FormPage, Private);

/// The same inside the console.
#[derive(Template)]
#[template(path = "pages/console/form.html")]
pub(crate) struct ConsoleFormPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) multipart: bool,
    pub(crate) hidden: Vec<Fact>,
    pub(crate) fields: Vec<Field>,
    pub(crate) button: String,
    pub(crate) loss: bool,
    pub(crate) back: String,
}

web_page!(ConsoleFormPage, Private);

/// Names what is lost and asks once.
#[derive(Template)]
#[template(path = "pages/confirm.html")]
pub(crate) struct ConfirmPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) heading: String,
    pub(crate) consequence: String,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) hidden: Vec<Fact>,
    pub(crate) fields: Vec<Field>,
    pub(crate) button: String,
    pub(crate) back: String,
}

web_page!(ConfirmPage, Private);

/// The same inside the console.
#[derive(Template)]
#[template(path = "pages/console/confirm.html")]
pub(crate) struct ConsoleConfirmPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) heading: String,
    pub(crate) consequence: String,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) hidden: Vec<Fact>,
    pub(crate) fields: Vec<Field>,
    pub(crate) button: String,
    pub(crate) back: String,
}

web_page!(ConsoleConfirmPage, Private);
