//! `GET /applications/{app}`: subscriptions with status, quota left and the next step.

use crate::page::web_page;
use crate::pages::Action;
use crate::view::chart::Quota;
use crate::view::parts::{Badge, Crumbs, Empty, Link, Spread, Tabs};
use crate::view::shell::Shell;
use askama::Template;

/// Subscriptions and what is left of them.
#[derive(Template)]
#[template(path = "pages/applications/show.html")]
pub(crate) struct ShowPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) spread: Option<Spread>,
    pub(crate) name: String,
    pub(crate) state: Badge,
    pub(crate) lead: String,
    pub(crate) step: Option<Link>,
    pub(crate) tabs: Tabs,
    pub(crate) rows: Vec<SubscriptionRow>,
    pub(crate) empty: Empty,
    pub(crate) quotas: Vec<Quota>,
}

web_page!(ShowPage, Private);

pub(crate) struct SubscriptionRow {
    pub(crate) href: String,
    pub(crate) api: String,
    pub(crate) plan: String,
    pub(crate) environment: String,
    pub(crate) state: Badge,
    pub(crate) detail: String,
    pub(crate) since: String,
    pub(crate) actions: Vec<Action>,
}
