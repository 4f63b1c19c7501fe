//! `/apis/{api}/guides`: what the owners of an API write for those who use it.

use crate::address::Path;
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::catalogue::tabs::{Here, tabs};
use crate::view::parts::{Crumbs, Link, Tabs};
use crate::view::shell::Shell;
use crate::view::words::When;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::Redirect;
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::{catalogue, guides};
use gatehouse_language::t;

/// One guide, and the others beside it.
#[derive(Template)]
#[template(path = "pages/catalogue/guide.html")]
pub(crate) struct GuidePage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) api_name: String,
    pub(crate) tabs: Tabs,
    pub(crate) title: String,
    /// Sanitised HTML.
    pub(crate) html: String,
    pub(crate) changed: When,
    pub(crate) all: Vec<GuideLink>,
}

web_page!(GuidePage, Private);

pub(crate) struct GuideLink {
    pub(crate) link: Link,
    pub(crate) current: bool,
}

/// `GET /apis/{api}/guides`: the first one.
pub(crate) async fn first(visitor: Visitor, Path([api]): Path<1>) -> Result<Redirect, PageError> {
    let viewer = visitor.viewer()?;
    let all = guides::list_guides(visitor.db(), &viewer, api.as_str().into()).await?;
    let first = all.first().ok_or_else(PageError::not_found)?;
    Ok(visitor.go(&format!("/apis/{api}/guides/{}", first.slug)))
}

/// `GET /apis/{api}/guides/{guide}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api, guide]): Path<2>,
) -> Result<GuidePage, PageError> {
    let viewer = visitor.viewer()?;
    let found = catalogue::catalogue_api(visitor.db(), &viewer, &api).await?;
    let lookup = || Lookup::Id(found.entry.api_id);
    let guide = guides::get_guide(visitor.db(), &viewer, lookup(), &guide).await?;
    let all = guides::list_guides(visitor.db(), &viewer, lookup()).await?;
    let shell = visitor.shell().await?.at("apis");
    let base = format!("/apis/{}", found.entry.slug);
    let latest = found
        .version_details
        .iter()
        .find(|version| version.label == found.entry.latest)
        .ok_or_else(PageError::not_found)?;
    Ok(GuidePage {
        crumbs: Crumbs::new(
            guide.line.title.clone(),
            vec![
                Link::new(t!("word-apis"), shell.to("/apis")),
                Link::new(found.entry.name.clone(), shell.to(&base)),
            ],
        ),
        tabs: tabs(&shell, &found, latest, all.len(), Here::Guides),
        all: all
            .into_iter()
            .map(|one| GuideLink {
                current: one.slug == guide.line.slug,
                link: Link::new(one.title, shell.to(&format!("{base}/guides/{}", one.slug))),
            })
            .collect(),
        changed: When::ago(guide.line.updated_at, visitor.now()),
        title: guide.line.title,
        html: guide.html.as_str().to_owned(),
        api_name: found.entry.name,
        shell,
    })
}
