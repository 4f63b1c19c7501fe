//! How far a saved change has travelled, as a page and as the region other pages poll.

use crate::page::web_page;
use crate::view::parts::Spread;
use crate::view::shell::Shell;
use askama::Template;

/// The region with a way back; script swaps the region into the page that asked.
#[derive(Template)]
#[template(path = "pages/spread.html")]
pub(crate) struct SpreadPage {
    pub(crate) shell: Shell,
    pub(crate) spread: Spread,
    pub(crate) back: String,
}

web_page!(SpreadPage, Private);
