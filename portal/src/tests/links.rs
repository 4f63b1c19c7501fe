//! Links that mails and notices carry lead to pages of this portal.

use super::routes::routes;

/// Whether a page stands at a path whose changing parts are written in braces.
fn leads_somewhere(path: &str) -> bool {
    let wanted: Vec<&str> = path.split('/').collect();
    routes("get").iter().any(|page| {
        let page: Vec<&str> = page.split('/').collect();
        page.len() == wanted.len()
            && page.iter().zip(&wanted).all(|(ours, theirs)| {
                ours == theirs || (ours.starts_with('{') && theirs.starts_with('{'))
            })
    })
}

/// The paths that a source writes as string literals.
fn paths_in(source: &str) -> Vec<&str> {
    let literals = source.split('"').skip(1).step_by(2);
    literals
        .filter(|text| {
            text.starts_with('/') && !text.contains(|c: char| c.is_whitespace() || c == '\\')
        })
        .collect()
}

#[test]
fn every_link_of_a_delivery_leads_to_a_page() {
    let source = include_str!("../../../crates/control-plane/src/outbox/deliveries.rs");
    // Keys hang below the path of their application.
    let source = source.replace("\"{}/keys\"", "\"/applications/{}/keys\"");
    let paths = paths_in(&source);
    assert!(paths.len() >= 4, "the deliveries were read: {paths:?}");
    for path in paths {
        assert!(leads_somewhere(path), "no page stands at {path}");
    }
    assert!(!leads_somewhere("/console/requests/{}"));
    assert!(leads_somewhere("/requests/{}") && leads_somewhere("/"));
}
