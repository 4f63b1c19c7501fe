//! `GET /requests`.

use crate::address::Query;
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::list_of::{After, older};
use crate::pages::requests::NextStep;
use crate::view::parts::{Badge, Empty, Link, Pages};
use crate::view::shell::Shell;
use crate::view::states;
use crate::view::words::When;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::subscriptions::{self, SubscriptionFilter};
use gatehouse_domain::subscription::ShownState;
use gatehouse_language::t;

/// Every request of the visitor's teams, newest first, each with its next step.
#[derive(Template)]
#[template(path = "pages/requests/list.html")]
pub(crate) struct ListPage {
    pub(crate) shell: Shell,
    pub(crate) lead: String,
    pub(crate) rows: Vec<RequestRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(ListPage, Private);

pub(crate) struct RequestRow {
    pub(crate) href: String,
    pub(crate) api: String,
    pub(crate) plan: String,
    pub(crate) application: String,
    pub(crate) state: Badge,
    pub(crate) asked: When,
    pub(crate) step: Link,
}

/// `GET /requests`
pub(crate) async fn show(
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<ListPage, PageError> {
    let actor = visitor.actor()?;
    let filter = SubscriptionFilter {
        mine: true,
        ..SubscriptionFilter::default()
    };
    let listed =
        subscriptions::list_subscriptions(visitor.db(), actor, &filter, &after.page()).await?;
    let shell = visitor.shell().await?.at("requests");
    let waiting = listed
        .data
        .iter()
        .filter(|view| view.shown == ShownState::Pending)
        .count();
    let rows: Vec<RequestRow> = listed
        .data
        .iter()
        .map(|view| RequestRow {
            href: shell.to(&format!("/requests/{}", view.id)),
            api: view.api.name.clone(),
            plan: view.plan.name.clone(),
            application: view.application.name.clone(),
            state: states::subscription(view.shown),
            asked: When::ago(view.created_at, visitor.now()),
            step: NextStep::of(view).link(&shell),
        })
        .collect();
    Ok(ListPage {
        lead: match waiting {
            0 => t!("requests-nothing-waits-for-a-decision"),
            n => t!("requests-waiting", count = n),
        },
        empty: Empty::new(
            t!("requests-no-requests-yet"),
            t!("requests-requests-you-make-appear-here-with"),
            Some(Link::new(t!("requests-browse-apis"), shell.to("/apis"))),
        ),
        pages: older("/requests", &shell, rows.len(), listed.next, &after),
        rows,
        shell,
    })
}
