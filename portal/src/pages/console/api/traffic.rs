//! `/console/apis/{api}/traffic`: how much an API is called, by all applications together, and how that ends.

use super::head::{ApiHead, ApiTab, open};
use crate::address::{Path, Query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::Figure;
use crate::pages::used::{Ranges, Used, UsedQuery, figures};
use crate::view::parts::Empty;
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::usage;
use gatehouse_language::t;

/// Figures, bars, operations.
#[derive(Template)]
#[template(path = "pages/console/api/traffic.html")]
pub(crate) struct TrafficPage {
    pub(crate) shell: Shell,
    pub(crate) head: ApiHead,
    pub(crate) ranges: Ranges,
    pub(crate) empty: Option<Empty>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) used: Used,
    pub(crate) same: Same,
}

web_page!(TrafficPage, Private);

/// `GET /console/apis/{api}/traffic`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api]): Path<1>,
    Query(query): Query<UsedQuery>,
) -> Result<TrafficPage, PageError> {
    let opened = open(&visitor, &api, ApiTab::Traffic).await?;
    let range = query.range();
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let found = usage::api_usage(db, actor, Lookup::Id(opened.view.id), range).await?;
    Ok(TrafficPage {
        head: opened.head(ApiTab::Traffic, None),
        ranges: Ranges::new(opened.link(ApiTab::Traffic), range),
        empty: (found.totals.calls == 0)
            .then(|| Empty::new(t!("apis-traffic-none"), t!("apis-traffic-none-words"), None)),
        figures: figures(&found.totals),
        used: Used::new(&found, range),
        same: visitor.same(
            &[same::API_USAGE],
            &[("api", &opened.view.slug), ("range", range.as_str())],
        ),
        shell: opened.shell,
    })
}
