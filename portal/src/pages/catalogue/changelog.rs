//! `/apis/{api}/changelog`: what happened to an API, as a page and as a feed.

use crate::address::{Path, Query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::catalogue::follow::Follow;
use crate::pages::catalogue::tabs::{Here, tabs};
use crate::pages::list_of::{After, older};
use crate::view::parts::{Badge, Crumbs, Empty, Link, Pages, Tabs};
use crate::view::shell::Shell;
use crate::view::words::When;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::changelog::{self, EntryView};
use gatehouse_control_plane::page::{Lookup, Page};
use gatehouse_control_plane::{catalogue, guides};
use gatehouse_language::t;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Newest first.
#[derive(Template)]
#[template(path = "pages/catalogue/changelog.html")]
pub(crate) struct ChangelogPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) api_name: String,
    pub(crate) follow: Follow,
    pub(crate) tabs: Tabs,
    pub(crate) feed: String,
    pub(crate) entries: Vec<Entry>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(ChangelogPage, Private);

pub(crate) struct Entry {
    pub(crate) title: String,
    pub(crate) badge: Option<Badge>,
    pub(crate) at: When,
    /// Sanitised HTML.
    pub(crate) html: String,
}

impl Entry {
    fn of(entry: EntryView) -> Self {
        Self {
            badge: mark(&entry),
            at: When::day(entry.at),
            html: entry.html.as_str().to_owned(),
            title: entry.title,
        }
    }
}

/// What stands beside the title of an entry.
pub(crate) fn mark(entry: &EntryView) -> Option<Badge> {
    match entry.kind.as_str() {
        _ if entry.breaking > 0 => Some(Badge::care(t!("catalogue-breaks"))),
        "deprecated" => Some(Badge::care(t!("state-deprecated"))),
        "retired" => Some(Badge::stopped(t!("state-retired"))),
        "published" => Some(Badge::good(t!("catalogue-new"))),
        _ => None,
    }
}

/// `GET /apis/{api}/changelog`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api]): Path<1>,
    Query(after): Query<After>,
) -> Result<ChangelogPage, PageError> {
    let viewer = visitor.viewer()?;
    let found = catalogue::catalogue_api(visitor.db(), &viewer, &api).await?;
    let lookup = || Lookup::Id(found.entry.api_id);
    let listed = changelog::list_changelog(visitor.db(), &viewer, lookup(), &after.page()).await?;
    let guides = guides::list_guides(visitor.db(), &viewer, lookup()).await?;
    let shell = visitor.shell().await?.at("apis");
    let base = format!("/apis/{}", found.entry.slug);
    let path = format!("{base}/changelog");
    let latest = found
        .version_details
        .iter()
        .find(|version| version.label == found.entry.latest)
        .ok_or_else(PageError::not_found)?;
    Ok(ChangelogPage {
        crumbs: Crumbs::new(
            t!("catalogue-changelog"),
            vec![
                Link::new(t!("word-apis"), shell.to("/apis")),
                Link::new(found.entry.name.clone(), shell.to(&base)),
            ],
        ),
        follow: Follow::of(&visitor, &shell, &found.entry.slug, "/changelog").await?,
        tabs: tabs(&shell, &found, latest, guides.len(), Here::Changelog),
        feed: shell.to(&format!("{path}.atom")),
        pages: older(&path, &shell, listed.data.len(), listed.next, &after),
        entries: listed.data.into_iter().map(Entry::of).collect(),
        empty: Empty::new(
            t!("catalogue-changelog-empty"),
            t!("catalogue-changelog-empty-help"),
            None,
        ),
        api_name: found.entry.name,
        shell,
    })
}

/// The newest entries as an Atom feed (RFC 4287). It is in English: what reads feeds reads them for many.
#[derive(Template)]
#[template(path = "pages/catalogue/changelog.xml")]
pub(crate) struct Feed {
    pub(crate) api: String,
    pub(crate) owner: String,
    pub(crate) page: String,
    pub(crate) here: String,
    pub(crate) updated: String,
    pub(crate) entries: Vec<FeedEntry>,
}

pub(crate) struct FeedEntry {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) updated: String,
    pub(crate) html: String,
}

/// Entries of a feed.
const FEED: Page = Page {
    limit: 50,
    after: None,
};

/// `GET /apis/{api}/changelog.atom`: readers of feeds do not sign in, so this is of use for public APIs.
pub(crate) async fn feed(visitor: Visitor, Path([api]): Path<1>) -> Result<Response, PageError> {
    let viewer = visitor.viewer()?;
    let (api, listed) =
        changelog::list_of_api(visitor.db(), &viewer, api.as_str().into(), &FEED).await?;
    let url = visitor.portal().public_url();
    let page = url.join(&visitor.to(&format!("/apis/{}/changelog", api.slug)));
    let newest = listed.data.first().map(|entry| entry.at);
    let feed = Feed {
        api: sayable(&api.name),
        owner: sayable(&visitor.tenant()?.name),
        here: format!("{page}.atom"),
        updated: moment(newest.unwrap_or(OffsetDateTime::UNIX_EPOCH)),
        entries: listed.data.iter().map(feed_entry).collect(),
        page,
    };
    let text = feed.render().map_err(PageError::fault)?;
    let headers = [
        (CONTENT_TYPE, "application/atom+xml; charset=utf-8"),
        (CACHE_CONTROL, "private, no-cache"),
    ];
    Ok((headers, text).into_response())
}

fn feed_entry(entry: &EntryView) -> FeedEntry {
    FeedEntry {
        id: entry.id.uuid().to_string(),
        title: sayable(&entry.title),
        updated: moment(entry.at),
        html: sayable(entry.html.as_str()),
    }
}

pub(super) fn moment(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

/// Without the characters that XML 1.0 §2.2 has no way to write.
pub(super) fn sayable(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'))
        .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::sayable;

    #[test]
    fn what_xml_cannot_say_is_left_out() {
        assert_eq!(sayable("a\u{1}b\u{ffff}\n<ü>"), "ab\n<ü>");
    }
}
