//! `GET /console`: what needs a person, worst first.

use crate::page::web_page;
use crate::pages::Figure;
use crate::view::parts::Link;
use crate::view::shell::Shell;
use crate::view::words::When;
use askama::Template;

/// To do, traffic, latest changes.
#[derive(Template)]
#[template(path = "pages/console/home.html")]
pub(crate) struct ConsoleHomePage {
    pub(crate) shell: Shell,
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) items: Vec<TodoItem>,
    pub(crate) figures: Option<Vec<Figure>>,
    pub(crate) recent: Vec<RecentChange>,
}

web_page!(ConsoleHomePage, Private);

pub(crate) struct TodoItem {
    pub(crate) bad: bool,
    pub(crate) what: String,
    pub(crate) detail: String,
    pub(crate) since: String,
    pub(crate) step: Link,
}

pub(crate) struct RecentChange {
    pub(crate) what: String,
    pub(crate) who: String,
    pub(crate) at: When,
}
