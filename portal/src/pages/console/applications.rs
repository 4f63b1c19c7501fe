//! `/console/applications`: who uses what, and the brakes.

use crate::address::Query;
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::Action;
use crate::pages::catalogue::addresses::environment_word;
use crate::pages::console::enforce;
use crate::pages::list_of::{After, older};
use crate::pages::spread::{self, Changed};
use crate::view::parts::{Badge, Empty, Pages, Spread};
use crate::view::shell::Shell;
use crate::view::states;
use crate::view::words::relative;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::subscriptions::{self, SubscriptionFilter, SubscriptionView};
use gatehouse_domain::Permission;
use gatehouse_domain::subscription::SubscriptionEvent;
use gatehouse_language::t;
use uuid::Uuid;

/// Subscriptions of every application.
#[derive(Template)]
#[template(path = "pages/console/applications.html")]
pub(crate) struct ApplicationsPage {
    pub(crate) shell: Shell,
    pub(crate) spread: Option<Spread>,
    pub(crate) lead: String,
    pub(crate) rows: Vec<ConsumerRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(ApplicationsPage, Private);

pub(crate) struct ConsumerRow {
    pub(crate) href: String,
    pub(crate) application: String,
    pub(crate) team: String,
    pub(crate) api: String,
    pub(crate) plan: String,
    pub(crate) environment: String,
    pub(crate) state: Badge,
    pub(crate) detail: String,
    pub(crate) since: String,
    pub(crate) actions: Vec<Action>,
}

/// `?after=&change=`
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct ApplicationsQuery {
    #[serde(default)]
    after: Option<Uuid>,
    #[serde(default)]
    change: Option<String>,
}

impl ApplicationsQuery {
    pub(crate) fn parts(self) -> (After, Changed) {
        let after = After { after: self.after };
        let changed = Changed {
            change: self.change,
        };
        (after, changed)
    }
}

/// `GET /console/applications`
pub(crate) async fn show(
    visitor: Visitor,
    Query(query): Query<ApplicationsQuery>,
) -> Result<ApplicationsPage, PageError> {
    let actor = visitor.require(Permission::SubscriptionRead)?;
    let (after, changed) = query.parts();
    let filter = SubscriptionFilter::default();
    let listed =
        subscriptions::list_subscriptions(visitor.db(), actor, &filter, &after.page()).await?;
    let spread = spread::of(&visitor, &changed).await?;
    let shell = visitor.shell().await?.console("applications");
    let rows: Vec<ConsumerRow> = listed
        .data
        .iter()
        .map(|view| consumer(view, &visitor, &shell))
        .collect();
    Ok(ApplicationsPage {
        spread,
        lead: t!("people-who-uses-what-newest-first"),
        empty: Empty::new(
            t!("people-nobody-uses-an-api-yet"),
            t!("people-applications-appear-here-with-what-they"),
            None,
        ),
        pages: older(
            "/console/applications",
            &shell,
            rows.len(),
            listed.next,
            &after,
        ),
        rows,
        shell,
    })
}

/// One subscription as those see it who answer for the API.
pub(crate) fn consumer(view: &SubscriptionView, visitor: &Visitor, shell: &Shell) -> ConsumerRow {
    let brake = |event: &SubscriptionEvent| {
        let (label, help) = enforce::words(*event)?;
        Some(Action {
            label: label.into(),
            href: shell.to(&format!("/console/subscriptions/{}/{event}", view.id)),
            help: help.into(),
            loss: *event == SubscriptionEvent::Revoke,
        })
    };
    ConsumerRow {
        href: shell.to(&format!("/requests/{}", view.id)),
        application: view.application.name.clone(),
        team: view.application.team.name.clone(),
        api: view.api.name.clone(),
        plan: view.plan.name.clone(),
        environment: environment_word(view.environment.kind.as_str()),
        state: states::subscription(view.shown),
        detail: view
            .provider_hold
            .as_ref()
            .and_then(|hold| hold.reason.clone())
            .unwrap_or_default(),
        since: relative(view.starts_at.unwrap_or(view.created_at), visitor.now()),
        actions: view.actions.iter().filter_map(brake).collect(),
    }
}
