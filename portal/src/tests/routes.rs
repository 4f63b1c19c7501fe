//! The router's table, read from its source.

/// The paths of the routes that take a method, parameters in braces.
pub(crate) fn routes(method: &str) -> Vec<String> {
    gatehouse_harness::routes::routes(include_str!("../router.rs"), method)
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
