//! The table of a router, read from its source: what a test must know of is what the router takes, not what somebody listed.

/// The paths of the routes that take a method, parameters in braces, in the order of the table. `method` is the function that the
/// table names: `get`, `post`, or a layer of its own around them.
pub fn routes(source: &str, method: &str) -> Vec<String> {
    let source = source.replace(['\n', ' '], "");
    let mut routes = Vec::new();
    for route in source.split(".route(\"").skip(1) {
        let (path, handlers) = route.split_once('"').expect("a path in quotes");
        let handlers = handlers.split(".route(").next().unwrap_or_default();
        if handlers.contains(&format!("{method}(")) {
            routes.push(path.to_owned());
        }
    }
    assert!(!routes.is_empty(), "the router was read");
    routes
}

/// The route of a table that takes a path: of those that fit, the one with the fewest parameters.
pub fn route_of<'a>(routes: &'a [String], path: &str) -> Option<&'a str> {
    let parameters = |route: &str| route.matches('{').count();
    let fitting = routes.iter().filter(|route| fits(route, path));
    let found = fitting.min_by_key(|route| parameters(route));
    found.map(String::as_str)
}

fn fits(route: &str, path: &str) -> bool {
    let (mut route, mut path) = (route.split('/'), path.split('/'));
    loop {
        match (route.next(), path.next()) {
            (None, None) => return true,
            (Some(wanted), Some(word)) if wanted.starts_with('{') || wanted == word => {}
            _ => return false,
        }
    }
}
