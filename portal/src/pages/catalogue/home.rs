//! `GET /`: what this portal offers, and the visitor's next step.

use crate::page::web_page;
use crate::pages::catalogue::list::ApiRow;
use crate::view::parts::{Empty, Flash};
use crate::view::shell::Shell;
use askama::Template;

/// Search, the next step, the first APIs.
#[derive(Template)]
#[template(path = "pages/catalogue/home.html")]
pub(crate) struct HomePage {
    pub(crate) shell: Shell,
    pub(crate) next_step: Option<Flash>,
    pub(crate) apis: Vec<ApiRow>,
    pub(crate) empty: Empty,
}

web_page!(HomePage, Private);
