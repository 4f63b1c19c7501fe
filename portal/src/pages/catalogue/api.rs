//! `GET /apis/{api}`: plans side by side, versions, the next step.

use crate::address::{Path, Query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::Fact;
use crate::pages::catalogue::addresses;
use crate::pages::requests::NextStep;
use crate::view::parts::{Badge, Crumbs, Empty, Flash, Link, Tab, Tabs, Timeline};
use crate::view::shell::{Shell, capital};
use crate::view::states;
use crate::view::words::{day, grouped};
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::catalogue;
use gatehouse_control_plane::plans::PlanView;
use gatehouse_control_plane::subscriptions::SubscriptionView;
use gatehouse_control_plane::versions::VersionView;
use gatehouse_domain::ApiVersionState;
use gatehouse_domain::plan::{ApprovalMode, LimitRule};
use gatehouse_domain::subscription::ShownState;

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
    pub(crate) tabs: Tabs,
    pub(crate) notice: Option<Flash>,
    pub(crate) plans: Vec<PlanColumn>,
    pub(crate) plan_rows: Vec<PlanRow>,
    pub(crate) no_plans: Empty,
    pub(crate) versions: Vec<VersionRow>,
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

pub(crate) struct PlanRow {
    pub(crate) label: &'static str,
    pub(crate) cells: Vec<String>,
}

pub(crate) struct VersionRow {
    pub(crate) label: String,
    pub(crate) href: String,
    pub(crate) status: Badge,
    pub(crate) published: String,
    pub(crate) until: String,
    pub(crate) operations: String,
}

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
    let shell = visitor.shell().await?.at("apis");
    let reference = format!("/apis/{}/{}/reference", found.entry.slug, version.label);
    let mine = found.my_subscriptions.first();
    let step = mine
        .map(|view| NextStep::of(view).link(&shell))
        .or_else(|| {
            (!found.plans.is_empty()).then(|| {
                Link::new(
                    "Request access",
                    shell.to(&format!("/apis/{}/request", found.entry.slug)),
                )
            })
        });
    Ok(ApiPage {
        crumbs: Crumbs::new(
            found.entry.name.clone(),
            vec![Link::new("APIs", shell.to("/apis"))],
        ),
        status: states::version(version.state),
        version: version.label.clone(),
        summary: found.entry.summary.clone(),
        step,
        tabs: Tabs::new(
            "API",
            vec![
                Tab {
                    label: "Overview",
                    href: shell.to(&format!("/apis/{}", found.entry.slug)),
                    count: None,
                    current: true,
                },
                Tab {
                    label: "Reference",
                    href: shell.to(&reference),
                    count: version
                        .current_revision
                        .as_ref()
                        .and_then(|revision| usize::try_from(revision.operations).ok()),
                    current: false,
                },
            ],
        ),
        notice: notice(version),
        plans: found
            .plans
            .iter()
            .map(|plan| column(plan, &found.entry.slug, &shell))
            .collect(),
        plan_rows: plan_rows(&found.plans),
        no_plans: Empty::new(
            "Access is by invitation",
            format!("Ask the team {}.", found.entry.owner_team.name),
            None,
        ),
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
            Fact::new("Owner", found.entry.owner_team.name.clone()),
            Fact::new("Sign-in", "API key"),
        ],
        download: shell.to(&format!(
            "/apis/{}/{}/spec",
            found.entry.slug, version.label
        )),
        name: found.entry.name,
        shell,
    })
}

fn notice(version: &VersionView) -> Option<Flash> {
    (version.state == ApiVersionState::Deprecated).then(|| {
        let ends = version.sunset_at.map_or_else(
            || "It ends at a date to come.".to_owned(),
            |at| format!("It ends on {}.", day(at)),
        );
        Flash::care("This version is deprecated.", ends)
    })
}

fn column(plan: &PlanView, api: &str, shell: &Shell) -> PlanColumn {
    PlanColumn {
        name: plan.name.clone(),
        lead: plan.summary.clone(),
        request: Link::new(
            format!("Request {}", plan.name),
            shell.to(&format!("/apis/{api}/request?plan={}", plan.slug)),
        ),
    }
}

fn plan_rows(plans: &[PlanView]) -> Vec<PlanRow> {
    let row = |label: &'static str, words: &dyn Fn(&PlanView) -> String| PlanRow {
        label,
        cells: plans.iter().map(words).collect(),
    };
    vec![
        row("Rate", &rate_words),
        row("Quota", &quota_words),
        row("Environments", &|plan| {
            plan.environments
                .iter()
                .map(|kind| capital(kind.as_str()))
                .collect::<Vec<_>>()
                .join(", ")
        }),
        row("Decision", &|plan| decision_words(plan.approval).to_owned()),
        row("Lasts", &|plan| {
            plan.max_subscription_days
                .map_or_else(|| "Without end".to_owned(), |days| format!("{days} days"))
        }),
    ]
}

/// The rate limits of a plan in words.
pub(crate) fn rate_words(plan: &PlanView) -> String {
    words_of(plan, "No rate limit", |rule| {
        matches!(rule, LimitRule::Rate { .. })
    })
}

/// The quotas of a plan in words.
pub(crate) fn quota_words(plan: &PlanView) -> String {
    words_of(plan, "No quota", |rule| {
        matches!(rule, LimitRule::Quota { .. })
    })
}

fn words_of(plan: &PlanView, none: &str, wanted: impl Fn(&LimitRule) -> bool) -> String {
    let words: Vec<&str> = plan
        .limits
        .iter()
        .filter(|limit| wanted(&limit.rule))
        .map(|limit| limit.words.as_str())
        .collect();
    if words.is_empty() {
        none.to_owned()
    } else {
        words.join("; ")
    }
}

/// Who decides, as every page says it.
pub(crate) fn decision_words(approval: ApprovalMode) -> &'static str {
    match approval {
        ApprovalMode::Auto => "Granted at once",
        ApprovalMode::Manual => "An approver decides",
        ApprovalMode::TwoPerson => "Two approvers decide",
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
        until: version.sunset_at.map_or_else(|| "Not set".to_owned(), day),
        operations: version
            .current_revision
            .as_ref()
            .map_or_else(String::new, |revision| grouped(revision.operations)),
    }
}

/// From request to first call, as far as this visitor has come.
fn steps(mine: Option<&SubscriptionView>) -> Timeline {
    let line = Timeline::default();
    match mine.map(|view| view.shown) {
        None => line
            .now("Request access", "")
            .next("Create a key", "")
            .next("Make your first call", ""),
        Some(ShownState::Pending) => line
            .now("Waiting for a decision", "")
            .next("Create a key", "")
            .next("Make your first call", ""),
        Some(ShownState::Active | ShownState::Scheduled) => line
            .done("Access granted", "")
            .now("Create a key", "")
            .next("Make your first call", ""),
        Some(ShownState::Rejected) => line.stopped(
            "Rejected",
            "The request page has the reason. You may ask again.",
        ),
        Some(other) => line.stopped(capital(other.as_str()), ""),
    }
}
