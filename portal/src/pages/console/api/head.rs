//! What stands over every page of one API: where it is, what it is called, and the tabs.

use crate::address::encode;
use crate::page_error::PageError;
use crate::view::parts::{Crumbs, Link, Spread, Tab, Tabs};
use crate::view::said::says;
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use askama::filters::HtmlSafe;
use gatehouse_control_plane::apis::{self, ApiView};
use gatehouse_domain::Permission;
use gatehouse_language::t;

/// Crumbs, name, tabs.
#[derive(Debug, Clone, Template)]
#[template(path = "components/api_head.html")]
pub(crate) struct ApiHead {
    pub(crate) crumbs: Crumbs,
    pub(crate) spread: Option<Spread>,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) lead: String,
    pub(crate) portal_page: String,
    pub(crate) tabs: Tabs,
}

impl HtmlSafe for ApiHead {}
says!(ApiHead);

/// The pages of one API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApiTab {
    Overview,
    Versions,
    Routing,
    Policies,
    Plans,
    Docs,
    Consumers,
    Traffic,
    Settings,
}

impl ApiTab {
    const ALL: [Self; 9] = [
        Self::Overview,
        Self::Versions,
        Self::Routing,
        Self::Policies,
        Self::Plans,
        Self::Docs,
        Self::Consumers,
        Self::Traffic,
        Self::Settings,
    ];

    /// What its address ends in.
    const fn end(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Versions => "/versions",
            Self::Routing => "/routing",
            Self::Policies => "/policies",
            Self::Plans => "/plans",
            Self::Docs => "/docs",
            Self::Consumers => "/consumers",
            Self::Traffic => "/traffic",
            Self::Settings => "/settings",
        }
    }

    /// What it is called.
    fn word(self) -> String {
        match self {
            Self::Overview => t!("apis-tab-overview"),
            Self::Versions => t!("word-versions"),
            Self::Routing => t!("apis-tab-routing"),
            Self::Policies => t!("word-policies"),
            Self::Plans => t!("word-plans"),
            Self::Docs => t!("apis-tab-docs"),
            Self::Consumers => t!("apis-tab-consumers"),
            Self::Traffic => t!("apis-tab-traffic"),
            Self::Settings => t!("word-settings"),
        }
    }

    /// The path of the page, before the tenant's prefix.
    pub(crate) fn path(self, api: &str) -> String {
        format!("/console/apis/{}{}", encode(api), self.end())
    }

    /// What one needs to see the page at all.
    pub(crate) const fn needs(self) -> Permission {
        match self {
            Self::Overview
            | Self::Versions
            | Self::Routing
            | Self::Policies
            | Self::Plans
            | Self::Docs => Permission::ApiRead,
            Self::Consumers => Permission::SubscriptionRead,
            Self::Traffic => Permission::UsageReadAny,
            Self::Settings => Permission::ApiWrite,
        }
    }
}

/// An API that somebody opened in the console.
pub(crate) struct Opened {
    pub(crate) view: ApiView,
    pub(crate) shell: Shell,
}

/// The API of a page, for somebody who may see this page of it.
pub(crate) async fn open(visitor: &Visitor, api: &str, here: ApiTab) -> Result<Opened, PageError> {
    visitor.require(Permission::ApiRead)?;
    let actor = visitor.require(here.needs())?;
    let view = apis::get_api(visitor.db(), actor, api.into()).await?;
    let shell = visitor.shell().await?.console("apis");
    Ok(Opened { view, shell })
}

impl Opened {
    /// The link to one of its pages.
    pub(crate) fn link(&self, tab: ApiTab) -> String {
        self.shell.to(&tab.path(&self.view.slug))
    }

    /// What stands over the page that is open.
    pub(crate) fn head(&self, here: ApiTab, spread: Option<Spread>) -> ApiHead {
        let mut trail = vec![Link::new(t!("word-apis"), self.shell.to("/console/apis"))];
        let last = match here {
            ApiTab::Overview => self.view.name.clone(),
            tab => {
                trail.push(self.overview());
                tab.word()
            }
        };
        self.over(Crumbs::new(last, trail), here, spread)
    }

    /// The same over a page that stands below one of the tabs.
    pub(crate) fn head_below(&self, tab: ApiTab, here: String, spread: Option<Spread>) -> ApiHead {
        let trail = vec![
            Link::new(t!("word-apis"), self.shell.to("/console/apis")),
            self.overview(),
            Link::new(tab.word(), self.link(tab)),
        ];
        self.over(Crumbs::new(here, trail), tab, spread)
    }

    fn overview(&self) -> Link {
        Link::new(self.view.name.clone(), self.link(ApiTab::Overview))
    }

    fn over(&self, crumbs: Crumbs, here: ApiTab, spread: Option<Spread>) -> ApiHead {
        let view = &self.view;
        let shown = ApiTab::ALL
            .into_iter()
            .filter(|tab| self.shell.may(tab.needs()));
        let tabs = shown.map(|tab| Tab {
            label: tab.word().into(),
            href: self.link(tab),
            count: (tab == ApiTab::Versions).then_some(view.versions.len()),
            current: tab == here,
        });
        ApiHead {
            crumbs,
            spread,
            name: view.name.clone(),
            slug: view.slug.clone(),
            lead: t!(
                "apis-lead",
                team = &view.owner_team.name,
                summary = &view.summary,
            ),
            portal_page: self.shell.to(&format!("/apis/{}", view.slug)),
            tabs: Tabs::new(t!("word-api"), tabs.collect()),
        }
    }
}
