//! `GET /apis`: the catalogue, searched and filtered on the server.

use crate::address::{Query, with_query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::catalogue::facets::{Facet, facets};
use crate::pages::catalogue::rail::title;
use crate::pages::list_of::{After, everything, older};
use crate::pages::method_class;
use crate::pages::requests::NextStep;
use crate::view::form::Hidden;
use crate::view::parts::{Badge, Empty, Flash, Link, Pages};
use crate::view::shell::Shell;
use crate::view::states;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::catalogue::{
    self, CatalogueEntry, CatalogueFilter, MyAccess, OperationHit as Found,
};
use gatehouse_control_plane::credentials::{self, CredentialFilter};
use gatehouse_control_plane::page::{Lookup, Page};
use gatehouse_control_plane::products::ProductView;
use gatehouse_control_plane::subscriptions::{self, SubscriptionFilter};
use gatehouse_domain::subscription::{ShownState, StoredState};
use gatehouse_domain::{ApiVersionState, Permission};
use gatehouse_language::t;
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
    pub(crate) products: Vec<ProductRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(ListPage, Private);

/// One API as lists show it.
pub(crate) struct ApiRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) summary: String,
    pub(crate) owner: String,
    pub(crate) sign_in: String,
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

/// A product over several APIs.
pub(crate) struct ProductRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) opens: String,
    pub(crate) owner: String,
}

impl ProductRow {
    fn of(product: &ProductView, shell: &Shell) -> Self {
        Self {
            href: shell.to(&format!("/products/{}", product.slug)),
            opens: opens(product),
            name: product.name.clone(),
            summary: product.summary.clone(),
            owner: product.owner_team.name.clone(),
        }
    }
}

/// The names of the APIs a product opens, each once.
fn opens(product: &ProductView) -> String {
    let mut names: Vec<&str> = product
        .items
        .iter()
        .map(|item| item.api.name.as_str())
        .collect();
    names.dedup();
    names.join(", ")
}

/// The filters of the catalogue as they stand in its address.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct CatalogueQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    tag: Vec<String>,
    #[serde(default)]
    team: Vec<String>,
    #[serde(default)]
    state: Vec<String>,
    #[serde(default)]
    after: Option<Uuid>,
}

impl CatalogueQuery {
    /// Every choice by the name it has in the address.
    fn chosen(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let named = |name: &'static str| move |value| (name, value);
        let tags = self.tag.iter().map(named("tag"));
        let teams = self.team.iter().map(named("team"));
        tags.chain(teams)
            .chain(self.state.iter().map(named("state")))
    }

    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.chosen().any(|one| one.0 == name && one.1 == value)
    }

    fn filter(&self) -> CatalogueFilter {
        let states = self.state.iter();
        CatalogueFilter {
            q: Some(self.q.trim().to_owned()).filter(|words| !words.is_empty()),
            tags: self.tag.clone(),
            teams: self.team.clone(),
            states: states
                .filter_map(|word| ApiVersionState::parse(word))
                .collect(),
        }
    }

    /// The address of this list, to go on from.
    fn path(&self) -> String {
        let words = std::iter::once(("q", self.q.trim()));
        let pairs: Vec<(&str, &str)> = words
            .chain(self.chosen().map(|(name, value)| (name, value.as_str())))
            .collect();
        with_query("/apis", &pairs)
    }
}

/// Operations found by words are shown beside the APIs, at most this many.
const OPERATIONS_MAX: i64 = 20;

/// `GET /apis`
pub(crate) async fn show(
    visitor: Visitor,
    Query(query): Query<CatalogueQuery>,
) -> Result<ListPage, PageError> {
    let viewer = visitor.viewer()?;
    let filter = query.filter();
    let after = After { after: query.after };
    let (db, page) = (visitor.db(), after.page());
    let found = async {
        match &filter.q {
            Some(words) => catalogue::search_operations(db, &viewer, words, OPERATIONS_MAX).await,
            None => Ok(Vec::new()),
        }
    };
    let products = async {
        // Products have no tags and versions to be filtered by.
        match query.chosen().next().is_none() && query.after.is_none() {
            true => catalogue::catalogue_products(db, &viewer, filter.q.as_deref()).await,
            false => Ok(Vec::new()),
        }
    };
    // None needs what another finds. What is asked on every page stays one after the other: a page takes three connections at most.
    let offered = async {
        let (listed, counted) = tokio::try_join!(
            catalogue::catalogue(db, &viewer, &filter, &page),
            catalogue::catalogue_facets(db, &viewer, &filter),
        )?;
        let (found, products) = (found.await?, products.await?);
        Ok::<_, PageError>((listed, counted, found, products))
    };
    let own = async {
        let next_step = next_step(&visitor).await?;
        Ok::<_, PageError>((next_step, visitor.shell().await?))
    };
    let ((listed, counted, found, products), (next_step, shell)) = tokio::try_join!(offered, own)?;
    let shell = shell.at("apis").with_own_search();
    let rows: Vec<ApiRow> = listed.data.iter().map(|entry| row(entry, &shell)).collect();
    Ok(ListPage {
        filters_on: query.chosen().count(),
        kept: query
            .chosen()
            .map(|(name, value)| Hidden::new(name, value.clone()))
            .collect(),
        facets: facets(&counted, &query),
        next_step,
        total: t!("catalogue-total", count = counted.total),
        operations: found
            .into_iter()
            .map(|hit| operation_hit(hit, &shell))
            .collect(),
        products: products
            .iter()
            .map(|product| ProductRow::of(product, &shell))
            .collect(),
        empty: nothing(&query, &shell),
        pages: older(&query.path(), &shell, rows.len(), listed.next, &after),
        apis: rows,
        query: query.q.trim().to_owned(),
        shell,
    })
}

fn nothing(query: &CatalogueQuery, shell: &Shell) -> Empty {
    if query.q.is_empty() && query.chosen().next().is_none() {
        return no_apis(shell);
    }
    Empty::new(
        t!("catalogue-nothing"),
        t!("catalogue-nothing-filtered"),
        Some(Link::new(t!("catalogue-filters-clear"), shell.to("/apis"))),
    )
}

/// What stands in an empty catalogue.
pub(super) fn no_apis(shell: &Shell) -> Empty {
    let publish = shell
        .may(Permission::SpecPublish)
        .then(|| Link::new(t!("catalogue-publish"), shell.to("/console/apis/new")));
    Empty::new(t!("catalogue-empty"), t!("catalogue-empty-help"), publish)
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
        sign_in: t!("catalogue-key-sign-in"),
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
        // Without a plan of its own it comes with a product, or by invitation: its page says which.
        let step = match entry.approval_hint {
            Some(_) => Link::new(
                t!("catalogue-request-access"),
                shell.to(&format!("/apis/{}/request", entry.slug)),
            ),
            None => Link::new(
                t!("catalogue-see-how"),
                shell.to(&format!("/apis/{}", entry.slug)),
            ),
        };
        let badge = Badge::not_started(t!("catalogue-not-requested"));
        return (badge, String::new(), step);
    };
    let step = NextStep {
        shown: best.shown,
        application: &best.application_slug,
        subscription: best.subscription,
        api: &entry.slug,
        product: None,
    };
    (
        states::subscription(best.shown),
        format!("{}, {}", best.plan, best.application),
        step.link(shell),
    )
}

pub(super) fn operation_hit(hit: Found, shell: &Shell) -> OperationHit {
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
            t!(
                "catalogue-granted",
                api = &newest.api.name,
                plan = &newest.plan.name,
                application = &newest.application.name
            ),
            t!("catalogue-granted-next"),
        )
        .with_action(Link::new(t!("catalogue-create-key"), keys_page)),
    ))
}
