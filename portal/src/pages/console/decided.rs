//! `/console/requests/decided`: what was decided, by whom, and why.

use super::queue::{QueueTab, tabs};
use crate::address::Query;
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::list_of::{After, older};
use crate::view::parts::{Badge, Empty, Pages, Tabs};
use crate::view::same::{self, Same};
use crate::view::shell::{Shell, capital};
use crate::view::words::When;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::subscriptions::{
    self, DecisionView, SubscriptionFilter, SubscriptionView,
};
use gatehouse_domain::Permission;
use gatehouse_domain::subscription::SubscriptionEvent;
use gatehouse_language::t;

/// The decisions, newest request first.
#[derive(Template)]
#[template(path = "pages/console/decided.html")]
pub(crate) struct DecidedPage {
    pub(crate) shell: Shell,
    pub(crate) lead: String,
    pub(crate) tabs: Tabs,
    pub(crate) rows: Vec<DecidedRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
    pub(crate) same: Same,
}

web_page!(DecidedPage, Private);

pub(crate) struct DecidedRow {
    pub(crate) href: String,
    pub(crate) application: String,
    pub(crate) person: String,
    pub(crate) wanted: String,
    pub(crate) decision: Badge,
    pub(crate) reason: String,
    pub(crate) by: String,
    pub(crate) at: When,
    /// Its id, where the refusal can be taken back.
    pub(crate) again: Option<String>,
}

/// `GET /console/requests/decided`
pub(crate) async fn show(
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<DecidedPage, PageError> {
    let actor = visitor.require(Permission::SubscriptionRead)?;
    let filter = SubscriptionFilter::default();
    let listed =
        subscriptions::list_subscriptions(visitor.db(), actor, &filter, &after.page()).await?;
    let shell = visitor.shell().await?.console("requests");
    let rows: Vec<DecidedRow> = listed
        .data
        .iter()
        .filter_map(|view| decided_row(view, &visitor, &shell))
        .collect();
    Ok(DecidedPage {
        same: visitor.same(
            &[same::SUBSCRIPTION_DECIDED, same::SUBSCRIPTION_RECONSIDER],
            &[("state", "rejected")],
        ),
        lead: t!("access-decided-lead"),
        tabs: tabs(QueueTab::Decided, None, &shell),
        empty: Empty::new(
            t!("access-decided-empty"),
            t!("access-decided-empty-help"),
            None,
        ),
        pages: older(
            "/console/requests/decided",
            &shell,
            rows.len(),
            listed.next,
            &after,
        ),
        rows,
        shell,
    })
}

/// Who decided.
fn by(decision: &DecisionView) -> String {
    let person = decision.by.as_ref();
    person.map_or_else(|| t!("access-by-rule"), |by| capital(&by.name))
}

fn decided_row(view: &SubscriptionView, visitor: &Visitor, shell: &Shell) -> Option<DecidedRow> {
    let decision = view.decision.as_ref()?;
    Some(DecidedRow {
        href: shell.to(&format!("/requests/{}", view.id)),
        application: view.application.name.clone(),
        person: view
            .requested_by
            .as_ref()
            .map_or_else(String::new, |person| person.name.clone()),
        wanted: format!("{} {}", view.api.name, view.plan.name),
        decision: if decision.approved {
            Badge::good(t!("access-approved"))
        } else {
            Badge::stopped(t!("state-rejected"))
        },
        reason: decision.reason.clone(),
        by: by(decision),
        at: When::ago(decision.at, visitor.now()),
        again: view
            .actions
            .contains(&SubscriptionEvent::Reconsider)
            .then(|| view.id.to_string()),
    })
}
