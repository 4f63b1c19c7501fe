//! `GET /apis`: the catalogue, searched and filtered on the server.

use crate::address::{Query, with_query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::catalogue::rail::title;
use crate::pages::list_of::{After, everything, older};
use crate::pages::method_class;
use crate::pages::requests::NextStep;
use crate::view::form::Hidden;
use crate::view::parts::{Badge, Empty, Flash, Link, Pages};
use crate::view::shell::Shell;
use crate::view::states;
use crate::view::words::count;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::catalogue::{
    self, CatalogueEntry, CatalogueFilter, MyAccess, OperationHit as Found,
};
use gatehouse_control_plane::credentials::{self, CredentialFilter};
use gatehouse_control_plane::page::{Lookup, Page};
use gatehouse_control_plane::subscriptions::{self, SubscriptionFilter};
use gatehouse_domain::subscription::{ShownState, StoredState};
use gatehouse_domain::{ApiVersionState, Permission};
use uuid::Uuid;

/// Facets, search and dense rows that answer "can I use it".
#[derive(Template)]
#[template(path = "pages/catalogue/list.html")]
pub(crate) struct ListPage {
    pub(crate) shell: Shell,
    pub(crate) query: String,
    pub(crate) facets: Vec<Facet>,
    pub(crate) filters_on: usize,
    /// The filters in force, for the search form to keep.
    pub(crate) kept: Vec<Hidden>,
    pub(crate) next_step: Option<Flash>,
    pub(crate) total: String,
    pub(crate) apis: Vec<ApiRow>,
    pub(crate) operations: Vec<OperationHit>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(ListPage, Private);

pub(crate) struct Facet {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) values: Vec<FacetValue>,
}

pub(crate) struct FacetValue {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) count: usize,
    pub(crate) on: bool,
}

/// One API as lists show it.
pub(crate) struct ApiRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) summary: String,
    pub(crate) owner: String,
    pub(crate) sign_in: &'static str,
    pub(crate) status: Badge,
    pub(crate) access: Badge,
    pub(crate) access_detail: String,
    pub(crate) step: Link,
}

/// An operation that matches the words searched for.
pub(crate) struct OperationHit {
    pub(crate) method: String,
    pub(crate) method_class: &'static str,
    pub(crate) title: String,
    pub(crate) path: String,
    pub(crate) api: String,
    pub(crate) href: String,
}

/// The filters of the catalogue as they stand in its address.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct CatalogueQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    tag: Vec<String>,
    #[serde(default)]
    state: Vec<String>,
    #[serde(default)]
    after: Option<Uuid>,
}

/// Operations found by words are shown beside the APIs, at most this many.
const OPERATIONS_MAX: i64 = 20;

/// `GET /apis`
pub(crate) async fn show(
    visitor: Visitor,
    Query(query): Query<CatalogueQuery>,
) -> Result<ListPage, PageError> {
    let viewer = visitor.viewer()?;
    let words = query.q.trim().to_owned();
    let states: Vec<ApiVersionState> = query
        .state
        .iter()
        .filter_map(|word| ApiVersionState::parse(word))
        .collect();
    let filter = CatalogueFilter {
        q: Some(words.clone()).filter(|words| !words.is_empty()),
        tag: query.tag.first().cloned(),
        state: match states.as_slice() {
            [one] => Some(*one),
            _ => None,
        },
    };
    let after = After { after: query.after };
    let listed = catalogue::catalogue(visitor.db(), &viewer, &filter, &after.page()).await?;
    let found = match &filter.q {
        Some(words) => {
            catalogue::search_operations(visitor.db(), &viewer, words, OPERATIONS_MAX).await?
        }
        None => Vec::new(),
    };
    let next_step = next_step(&visitor).await?;
    let shell = visitor.shell().await?.at("apis").with_own_search();
    let rows: Vec<ApiRow> = listed.data.iter().map(|entry| row(entry, &shell)).collect();
    let facets = facets(&listed.data, &query);
    let path = with_query(
        "/apis",
        &[
            ("q", &words),
            ("state", query.state.first().map_or("", String::as_str)),
        ],
    );
    Ok(ListPage {
        filters_on: query.state.len() + query.tag.len(),
        kept: query
            .state
            .iter()
            .map(|state| Hidden::new("state", state.clone()))
            .collect(),
        facets,
        next_step,
        total: count(rows.len(), "API"),
        operations: found
            .into_iter()
            .map(|hit| operation_hit(hit, &shell))
            .collect(),
        empty: nothing(&query, &shell),
        pages: older(&path, &shell, rows.len(), listed.next, &after),
        apis: rows,
        query: words,
        shell,
    })
}

fn nothing(query: &CatalogueQuery, shell: &Shell) -> Empty {
    if query.q.is_empty() && query.state.is_empty() && query.tag.is_empty() {
        return no_apis(shell);
    }
    Empty::new(
        "Nothing matches",
        "No API has these words and filters together.",
        Some(Link::new("Clear filters", shell.to("/apis"))),
    )
}

/// What stands in an empty catalogue.
pub(super) fn no_apis(shell: &Shell) -> Empty {
    let publish = shell
        .may(Permission::SpecPublish)
        .then(|| Link::new("Publish API", shell.to("/console/apis/new")));
    Empty::new(
        "No APIs are published yet",
        "They appear here as soon as their owners publish them.",
        publish,
    )
}

fn facets(entries: &[CatalogueEntry], query: &CatalogueQuery) -> Vec<Facet> {
    let state = |state: ApiVersionState, label: &str| FacetValue {
        value: state.as_str().to_owned(),
        label: label.to_owned(),
        count: entries
            .iter()
            .filter(|entry| entry.versions.iter().any(|version| version.state == state))
            .count(),
        on: query.state.iter().any(|on| on == state.as_str()),
    };
    vec![Facet {
        name: "state",
        label: "Status",
        values: vec![
            state(ApiVersionState::Published, "Live"),
            state(ApiVersionState::Deprecated, "Deprecated"),
        ],
    }]
}

/// One API as lists show it: what it is, and what this visitor may do with it.
pub(crate) fn row(entry: &CatalogueEntry, shell: &Shell) -> ApiRow {
    let (access, access_detail, step) = access_of(entry, shell);
    let state = entry
        .versions
        .iter()
        .find(|version| version.label == entry.latest)
        .map(|version| version.state);
    ApiRow {
        href: shell.to(&format!("/apis/{}", entry.slug)),
        name: entry.name.clone(),
        version: entry.latest.clone(),
        summary: entry.summary.clone(),
        owner: entry.owner_team.name.clone(),
        sign_in: "API key",
        status: states::version(state.unwrap_or(ApiVersionState::Published)),
        access,
        access_detail,
        step,
    }
}

/// The best access this visitor's applications have, in one badge, one line and one link.
fn access_of(entry: &CatalogueEntry, shell: &Shell) -> (Badge, String, Link) {
    let rank = |access: &MyAccess| match access.shown {
        ShownState::Active => 0,
        ShownState::Scheduled => 1,
        ShownState::Pending => 2,
        ShownState::Suspended | ShownState::Paused => 3,
        ShownState::Rejected => 4,
        _ => 5,
    };
    let Some(best) = entry.my_access.iter().min_by_key(|access| rank(access)) else {
        let step = Link::new(
            "Request access",
            shell.to(&format!("/apis/{}/request", entry.slug)),
        );
        return (Badge::not_started("Not requested"), String::new(), step);
    };
    let step = NextStep {
        shown: best.shown,
        application: &best.application_slug,
        subscription: best.subscription,
        api: &entry.slug,
    };
    (
        states::subscription(best.shown),
        format!("{}, {}", best.plan, best.application),
        step.link(shell),
    )
}

fn operation_hit(hit: Found, shell: &Shell) -> OperationHit {
    OperationHit {
        href: shell.to(&format!(
            "/apis/{}/{}/reference/{}",
            hit.api.slug, hit.version, hit.row.slug
        )),
        method_class: method_class(&hit.row.method),
        title: title(&hit.row),
        api: format!("{} {}", hit.api.name, hit.version),
        method: hit.row.method.to_ascii_uppercase(),
        path: hit.row.path_template,
    }
}

/// The one thing to do next: make a key for access just granted.
pub(crate) async fn next_step(visitor: &Visitor) -> Result<Option<Flash>, PageError> {
    let Ok(actor) = visitor.actor() else {
        return Ok(None);
    };
    let filter = SubscriptionFilter {
        mine: true,
        state: Some(StoredState::Active),
        ..SubscriptionFilter::default()
    };
    let page = Page {
        limit: 1,
        after: None,
    };
    let listed = subscriptions::list_subscriptions(visitor.db(), actor, &filter, &page).await?;
    let Some(newest) = listed
        .data
        .into_iter()
        .find(|one| one.shown == ShownState::Active)
    else {
        return Ok(None);
    };
    let keys = credentials::list_credentials(
        visitor.db(),
        actor,
        Lookup::Id(newest.application.id),
        &CredentialFilter::default(),
        &everything(),
    )
    .await?
    .data;
    let usable = |key: &credentials::CredentialView| key.environment.id == newest.environment.id;
    if keys.iter().any(usable) {
        return Ok(None);
    }
    let keys_page = visitor.to(&format!("/applications/{}/keys", newest.application.id));
    Ok(Some(
        Flash::info(
            format!(
                "{} {} is granted for {}.",
                newest.api.name, newest.plan.name, newest.application.name
            ),
            "Your next step is to create a key.",
        )
        .with_action(Link::new("Create key", keys_page)),
    ))
}
