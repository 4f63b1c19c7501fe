//! Pages that are one form: create something, change something, or confirm a loss.

use crate::page::web_page;
use crate::view::form::{Faults, Field, Hidden};
use crate::view::parts::Crumbs;
use crate::view::same::Same;
use crate::view::shell::Shell;
use askama::Template;
use gatehouse_language::t;
use std::borrow::Cow;

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
    /// Whether one of the fields is a file.
    pub(crate) multipart: bool,
    pub(crate) hidden: Vec<Hidden>,
    pub(crate) fields: Vec<Field>,
    pub(crate) button: Cow<'static, str>,
    pub(crate) back: String,
    /// In the console.
    pub(crate) same: Option<Same>,
}

web_page!(FormPage, Private);

/// Names what follows and asks once.
#[derive(Template)]
#[template(path = "pages/confirm.html")]
pub(crate) struct ConfirmPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) heading: String,
    pub(crate) consequence: String,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) hidden: Vec<Hidden>,
    pub(crate) fields: Vec<Field>,
    pub(crate) button: String,
    /// Whether something is lost: the button is red.
    pub(crate) loss: bool,
    pub(crate) back: String,
    /// In the console.
    pub(crate) same: Option<Same>,
}

web_page!(ConfirmPage, Private);

/// The form of a page that asks before something is deleted.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteForm {
    /// What the page showed, so that what was changed meanwhile stays.
    pub(crate) row_version: i32,
    #[serde(default)]
    pub(crate) reason: String,
}

impl DeleteForm {
    /// Of a page that is shown for the first time.
    pub(crate) fn of(row_version: i32) -> Self {
        Self {
            row_version,
            reason: String::new(),
        }
    }
}

/// Why somebody does it, for who reads the audit log.
pub(crate) fn why_field(reason: &str, faults: &Faults) -> Field {
    Field::text("reason", t!("word-why"))
        .optional()
        .max(500)
        .value(reason)
        .help(t!("word-why-kept"))
        .faults(faults)
}
