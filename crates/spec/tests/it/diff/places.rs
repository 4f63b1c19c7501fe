//! Where a change is, in what the authors wrote.

use gatehouse_spec::diff::Spot;

use super::*;

fn place(spot: &Spot) -> (&str, usize) {
    (&spot.pointer, spot.location.unwrap().line)
}

#[test]
fn a_change_has_pointer_and_line_in_both_yaml_sources() {
    let before = "openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths:\n  /a:\n    get:\n      parameters:\n        - {name: q, in: query, schema: {type: string}}\n        - name: r\n          in: query\n          schema:\n            type: string\n      responses: {'200': {description: ok}}\n";
    let after = before.replace("info:", "# moved down\ninfo:").replace(
        "            type: string",
        "            type: string\n            maxLength: 3",
    );
    let found = compare(before.as_bytes(), after.as_bytes(), &Limits::default());
    let [change] = &*found.changes else {
        panic!("{found:#?}");
    };
    // The bound is not in the old source: the schema it would stand in is.
    assert_eq!(
        place(&change.spots.before),
        ("/paths/~1a/get/parameters/1/schema", 10)
    );
    assert_eq!(
        place(&change.spots.after),
        ("/paths/~1a/get/parameters/1/schema/maxLength", 13)
    );
    assert_eq!(
        change.message,
        "The query parameter `r` (sent): the largest length is now `3`, not unbounded."
    );
}

#[test]
fn a_change_of_a_swagger_definition_is_where_the_definition_is() {
    let before = std::fs::read_to_string(data("shop-2.0.yaml")).unwrap();
    let after = before.replace(
        "      kind: { type: string }",
        "      # one line down\n      kind: { type: integer }",
    );
    let line = after
        .lines()
        .position(|line| line == "      kind: { type: integer }");
    let found = compare(before.as_bytes(), after.as_bytes(), &Limits::default());
    assert!(!found.changes.is_empty());
    for change in &found.changes {
        assert_eq!(
            place(&change.spots.after),
            ("/definitions/Order/properties/kind/type", line.unwrap() + 1)
        );
        assert_eq!(change.spots.before.location.unwrap().line, line.unwrap());
    }
}
