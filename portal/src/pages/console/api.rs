//! `/console/apis/{api}`: versions, where traffic goes, plans; publishing by upload.

use crate::address::{Path, Query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::catalogue::addresses::address;
use crate::pages::catalogue::api::{decision_words, quota_words, rate_words};
use crate::pages::list_of::everything;
use crate::pages::spread::{self, Changed};
use crate::view::code::Code;
use crate::view::form::{Faults, Field};
use crate::view::parts::{Badge, Crumbs, Empty, Link, Spread};
use crate::view::shell::{Shell, capital};
use crate::view::states;
use crate::view::words::{day, grouped};
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::apis::{self, ApiView};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::plans::{self, PlanView};
use gatehouse_control_plane::versions::VersionView;
use gatehouse_control_plane::{environments, upstreams};
use gatehouse_domain::{ApiVersionState, Permission};

/// One API as its owners see it.
#[derive(Template)]
#[template(path = "pages/console/api.html")]
pub(crate) struct ApiPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) spread: Option<Spread>,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) lead: String,
    pub(crate) portal_page: String,
    pub(crate) versions: Vec<VersionRow>,
    pub(crate) no_versions: Empty,
    pub(crate) may_publish: bool,
    pub(crate) max_mb: u64,
    pub(crate) faults: Faults,
    pub(crate) publish: String,
    pub(crate) publish_fields: Vec<Field>,
    pub(crate) cli: Code,
    pub(crate) routes: Vec<RouteRow>,
    pub(crate) may_plan: bool,
    pub(crate) new_plan: String,
    pub(crate) plans: Vec<PlanRow>,
    pub(crate) no_plans: Empty,
}

web_page!(ApiPage, Private);

pub(crate) struct VersionRow {
    pub(crate) label: String,
    pub(crate) state: Badge,
    pub(crate) detail: String,
    pub(crate) revision: String,
    pub(crate) operations: String,
    pub(crate) published: String,
    pub(crate) actions: Vec<Link>,
}

pub(crate) struct RouteRow {
    pub(crate) environment: String,
    pub(crate) address: String,
    pub(crate) upstream: String,
    pub(crate) change: Option<Link>,
}

pub(crate) struct PlanRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) state: Badge,
    pub(crate) limits: String,
    pub(crate) decision: &'static str,
}

/// `GET /console/apis/{api}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api]): Path<1>,
    Query(changed): Query<Changed>,
) -> Result<ApiPage, PageError> {
    let spread = spread::of(&visitor, &changed).await?;
    page(&visitor, &api, spread, "", Faults::default()).await
}

/// The page of one API; `version` is what a refused upload had typed.
pub(crate) async fn page(
    visitor: &Visitor,
    api: &str,
    spread: Option<Spread>,
    version: &str,
    faults: Faults,
) -> Result<ApiPage, PageError> {
    let actor = visitor.require(Permission::ApiRead)?;
    let view = apis::get_api(visitor.db(), actor, api.into()).await?;
    let plans = plans::list_plans(visitor.db(), actor, Lookup::Id(view.id), &everything())
        .await?
        .data;
    let routes = routes(visitor, &view).await?;
    let shell = visitor.shell().await?.console("apis");
    let base = format!("/console/apis/{}", view.slug);
    let may_plan = shell.may(Permission::PlanManage);
    let suggested = if version.is_empty() {
        next_label(&view.versions)
    } else {
        version.to_owned()
    };
    Ok(ApiPage {
        crumbs: Crumbs::new(
            view.name.clone(),
            vec![Link::new("APIs", shell.to("/console/apis"))],
        ),
        spread,
        lead: format!("Team {}. {}", view.owner_team.name, view.summary),
        portal_page: shell.to(&format!("/apis/{}", view.slug)),
        versions: view
            .versions
            .iter()
            .map(|one| version_row(one, &base, &shell))
            .collect(),
        no_versions: Empty::new(
            "No version yet",
            "Publish a description to make the first one.",
            None,
        ),
        may_publish: shell.may(Permission::SpecPublish),
        max_mb: visitor.portal().upload_max() >> 20,
        publish: shell.to(&format!("{base}/versions")),
        publish_fields: vec![
            Field::text("version", "Version")
                .value(suggested)
                .max(40)
                .help("A new label makes a new version; a known one gets a new description.")
                .faults(&faults),
            Field::file("file", "Description").faults(&faults),
        ],
        cli: command_line(visitor, &view.slug),
        faults,
        routes,
        may_plan,
        new_plan: shell.to(&format!("{base}/plans/new")),
        plans: plans
            .iter()
            .map(|plan| plan_row(plan, &base, &shell))
            .collect(),
        no_plans: Empty::new(
            "No plans yet",
            "Without a plan nobody can request access.",
            None,
        ),
        name: view.name,
        slug: view.slug,
        shell,
    })
}

/// The newest label, as a start for the form.
fn next_label(versions: &[VersionView]) -> String {
    versions
        .first()
        .map_or_else(|| "v1".to_owned(), |version| version.label.clone())
}

fn version_row(version: &VersionView, base: &str, shell: &Shell) -> VersionRow {
    let revision = version.current_revision.as_ref();
    let action = |label: &str, event: &str| {
        Link::new(
            label,
            shell.to(&format!("{base}/versions/{}/{event}", version.label)),
        )
    };
    let may = shell.may(Permission::ApiWrite);
    let actions = match version.state {
        ApiVersionState::Draft if may && revision.is_some() => vec![action("Publish", "publish")],
        ApiVersionState::Published if may => vec![action("Deprecate", "deprecate")],
        ApiVersionState::Deprecated if may => vec![
            action("Publish again", "publish"),
            action("Retire", "retire"),
        ],
        _ => Vec::new(),
    };
    VersionRow {
        label: version.label.clone(),
        state: states::version(version.state),
        detail: version
            .sunset_at
            .map(|at| format!("Ends {}", day(at)))
            .unwrap_or_default(),
        revision: revision.map_or_else(
            || "None yet".to_owned(),
            |one| format!("{} (number {})", one.title, one.number),
        ),
        operations: revision.map_or_else(String::new, |one| grouped(one.operations)),
        published: revision.map_or_else(String::new, |one| day(one.created_at)),
        actions,
    }
}

async fn routes(visitor: &Visitor, view: &ApiView) -> Result<Vec<RouteRow>, PageError> {
    let actor = visitor.actor()?;
    let Some(version) = view.versions.first() else {
        return Ok(Vec::new());
    };
    let may = actor.may(Permission::UpstreamManage);
    let mut rows = Vec::new();
    for environment in environments::list_environments(visitor.db(), actor).await? {
        let upstream = match upstreams::get_upstream(
            visitor.db(),
            actor,
            Lookup::Id(view.id),
            &environment.slug,
        )
        .await
        {
            Ok(upstream) => upstream
                .targets
                .iter()
                .map(|target| target.url.clone())
                .collect::<Vec<_>>()
                .join(", "),
            Err(Refusal::NotFound | Refusal::Forbidden(_)) => "Not set".to_owned(),
            Err(refusal) => return Err(refusal.into()),
        };
        rows.push(RouteRow {
            environment: capital(&environment.slug),
            address: address(visitor.portal(), &environment, &view.slug, &version.label),
            upstream,
            change: may.then(|| {
                let path = format!("/console/apis/{}/upstreams/{}", view.slug, environment.slug);
                Link::new("Change", visitor.to(&path))
            }),
        });
    }
    Ok(rows)
}

fn plan_row(plan: &PlanView, base: &str, shell: &Shell) -> PlanRow {
    PlanRow {
        href: shell.to(&format!("{base}/plans/{}", plan.slug)),
        name: plan.name.clone(),
        state: states::plan(plan.state),
        limits: format!("{}; {}", rate_words(plan), quota_words(plan)),
        decision: decision_words(plan.approval),
    }
}

fn command_line(visitor: &Visitor, api: &str) -> Code {
    let url = visitor
        .portal()
        .admin_api_url()
        .join(&format!("/v1/apis/{api}/versions/v1/spec"));
    Code::new("cli", "Shell")
        .command("gatehouse")
        .text(format!(
            " spec publish openapi.yaml --api {api} --version v1\n"
        ))
        .command("curl")
        .text(" -T openapi.yaml -H ")
        .string("\"Authorization: Bearer $GATEHOUSE_TOKEN\"")
        .text(format!(" {url}"))
}
