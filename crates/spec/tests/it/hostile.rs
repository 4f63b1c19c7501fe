//! Input that means harm ends in a named fault or a page, quickly, and never in a panic.

use std::fmt::Write as _;

use gatehouse_spec::sample::curl;
use proptest::prelude::*;

use super::*;

fn code(bytes: &[u8]) -> &'static str {
    parse(bytes, &Limits::default())
        .expect_err("a refusal")
        .errors[0]
        .code
        .as_str()
}

/// Reads and, where that succeeds, makes every page.
fn survive(bytes: &[u8]) {
    let Ok(description) = parse(bytes, &Limits::default()) else {
        return;
    };
    let mut fragments = description.fragments();
    for operation in description.operations() {
        let fragment = fragments.value(operation);
        let page = OperationPage::from_fragment(&fragment);
        assert_eq!(page.method, operation.method.as_str());
        assert!(curl("http://h", &fragment, "$KEY").starts_with("curl "));
    }
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut bomb = "openapi: 3.1.0\na0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..9 {
        let aliases = vec![format!("*a{}", n - 1); 9].join(", ");
        writeln!(bomb, "a{n}: &a{n} [{aliases}]").unwrap();
    }
    assert_eq!(code(bomb.as_bytes()), "too_large");
}

#[test]
fn a_long_text_that_is_aliased_often_is_refused() {
    let mut bomb = format!("openapi: 3.1.0\na: &a {}\nb:\n", "x".repeat(1_000_000));
    for _ in 0..5_000 {
        bomb.push_str("  - *a\n");
    }
    assert_eq!(code(bomb.as_bytes()), "too_large");
}

#[test]
fn anchors_around_anchors_are_paid_for() {
    let mut bomb = "openapi: 3.1.0\nx: ".to_owned();
    for n in 0..100 {
        write!(bomb, "&n{n} [").unwrap();
    }
    bomb.push_str(&"1, ".repeat(20_000));
    bomb.push_str(&"]".repeat(100));
    assert_eq!(code(bomb.as_bytes()), "too_large");
}

#[test]
fn an_alias_inside_its_own_anchor_is_refused() {
    assert_eq!(code(b"openapi: 3.1.0\nx: &x [*x]\n"), "syntax");
    assert_eq!(code(b"openapi: 3.1.0\nx: &x {<<: *x}\n"), "syntax");
}

#[test]
fn a_hundred_thousand_levels_are_refused_in_every_notation() {
    let levels = 100_000;
    for source in [
        "[".repeat(levels),
        "{\"a\":".repeat(levels),
        format!("a: {}", "[".repeat(levels)),
        format!("a: {}", "{a: ".repeat(levels)),
        format!("openapi: 3.1.0\n{}", "- ".repeat(levels)),
        "? ".repeat(levels),
    ] {
        let code = code(source.as_bytes());
        assert!(["too_deep", "syntax"].contains(&code), "{code}");
    }
}

#[test]
fn aliases_cannot_add_up_to_more_depth() {
    let mut source = "openapi: 3.1.0\nx0: &x0 [1]\n".to_owned();
    for n in 1..200 {
        writeln!(source, "x{n}: &x{n} [*x{}]", n - 1).unwrap();
    }
    assert_eq!(code(source.as_bytes()), "too_deep");
}

#[test]
fn bytes_that_are_no_text_are_located() {
    let errors = parse(b"openapi: 3.1.0\ninfo: \xff", &Limits::default()).unwrap_err();
    assert_eq!(place(&errors.errors[0]), ("encoding", "", 2, 7));
    assert_eq!(code(b"\xff\xfeo\0"), "encoding");
    assert_eq!(code(b"\xfe\xff\0o"), "encoding");
}

#[test]
fn a_byte_order_mark_is_no_obstacle() {
    for source in [
        with_paths("{}"),
        "openapi: 3.1.0\ninfo: {title: T}\n".to_owned(),
    ] {
        assert_eq!(read(&format!("\u{feff}{source}")).title(), "T");
    }
}

#[test]
fn null_bytes_are_refused_and_escaped_ones_replaced() {
    assert_eq!(code(b"openapi: 3.1.0\nx: a\0b\n"), "syntax");
    assert_eq!(code(b"{\"openapi\":\"3.1.0\",\"x\":\"a\0b\"}"), "syntax");
    let json = with_paths("{\"/a\":{\"get\":{\"summary\":\"x\\u0000y\",\"x-\\u0000\":1}}}");
    let description = read(&json);
    assert_eq!(
        description.operations()[0].summary.as_deref(),
        Some("x\u{fffd}y")
    );
    assert!(!description.document().to_string().contains("\\u0000"));
    let yaml = read("openapi: 3.1.0\ninfo: {title: \"x\\0y\"}\npaths: {}\n");
    assert_eq!(yaml.title(), "x\u{fffd}y");
}

#[test]
fn huge_keys_and_texts_are_cut_in_messages() {
    let key = "k".repeat(2_000_000);
    let errors = refuse(&with_paths(&format!("{{\"{key}\":{{}}}}")));
    assert!(errors.errors[0].message.len() < 400);
    let path = |length: usize| {
        let path = "p".repeat(length - 1);
        parse(
            with_paths(&format!("{{\"/{path}\":{{}}}}")).as_bytes(),
            &Limits::default(),
        )
    };
    assert!(path(4095).is_ok() && path(4096).is_ok() && path(4097).is_err());
}

#[test]
fn huge_members_never_make_a_fragment_too_long() {
    let huge = "h".repeat(1_000_000);
    let source = format!(
        r##"{{"openapi":"3.1.0","info":{{"title":"T","version":"1"}},"security":[{{"{huge}":[]}}],
        "paths":{{"/a":{{"get":{{"operationId":"{huge}","summary":"{huge}","tags":["{huge}"]}}}},
                "/b":{{"get":{{"security":[{{"s":["{huge}"]}}],"responses":{{"200":{{"description":"","content":
                    {{"a/b":{{"schema":{{"$ref":"#/components/schemas/{huge}"}}}}}}}}}}}}}},
                "/c":{{"get":{{"security":[{{"s":[]}}]}}}}}},
        "components":{{"schemas":{{"{huge}":{{}}}},"securitySchemes":{{"s":{{"type":"http","scheme":"basic","description":"{huge}"}}}}}}}}"##
    );
    let description = read(&source);
    let mut fragments = description.fragments();
    for operation in description.operations() {
        let length = fragments.json(operation).len();
        assert!(
            length <= gatehouse_spec::FRAGMENT_BYTES_MAX,
            "{} {length}",
            operation.key
        );
    }
    let page = page(&description, "GET /c");
    assert_eq!(page.security.words, "a user name and password (HTTP basic)");
    survive(source.as_bytes());
}

#[test]
fn schemas_that_only_refer_to_each_other_make_a_page() {
    survive(
        br##"{"openapi":"3.1.0","info":{"title":"T","version":"1"},
        "paths":{"/a":{"post":{"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/A"}}}},
          "responses":{"200":{"description":"","content":{"application/json":{"schema":{"$ref":"#"}}}},
                       "201":{"description":"","content":{"application/json":{"schema":{"$ref":"#/components/schemas/S"}}}}}}}},
        "components":{"schemas":{"A":{"$ref":"#/components/schemas/B"},"B":{"$ref":"#/components/schemas/A"},
          "S":{"allOf":[{"$ref":"#/components/schemas/S"}],"anyOf":[{"$ref":"#/components/schemas/S"}],
               "items":{"$ref":"#/components/schemas/S"},"properties":{"s":{"$ref":"#/components/schemas/S"}},
               "additionalProperties":{"$ref":"#/components/schemas/S"}}}}}"##,
    );
}

#[test]
fn callbacks_headers_and_references_that_multiply_stay_bounded() {
    let mut headers = String::new();
    for n in 0..30 {
        write!(
            headers,
            r##""H{n}":{{"content":{{"a/b":{{"encoding":{{"x":{{"headers":{{"l":{{"$ref":"#/components/headers/H{m}"}},"r":{{"$ref":"#/components/headers/H{m}"}}}}}}}}}}}}}},"##,
            m = (n + 1) % 30
        )
        .unwrap();
    }
    headers.pop();
    let source = format!(
        r##"{{"openapi":"3.1.0","info":{{"title":"T","version":"1"}},
        "paths":{{"/a":{{"get":{{"callbacks":{{"c":{{"$ref":"#/components/callbacks/C"}}}},
          "responses":{{"200":{{"description":"","headers":{{"h":{{"$ref":"#/components/headers/H0"}}}}}}}}}}}}}},
        "components":{{"headers":{{{headers}}},
          "callbacks":{{"C":{{"{{$url}}":{{"post":{{"callbacks":{{"c":{{"$ref":"#/components/callbacks/C"}}}}}}}}}}}}}}}}"##
    );
    let description = read(&source);
    let length = description
        .fragments()
        .json(&description.operations()[0])
        .len();
    assert!(length <= gatehouse_spec::FRAGMENT_BYTES_MAX, "{length}");
    survive(source.as_bytes());
}

#[test]
fn long_texts_at_many_places_are_kept_in_part() {
    let long = "long ".repeat(10_000);
    let mut one_of = String::new();
    let mut schemas = String::new();
    for n in 0..500 {
        write!(one_of, r##"{{"$ref":"#/components/schemas/S{n}"}},"##).unwrap();
        write!(schemas, r##""S{n}":{{"description":"{long}"}},"##).unwrap();
    }
    one_of.pop();
    let source = format!(
        r##"{{"openapi":"3.1.0","info":{{"title":"T","version":"1"}},
        "paths":{{"/a":{{"post":{{"summary":"{long}","callbacks":{{"{long}":{{"{long}":{{"post":{{"summary":"{long}"}}}}}}}},
          "requestBody":{{"content":{{"application/json":{{"schema":{{"oneOf":[{one_of}]}}}}}}}},
          "responses":{{"200":{{"description":""}}}}}}}}}},
        "components":{{"schemas":{{{schemas}"{long}":{{"oneOf":[{one_of}]}}}}}}}}"##
    );
    let description = read(&source);
    for schema in description.schemas() {
        assert!(schema.summary.len() <= 400, "{}", schema.summary.len());
        let beyond = schema.uses.iter().find(|one| one.label.len() > 200);
        assert_eq!(beyond, None);
        let uses = if schema.name == long { 0 } else { 2 };
        assert_eq!(schema.uses.len(), uses, "{}", schema.slug);
    }
    let callbacks = description.callbacks();
    let [callback] = callbacks.as_slice() else {
        panic!("{callbacks:?}");
    };
    assert_eq!(callback.name.len(), 300);
    assert_eq!(callback.expression.len(), 2_000);
    assert_eq!(callback.summary.len(), 400);
}

#[test]
fn schemas_that_double_at_every_level_stay_bounded() {
    let mut schemas = String::new();
    for n in 0..60 {
        write!(
            schemas,
            r##""S{n}":{{"allOf":[{{"$ref":"#/components/schemas/S{m}"}},{{"$ref":"#/components/schemas/S{m}"}}],
                "properties":{{"l{n}":{{"$ref":"#/components/schemas/S{m}"}},"r{n}":{{"$ref":"#/components/schemas/S{m}"}}}}}},"##,
            m = n + 1
        )
        .unwrap();
    }
    schemas.push_str(r#""S60":{"type":"string"}"#);
    survive(
        format!(
            r##"{{"openapi":"3.1.0","info":{{"title":"T","version":"1"}},"paths":{{"/a":{{"post":{{"requestBody":{{"content":
            {{"application/json":{{"schema":{{"$ref":"#/components/schemas/S0"}}}}}}}}}}}}}},"components":{{"schemas":{{{schemas}}}}}}}"##
        )
        .as_bytes(),
    );
}

#[test]
fn members_of_the_wrong_type_everywhere_make_a_page() {
    let good = everything().document().clone();
    let mut pointers = Vec::new();
    collect(&good, "", &mut pointers);
    let wrong = [
        Value::Null,
        7.into(),
        "text".into(),
        Value::from(vec![1]),
        serde_json::json!({}),
    ];
    for (index, pointer) in pointers.iter().enumerate() {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = wrong[index % wrong.len()].clone();
        survive(bad.to_string().as_bytes());
    }
}

fn collect(value: &Value, pointer: &str, pointers: &mut Vec<String>) {
    pointers.push(pointer.to_owned());
    let escape = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                collect(member, &format!("{pointer}/{}", escape(key)), pointers);
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                collect(element, &format!("{pointer}/{index}"), pointers);
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_bytes_end_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        survive(&bytes);
    }

    #[test]
    fn a_damaged_description_ends_without_a_panic(at in any::<prop::sample::Index>(), with in "[\\[\\]{}:,'\"&*!|>#\\-? \n\ta0]{0,4}", cut in 0_usize..6) {
        let good = std::fs::read_to_string(data("everything-3.1.yaml")).unwrap();
        let characters: Vec<char> = good.chars().collect();
        let at = at.index(characters.len());
        let bad: String = characters[..at].iter().copied().chain(with.chars())
            .chain(characters[(at + cut).min(characters.len())..].iter().copied()).collect();
        survive(bad.as_bytes());
    }
}
