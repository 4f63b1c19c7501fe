//! `GET /search?q=`: one list of everything with these words. The field in the bar leads here.

use crate::address::{Query, encode};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::catalogue::list::{ApiRow, OperationHit, operation_hit, row};
use crate::view::parts::{Badge, Empty, Link};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::catalogue::{self, Everything};
use gatehouse_language::t;

/// What was found, by kind.
#[derive(Template)]
#[template(path = "pages/catalogue/search.html")]
pub(crate) struct SearchPage {
    pub(crate) shell: Shell,
    pub(crate) query: String,
    pub(crate) lead: String,
    pub(crate) apis: Vec<ApiRow>,
    pub(crate) operations: Vec<OperationHit>,
    /// Schemas and callbacks, with the name of their API.
    pub(crate) parts: Vec<(Link, String)>,
    /// Guides with the name of their API.
    pub(crate) guides: Vec<(Link, String)>,
    pub(crate) applications: Vec<ApplicationHit>,
    /// Other spellings, as searches.
    pub(crate) near: Vec<Link>,
    pub(crate) empty: Option<Empty>,
}

web_page!(SearchPage, Private);

/// An application of the visitor's teams.
pub(crate) struct ApplicationHit {
    pub(crate) link: Link,
    pub(crate) team: String,
    pub(crate) state: Badge,
}

/// `?q=`
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct SearchQuery {
    #[serde(default)]
    q: String,
}

/// Longest text that is searched for, in characters.
const QUERY_MAX: usize = 100;

/// `GET /search`
pub(crate) async fn show(
    visitor: Visitor,
    Query(query): Query<SearchQuery>,
) -> Result<SearchPage, PageError> {
    let viewer = visitor.viewer()?;
    let words: String = query.q.trim().chars().take(QUERY_MAX).collect();
    let found = catalogue::search_everything(visitor.db(), &viewer, &words).await?;
    let shell = visitor.shell().await?.at("search").with_own_search();
    Ok(page(words, found, shell))
}

fn page(query: String, found: Everything, shell: Shell) -> SearchPage {
    let total = found.apis.len()
        + found.operations.len()
        + found.parts.len()
        + found.guides.len()
        + found.applications.len();
    let to = |word: &String| {
        let address = format!("/search?q={}", encode(word));
        Link::new(word.clone(), shell.to(&address))
    };
    SearchPage {
        lead: match (query.is_empty(), total) {
            (true, _) => t!("catalogue-search-lead"),
            (false, 0) => t!("catalogue-search-none", query = &query),
            (false, total) => t!("catalogue-search-results", count = total, query = &query),
        },
        near: found.near.iter().map(to).collect(),
        empty: (!query.is_empty() && total == 0 && found.near.is_empty()).then(|| {
            Empty::new(
                t!("catalogue-nothing"),
                t!("catalogue-search-none-help"),
                Some(Link::new(t!("catalogue-browse"), shell.to("/apis"))),
            )
        }),
        apis: found.apis.iter().map(|entry| row(entry, &shell)).collect(),
        parts: found
            .parts
            .iter()
            .map(|hit| {
                let at = format!("/apis/{}/{}", hit.api.slug, hit.version);
                let page = format!("{at}{}", super::parts::path(&hit.row));
                let link = Link::new(hit.row.name.clone(), shell.to(&page));
                (link, format!("{} {}", hit.api.name, hit.version))
            })
            .collect(),
        guides: found
            .guides
            .iter()
            .map(|guide| {
                let page = format!("/apis/{}/guides/{}", guide.api.slug, guide.slug);
                let link = Link::new(guide.title.clone(), shell.to(&page));
                (link, guide.api.name.clone())
            })
            .collect(),
        applications: found
            .applications
            .iter()
            .map(|one| ApplicationHit {
                link: Link::new(
                    one.name.clone(),
                    shell.to(&format!("/applications/{}", one.id)),
                ),
                team: one.owner_team.name.clone(),
                state: crate::pages::applications::list::state_badge(one),
            })
            .collect(),
        operations: found
            .operations
            .into_iter()
            .map(|hit| operation_hit(hit, &shell))
            .collect(),
        query,
        shell,
    }
}
