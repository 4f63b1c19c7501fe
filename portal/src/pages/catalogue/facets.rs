//! What the catalogue can be narrowed by.

use crate::pages::catalogue::list::CatalogueQuery;
use crate::view::shell::capital;
use gatehouse_control_plane::catalogue::{FacetValue as Choosable, Facets};
use gatehouse_domain::ApiVersionState;
use gatehouse_language::t;

pub(crate) struct Facet {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) values: Vec<FacetValue>,
}

pub(crate) struct FacetValue {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) count: usize,
    pub(crate) on: bool,
}

/// What the list can be narrowed by. One choice is none, and what nothing has is not offered.
pub(super) fn facets(counted: &Facets, query: &CatalogueQuery) -> Vec<Facet> {
    let facet = |name: &'static str, label: String, values: &[Choosable]| Facet {
        name,
        label,
        values: values
            .iter()
            .map(|one| FacetValue {
                value: one.value.clone(),
                label: match name {
                    "state" => state_word(&one.name),
                    _ => one.name.clone(),
                },
                count: one.count,
                on: query.has(name, &one.value),
            })
            .collect(),
    };
    let all = [
        facet("state", t!("word-status"), &counted.states),
        facet("team", t!("word-team"), &counted.teams),
        facet("tag", t!("catalogue-tag"), &counted.tags),
    ];
    let offered = |facet: &Facet| facet.values.len() > 1 || facet.values.iter().any(|one| one.on);
    all.into_iter().filter(offered).collect()
}

/// The state of a version, as its badge says it.
fn state_word(name: &str) -> String {
    match ApiVersionState::parse(name) {
        Some(ApiVersionState::Draft) => t!("state-draft"),
        Some(ApiVersionState::Published) => t!("state-live"),
        Some(ApiVersionState::Deprecated) => t!("state-deprecated"),
        Some(ApiVersionState::Retired) => t!("state-retired"),
        None => capital(name),
    }
}
