//! `GET /apis`: the catalogue, searched and filtered on the server.

use crate::page::web_page;
use crate::pages::Fact;
use crate::view::parts::{Badge, Empty, Flash, Link, Pages};
use crate::view::shell::Shell;
use askama::Template;

/// Facets, search and dense rows that answer "can I use it".
#[derive(Template)]
#[template(path = "pages/catalogue/list.html")]
pub(crate) struct ListPage {
    pub(crate) shell: Shell,
    pub(crate) query: String,
    pub(crate) facets: Vec<Facet>,
    pub(crate) filters_on: usize,
    /// The filters in force, for the search form to keep: label is the value, value the name.
    pub(crate) kept: Vec<Fact>,
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
