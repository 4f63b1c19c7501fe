//! `/console/apis/{api}/routing`: where each version answers, and where its calls go.

use super::head::{ApiHead, ApiTab, open};
use crate::address::{Path, Query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::catalogue::addresses::address;
use crate::pages::catalogue::addresses::environment_word;
use crate::pages::spread::{self, Changed};
use crate::view::parts::{Empty, Link};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::apis::ApiView;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{Refusal, environments, upstreams};
use gatehouse_domain::{ApiVersionState, Permission};
use gatehouse_language::t;

/// One line for each environment.
#[derive(Template)]
#[template(path = "pages/console/api/routing.html")]
pub(crate) struct RoutingPage {
    pub(crate) shell: Shell,
    pub(crate) head: ApiHead,
    pub(crate) routes: Vec<RouteRow>,
    pub(crate) empty: Empty,
}

web_page!(RoutingPage, Private);

pub(crate) struct RouteRow {
    pub(crate) environment: String,
    /// One for each version that answers.
    pub(crate) addresses: Vec<String>,
    /// Where its calls go; empty when that is not said yet.
    pub(crate) targets: Vec<String>,
    pub(crate) change: Option<Link>,
}

/// `GET /console/apis/{api}/routing`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api]): Path<1>,
    Query(changed): Query<Changed>,
) -> Result<RoutingPage, PageError> {
    let spread = spread::of(&visitor, &changed).await?;
    let opened = open(&visitor, &api, ApiTab::Routing).await?;
    Ok(RoutingPage {
        head: opened.head(ApiTab::Routing, spread),
        routes: routes(&visitor, &opened.view).await?,
        empty: Empty::new(
            t!("apis-environment-none"),
            t!("apis-environment-none-words"),
            None,
        ),
        shell: opened.shell,
    })
}

/// Where the API answers in each environment, and where its calls go.
pub(super) async fn routes(visitor: &Visitor, view: &ApiView) -> Result<Vec<RouteRow>, PageError> {
    let actor = visitor.actor()?;
    let may = actor.may_anywhere(Permission::UpstreamManage);
    let live = |state| {
        matches!(
            state,
            ApiVersionState::Published | ApiVersionState::Deprecated
        )
    };
    let mut rows = Vec::new();
    for environment in environments::list_environments(visitor.db(), actor).await? {
        let lookup = Lookup::Id(view.id);
        let found = upstreams::get_upstream(visitor.db(), actor, lookup, &environment.slug).await;
        let targets = match found {
            Ok(upstream) => upstream.targets.into_iter().map(|one| one.url).collect(),
            Err(Refusal::NotFound | Refusal::Forbidden(_)) => Vec::new(),
            Err(refusal) => return Err(refusal.into()),
        };
        let versions = view.versions.iter().filter(|one| live(one.state));
        rows.push(RouteRow {
            addresses: versions
                .map(|one| address(visitor.portal(), &environment, &view.slug, &one.label))
                .collect(),
            targets,
            change: may.then(|| {
                let path = format!("/console/apis/{}/upstreams/{}", view.slug, environment.slug);
                Link::new(t!("word-change"), visitor.to(&path))
            }),
            environment: environment_word(&environment.slug),
        });
    }
    Ok(rows)
}
