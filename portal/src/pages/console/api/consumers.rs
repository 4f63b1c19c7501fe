//! `/console/apis/{api}/consumers`: who uses one API, and the brakes.

use super::head::{ApiHead, ApiTab, open};
use crate::address::{Path, Query, with_query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::console::applications::{ApplicationsQuery, ConsumerRow, consumer};
use crate::pages::list_of::{After, older};
use crate::pages::spread;
use crate::view::parts::{Empty, Pages};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::subscriptions::{self, SubscriptionFilter};
use gatehouse_language::t;

/// The subscriptions to one API.
#[derive(Template)]
#[template(path = "pages/console/api/consumers.html")]
pub(crate) struct ConsumersPage {
    pub(crate) shell: Shell,
    pub(crate) head: ApiHead,
    /// Where requests for it are decided.
    pub(crate) requests: String,
    pub(crate) rows: Vec<ConsumerRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(ConsumersPage, Private);

/// `GET /console/apis/{api}/consumers`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api]): Path<1>,
    Query(query): Query<ApplicationsQuery>,
) -> Result<ConsumersPage, PageError> {
    let (after, changed) = query.parts();
    let spread = spread::of(&visitor, &changed).await?;
    let opened = open(&visitor, &api, ApiTab::Consumers).await?;
    let filter = SubscriptionFilter {
        api: Some(Lookup::Id(opened.view.id)),
        ..SubscriptionFilter::default()
    };
    let (db, actor, page) = (visitor.db(), visitor.actor()?, After::page(&after));
    let listed = subscriptions::list_subscriptions(db, actor, &filter, &page).await?;
    let (shell, path) = (&opened.shell, ApiTab::Consumers.path(&opened.view.slug));
    let rows: Vec<ConsumerRow> = listed
        .data
        .iter()
        .map(|view| consumer(view, &visitor, shell))
        .collect();
    Ok(ConsumersPage {
        head: opened.head(ApiTab::Consumers, spread),
        requests: shell.to(&with_query(
            "/console/requests",
            &[("api", &opened.view.slug)],
        )),
        empty: Empty::new(
            t!("apis-consumers-none"),
            t!("apis-consumers-none-words"),
            None,
        ),
        pages: older(&path, shell, rows.len(), listed.next, &after),
        rows,
        shell: opened.shell,
    })
}
