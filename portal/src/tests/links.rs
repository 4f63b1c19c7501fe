//! Links that mails and notices carry lead to pages of this portal.

/// The paths of all GET routes, by segments.
fn pages() -> Vec<Vec<String>> {
    let source = include_str!("../router.rs").replace(['\n', ' '], "");
    let mut pages = Vec::new();
    for route in source.split(".route(\"").skip(1) {
        let (path, handlers) = route.split_once('"').unwrap();
        if handlers.split(".route(").next().unwrap().contains("get(") {
            pages.push(path.split('/').map(str::to_owned).collect());
        }
    }
    pages
}

/// Whether a page stands at a path whose changing parts are written in braces.
fn leads_somewhere(path: &str) -> bool {
    let wanted: Vec<&str> = path.split('/').collect();
    pages().iter().any(|page| {
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
