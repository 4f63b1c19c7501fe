//! `GET /apis/{api}`: plans side by side, versions, the next step.

use crate::address::{Path, Query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::Fact;
use crate::pages::catalogue::addresses;
use crate::pages::catalogue::follow::Follow;
use crate::pages::catalogue::incidents;
use crate::pages::catalogue::plan_words::{PlanRow, plan_rows};
use crate::pages::catalogue::tabs::{Here, tabs};
use crate::pages::requests::NextStep;
use crate::view::parts::{Badge, Crumbs, Empty, Flash, Link, Tabs, Timeline};
use crate::view::shell::Shell;
use crate::view::states;
use crate::view::words::{day, grouped};
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::catalogue::{self, CatalogueApi};
use gatehouse_control_plane::changelog::{self, EntryView};
use gatehouse_control_plane::guides;
use gatehouse_control_plane::page::{Lookup, Page};
use gatehouse_control_plane::plans::PlanView;
use gatehouse_control_plane::subscriptions::SubscriptionView;
use gatehouse_control_plane::versions::VersionView;
use gatehouse_domain::ApiVersionState;
use gatehouse_domain::subscription::ShownState;
use gatehouse_language::t;
use time::OffsetDateTime;

/// Decide and act on one page.
#[derive(Template)]
#[template(path = "pages/catalogue/api.html")]
pub(crate) struct ApiPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) name: String,
    pub(crate) status: Badge,
    pub(crate) version: String,
    pub(crate) summary: String,
    pub(crate) step: Option<Link>,
    pub(crate) follow: Follow,
    pub(crate) tabs: Tabs,
    /// What is wrong with it now.
    pub(crate) incidents: Vec<Flash>,
    pub(crate) notice: Option<Flash>,
    pub(crate) plans: Vec<PlanColumn>,
    pub(crate) plan_rows: Vec<PlanRow>,
    pub(crate) no_plans: Empty,
    /// Products over several APIs that open this one.
    pub(crate) products: Vec<Link>,
    pub(crate) versions: Vec<VersionRow>,
    pub(crate) news: Vec<NewsRow>,
    pub(crate) changelog: Link,
    pub(crate) timeline: Timeline,
    pub(crate) addresses: Vec<Fact>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) download: String,
}

web_page!(ApiPage, Private);

pub(crate) struct PlanColumn {
    pub(crate) name: String,
    pub(crate) lead: String,
    pub(crate) request: Link,
}

pub(crate) struct VersionRow {
    pub(crate) label: String,
    pub(crate) href: String,
    pub(crate) status: Badge,
    pub(crate) published: String,
    pub(crate) until: String,
    pub(crate) operations: String,
}

/// An entry of the changelog, in one line.
pub(crate) struct NewsRow {
    pub(crate) day: String,
    pub(crate) title: String,
    pub(crate) breaking: bool,
}

impl NewsRow {
    fn of(entry: &EntryView) -> Self {
        Self {
            day: day(entry.at),
            title: entry.title.clone(),
            breaking: entry.breaking > 0,
        }
    }
}

/// The newest entries of the changelog on this page.
const NEWS: Page = Page {
    limit: 3,
    after: None,
};

/// `?version=`
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    version: Option<String>,
}

/// `GET /apis/{api}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api]): Path<1>,
    Query(query): Query<Which>,
) -> Result<ApiPage, PageError> {
    let viewer = visitor.viewer()?;
    let found = catalogue::catalogue_api(visitor.db(), &viewer, &api).await?;
    let label = query.version.unwrap_or_else(|| found.entry.latest.clone());
    let version = found
        .version_details
        .iter()
        .find(|one| one.label == label)
        .ok_or_else(PageError::not_found)?;
    let api = || Lookup::Id(found.entry.api_id);
    let guides = guides::list_guides(visitor.db(), &viewer, api()).await?;
    let news = changelog::list_changelog(visitor.db(), &viewer, api(), &NEWS).await?;
    let shell = visitor.shell().await?.at("apis");
    let home = format!("/apis/{}", found.entry.slug);
    let mine = found.my_subscriptions.first();
    let step = mine
        .map(|view| NextStep::of(view).link(&shell))
        .or_else(|| {
            (!found.plans.is_empty()).then(|| {
                Link::new(
                    t!("catalogue-request-access"),
                    shell.to(&format!("/apis/{}/request", found.entry.slug)),
                )
            })
        });
    let step = step.or_else(|| {
        let product = found.products.first()?;
        let href = shell.to(&format!("/products/{}", product.slug));
        Some(Link::new(
            t!("catalogue-see", product = &product.name),
            href,
        ))
    });
    Ok(ApiPage {
        crumbs: Crumbs::new(
            found.entry.name.clone(),
            vec![Link::new(t!("word-apis"), shell.to("/apis"))],
        ),
        status: states::version(version.state),
        version: version.label.clone(),
        summary: found.entry.summary.clone(),
        step,
        follow: Follow::of(&visitor, &shell, &found.entry.slug, "").await?,
        tabs: tabs(&shell, &found, version, guides.len(), Here::Overview),
        news: news.data.iter().map(NewsRow::of).collect(),
        changelog: Link::new(
            t!("catalogue-whole-changelog"),
            shell.to(&format!("/apis/{}/changelog", found.entry.slug)),
        ),
        incidents: incidents::banners(&visitor, found.entry.api_id, &shell).await?,
        notice: notice(version, &found.entry.slug, &shell, visitor.now()),
        plans: found
            .plans
            .iter()
            .map(|plan| column(plan, &home, &shell))
            .collect(),
        plan_rows: plan_rows(&found.plans),
        no_plans: no_plans(&found),
        products: found
            .products
            .iter()
            .map(|one| {
                let href = shell.to(&format!("/products/{}", one.slug));
                Link::new(one.name.clone(), href)
            })
            .collect(),
        versions: found
            .version_details
            .iter()
            .map(|one| version_row(one, &found.entry.slug, &shell))
            .collect(),
        timeline: steps(mine),
        addresses: addresses::lines(
            visitor.portal(),
            &found.environments,
            &found.entry.slug,
            &version.label,
        ),
        facts: vec![
            Fact::new(t!("word-owner"), found.entry.owner_team.name.clone()),
            Fact::new(t!("catalogue-sign-in"), t!("catalogue-key-sign-in")),
        ],
        download: shell.to(&format!(
            "/apis/{}/{}/spec",
            found.entry.slug, version.label
        )),
        name: found.entry.name,
        shell,
    })
}

fn no_plans(found: &CatalogueApi) -> Empty {
    let team = &found.entry.owner_team.name;
    match found.products.first() {
        Some(product) => Empty::new(
            t!("catalogue-with-product"),
            t!("catalogue-with-product-help", product = &product.name),
            None,
        ),
        None => Empty::new(
            t!("catalogue-by-invitation"),
            t!("catalogue-by-invitation-help", team = team),
            None,
        ),
    }
}

/// That a version is deprecated, with the ways on.
fn notice(version: &VersionView, api: &str, shell: &Shell, now: OffsetDateTime) -> Option<Flash> {
    if version.state != ApiVersionState::Deprecated {
        return None;
    }
    let ends = match version.sunset_at {
        None => t!("catalogue-ends-some-day"),
        // As gateways see it, which answer no call from that moment on.
        Some(at) if at <= now => t!("catalogue-ended", day = day(at)),
        Some(at) => t!("catalogue-ends", day = day(at)),
    };
    let mut notice = Flash::care(t!("catalogue-deprecated"), ends);
    if let Some(guide) = &version.guide {
        let href = shell.to(&format!("/apis/{api}/guides/{guide}"));
        notice = notice.with_action(Link::new(t!("catalogue-how-to-move"), href));
    }
    if let Some(successor) = &version.successor {
        let href = shell.to(&format!("/apis/{api}?version={successor}"));
        let words = t!("catalogue-open-version", version = successor);
        notice = notice.with_action(Link::new(words, href));
    }
    Some(notice)
}

/// A plan of what stands at `home`.
pub(crate) fn column(plan: &PlanView, home: &str, shell: &Shell) -> PlanColumn {
    PlanColumn {
        name: plan.name.clone(),
        lead: plan.summary.clone(),
        request: Link::new(
            t!("catalogue-request-plan", plan = &plan.name),
            shell.to(&format!("{home}/request?plan={}", plan.slug)),
        ),
    }
}

fn version_row(version: &VersionView, api: &str, shell: &Shell) -> VersionRow {
    VersionRow {
        label: version.label.clone(),
        href: shell.to(&format!("/apis/{api}?version={}", version.label)),
        status: states::version(version.state),
        published: version
            .current_revision
            .as_ref()
            .map_or_else(String::new, |revision| day(revision.created_at)),
        until: version
            .sunset_at
            .map_or_else(|| t!("catalogue-not-set"), day),
        operations: version
            .current_revision
            .as_ref()
            .map_or_else(String::new, |revision| grouped(revision.operations)),
    }
}

/// From request to first call, as far as this visitor has come.
pub(crate) fn steps(mine: Option<&SubscriptionView>) -> Timeline {
    let line = Timeline::default();
    let key = || t!("catalogue-step-key");
    let call = || t!("catalogue-step-call");
    match mine.map(|view| view.shown) {
        None => line
            .now(t!("catalogue-request-access"), "")
            .next(key(), "")
            .next(call(), ""),
        Some(ShownState::Pending) => line
            .now(t!("catalogue-step-waiting"), "")
            .next(key(), "")
            .next(call(), ""),
        Some(ShownState::Active | ShownState::Scheduled) => line
            .done(t!("catalogue-step-granted"), "")
            .now(key(), "")
            .next(call(), ""),
        Some(ShownState::Rejected) => {
            line.stopped(t!("state-rejected"), t!("catalogue-step-rejected-help"))
        }
        Some(ShownState::Suspended) => line.stopped(t!("state-suspended"), ""),
        Some(ShownState::Paused) => line.stopped(t!("state-paused"), ""),
        Some(ShownState::Expired) => line.stopped(t!("state-expired"), ""),
        Some(ShownState::Withdrawn) => line.stopped(t!("state-withdrawn"), ""),
        Some(ShownState::Cancelled) => line.stopped(t!("state-cancelled"), ""),
        Some(ShownState::Revoked) => line.stopped(t!("state-revoked"), ""),
        Some(ShownState::Superseded) => line.stopped(t!("state-superseded"), ""),
    }
}
