//! `/console/apis/{api}`: what an API is, what it still lacks, and how it does; its other pages are tabs beside this one.

pub(crate) mod consumers;
pub(crate) mod head;
pub(crate) mod plans;
pub(crate) mod routing;
pub(crate) mod settings;
pub(crate) mod traffic;
pub(crate) mod versions;

use self::head::{ApiHead, ApiTab, Opened, open};
use self::routing::RouteRow;
use crate::address::{Path, Query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::console::seen_by;
use crate::pages::list_of::everything;
use crate::pages::spread::{self, Changed};
use crate::pages::used::figures;
use crate::pages::{Fact, Figure};
use crate::view::parts::Link;
use crate::view::shell::Shell;
use crate::view::words::day;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::apis::ApiView;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::usage::{self, UsageRange};
use gatehouse_control_plane::{Refusal, plans as plan_verbs};
use gatehouse_domain::{ApiVersionState, Permission};
use gatehouse_language::t;

/// One API as its owners see it.
#[derive(Template)]
#[template(path = "pages/console/api/overview.html")]
pub(crate) struct OverviewPage {
    pub(crate) shell: Shell,
    pub(crate) head: ApiHead,
    pub(crate) missing: Vec<Missing>,
    /// The last 24 hours; empty without calls, and for who may not see them.
    pub(crate) figures: Vec<Figure>,
    pub(crate) traffic: String,
    pub(crate) facts: Vec<Fact>,
    pub(crate) routes: Vec<RouteRow>,
}

web_page!(OverviewPage, Private);

/// What keeps people from using the API, and the step that helps.
pub(crate) struct Missing {
    pub(crate) what: String,
    pub(crate) why: String,
    pub(crate) step: Link,
}

/// `GET /console/apis/{api}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api]): Path<1>,
    Query(changed): Query<Changed>,
) -> Result<OverviewPage, PageError> {
    let spread = spread::of(&visitor, &changed).await?;
    let opened = open(&visitor, &api, ApiTab::Overview).await?;
    let routes = routing::routes(&visitor, &opened.view).await?;
    Ok(OverviewPage {
        head: opened.head(ApiTab::Overview, spread),
        missing: missing(&visitor, &opened, &routes).await?,
        figures: last_day(&visitor, &opened).await?,
        traffic: opened.link(ApiTab::Traffic),
        facts: facts(&opened.view),
        routes,
        shell: opened.shell,
    })
}

/// What it lacks before somebody can call it, first what comes first.
async fn missing(
    visitor: &Visitor,
    opened: &Opened,
    routes: &[RouteRow],
) -> Result<Vec<Missing>, PageError> {
    let Opened { view, shell } = opened;
    let mut missing = Vec::new();
    let offered = |state| {
        matches!(
            state,
            ApiVersionState::Published | ApiVersionState::Deprecated
        )
    };
    if !view.versions.iter().any(|one| offered(one.state)) {
        missing.push(Missing {
            what: t!("apis-not-live"),
            why: t!("apis-not-live-why"),
            step: Link::new(t!("apis-open-versions"), opened.link(ApiTab::Versions)),
        });
    }
    if routes.iter().all(|route| route.targets.is_empty()) {
        missing.push(Missing {
            what: t!("apis-no-route"),
            why: t!("apis-no-route-why"),
            step: Link::new(t!("apis-open-routing"), opened.link(ApiTab::Routing)),
        });
    }
    let (lookup, page) = (Lookup::Id(view.id), everything());
    let plans = plan_verbs::list_plans(visitor.db(), visitor.actor()?, lookup, &page).await?;
    if plans.data.is_empty() && shell.may(Permission::PlanManage) {
        let path = format!("{}/new", ApiTab::Plans.path(&view.slug));
        missing.push(Missing {
            what: t!("apis-no-plan"),
            why: t!("apis-no-plan-why"),
            step: Link::new(t!("apis-plan-create"), shell.to(&path)),
        });
    }
    Ok(missing)
}

/// A right to see usage may hold for other APIs only: nothing is shown then.
async fn last_day(visitor: &Visitor, opened: &Opened) -> Result<Vec<Figure>, PageError> {
    let lookup = Lookup::Id(opened.view.id);
    let found = usage::api_usage(visitor.db(), visitor.actor()?, lookup, UsageRange::Day).await;
    match found {
        Ok(used) if used.totals.calls > 0 => Ok(figures(&used.totals)),
        // Nothing is known of how long calls take that nobody made.
        Ok(_) => Ok(Vec::new()),
        Err(Refusal::Forbidden(_) | Refusal::NotFound) => Ok(Vec::new()),
        Err(refusal) => Err(refusal.into()),
    }
}

fn facts(view: &ApiView) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new(t!("word-team"), view.owner_team.name.clone()),
        Fact::new(t!("word-seen-by"), seen_by::words(view.visibility)),
        Fact::new(t!("apis-data"), settings::data_words(view.data_class)),
        Fact::new(t!("word-made"), day(view.created_at)),
    ];
    let live = view.versions.iter();
    let live = live.filter(|one| one.state == ApiVersionState::Published);
    let labels: Vec<&str> = live.map(|one| one.label.as_str()).collect();
    if !labels.is_empty() {
        facts.push(Fact::new(t!("state-live"), labels.join(", ")));
    }
    facts
}
