//! `GET /applications/{app}/keys/{key}`: a key shown once, the command, and the arrival of the first call.

use crate::page::web_page;
use crate::pages::Fact;
use crate::view::parts::{Badge, Code, Crumbs, Spread, Timeline};
use crate::view::shell::Shell;
use askama::Template;
use askama::filters::HtmlSafe;

/// The reveal and what comes after it, on one page.
#[derive(Template)]
#[template(path = "pages/applications/key.html")]
pub(crate) struct KeyPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) spread: Option<Spread>,
    /// Whether the page reloads itself for a reader without script.
    pub(crate) refresh: bool,
    pub(crate) heading: String,
    pub(crate) lead: String,
    /// The key itself, for at most ten minutes and one person.
    pub(crate) secret: Option<String>,
    pub(crate) masked: String,
    pub(crate) kept_until: String,
    pub(crate) stored: String,
    pub(crate) sample: Code,
    pub(crate) arrival: Arrival,
    pub(crate) timeline: Timeline,
    pub(crate) ends: Option<String>,
}

web_page!(KeyPage, Private);

/// The first call, or the wait for it.
#[derive(Template)]
#[template(path = "components/arrival.html")]
pub(crate) struct Arrival {
    /// `First call received, 200 in 38 ms`.
    pub(crate) received: Option<String>,
    pub(crate) href: String,
    pub(crate) again: String,
    pub(crate) usage: String,
    pub(crate) in_force: String,
    pub(crate) calls: Vec<Call>,
}

impl HtmlSafe for Arrival {}

pub(crate) struct Call {
    pub(crate) at: String,
    pub(crate) status: Badge,
    pub(crate) what: String,
    pub(crate) took: String,
    pub(crate) reason: Option<Fact>,
    pub(crate) help: String,
}

/// The region alone, for the poll.
#[derive(Template)]
#[template(path = "pages/applications/arrival.html")]
pub(crate) struct ArrivalRegion {
    pub(crate) arrival: Arrival,
}

web_page!(ArrivalRegion, Private);
