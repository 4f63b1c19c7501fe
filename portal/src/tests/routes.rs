//! The router's table, read from its source.

/// The paths of the routes that take a method, parameters in braces.
pub(crate) fn routes(method: &str) -> Vec<String> {
    let source = include_str!("../router.rs").replace(['\n', ' '], "");
    let mut routes = Vec::new();
    for route in source.split(".route(\"").skip(1) {
        let (path, handlers) = route.split_once('"').unwrap();
        let handlers = handlers.split(".route(").next().unwrap();
        if handlers.contains(&format!("{method}(")) {
            routes.push(path.to_owned());
        }
    }
    assert!(!routes.is_empty(), "the router was read");
    routes
}

/// The same, with something in place of the parameters.
pub(crate) fn filled(method: &str) -> Vec<String> {
    let fill = |path: String| {
        let words = path
            .split('/')
            .map(|word| if word.starts_with('{') { "x" } else { word });
        words.collect::<Vec<_>>().join("/")
    };
    routes(method).into_iter().map(fill).collect()
}
