//! Each limit at, below and above its value.

use gatehouse_spec::FindingCode;

use super::*;

fn outcome(source: &str, limits: &Limits) -> Result<(), FindingCode> {
    parse(source.as_bytes(), limits)
        .map(|_| ())
        .map_err(|errors| errors.errors[0].code)
}

#[test]
fn length_is_limited() {
    let source = with_paths("{}");
    let limit = |bytes| Limits {
        bytes,
        ..Limits::default()
    };
    assert_eq!(outcome(&source, &limit(source.len() + 1)), Ok(()));
    assert_eq!(outcome(&source, &limit(source.len())), Ok(()));
    assert_eq!(
        outcome(&source, &limit(source.len() - 1)),
        Err(FindingCode::TooLarge)
    );
    assert_eq!(Limits::default().bytes, 50 * 1024 * 1024);
}

#[test]
fn depth_is_limited_in_json_and_yaml_alike() {
    for (open, close) in [("{\"a\":", "}"), ("[", "]")] {
        let nested = |levels: usize| {
            // The root is the first level.
            let inner = format!("{}1{}", open.repeat(levels - 1), close.repeat(levels - 1));
            (
                format!("{{\"openapi\":\"3.1.0\",\"x-deep\":{inner}}}"),
                format!("openapi: 3.1.0\nx-deep: {inner}\n"),
            )
        };
        let limits = Limits {
            depth: 10,
            ..Limits::default()
        };
        for (levels, expected) in [(9, Ok(())), (10, Ok(())), (11, Err(FindingCode::TooDeep))] {
            let (json, yaml) = nested(levels);
            assert_eq!(outcome(&json, &limits), expected, "{levels} in JSON");
            assert_eq!(outcome(&yaml, &limits), expected, "{levels} in YAML");
        }
        // Asking for more than the ceiling gives the ceiling.
        let limits = Limits {
            depth: usize::MAX,
            ..Limits::default()
        };
        for (levels, expected) in [(120, Ok(())), (121, Err(FindingCode::TooDeep))] {
            let (json, yaml) = nested(levels);
            assert_eq!(outcome(&json, &limits), expected, "{levels} in JSON");
            assert_eq!(outcome(&yaml, &limits), expected, "{levels} in YAML");
        }
    }
}

#[test]
fn block_yaml_has_the_same_depth_limit() {
    let nested = |levels: usize| {
        let mut source = "openapi: 3.1.0\n".to_owned();
        for level in 0..levels - 1 {
            source += &format!("{}x:\n", " ".repeat(level));
        }
        source + &" ".repeat(levels - 1) + "y: 1\n"
    };
    let limits = Limits {
        depth: 10,
        ..Limits::default()
    };
    assert_eq!(outcome(&nested(10), &limits), Ok(()));
    assert_eq!(outcome(&nested(11), &limits), Err(FindingCode::TooDeep));
}

#[test]
fn values_are_counted_alike_in_json_and_yaml() {
    // Root, version, list and three elements; an empty list is one value.
    let json = r#"{"openapi":"3.1.0","x-list":[1,{"a":[]}]}"#;
    let yaml = "openapi: 3.1.0\nx-list:\n  - 1\n  - a: []\n";
    let limit = |nodes| Limits {
        nodes,
        ..Limits::default()
    };
    for source in [json, yaml] {
        assert_eq!(outcome(source, &limit(7)), Ok(()));
        assert_eq!(outcome(source, &limit(6)), Ok(()));
        assert_eq!(outcome(source, &limit(5)), Err(FindingCode::TooLarge));
    }
}

#[test]
fn aliases_have_a_budget_of_their_own() {
    // The anchored list weighs 3, and so does each of its two aliases.
    let source = "openapi: 3.1.0\nx-a: &a [1, 2]\nx-b: *a\nx-c: *a\n";
    let limit = |alias_nodes| Limits {
        alias_nodes,
        ..Limits::default()
    };
    assert_eq!(outcome(source, &limit(10)), Ok(()));
    assert_eq!(outcome(source, &limit(9)), Ok(()));
    assert_eq!(outcome(source, &limit(8)), Err(FindingCode::TooLarge));
}
