//! Examples: given before made, and made ones the same each time.

use serde_json::json;

use super::*;

/// The example shown for a JSON body of the given schema.
fn example_of(schema: &str, components: &str) -> (Value, bool) {
    let description = read(&format!(
        r#"{{"openapi":"3.1.0","info":{{"title":"T","version":"1"}},"paths":{{"/a":{{"post":{{"requestBody":{{"content":
            {{"application/json":{{"schema":{schema}}}}}}}}}}}}},"components":{{"schemas":{components}}}}}"#
    ));
    let body = page(&description, "POST /a").request_body.unwrap();
    let example = &body.media_types[0].examples[0];
    (example.text.parse().unwrap(), example.generated)
}

#[test]
fn named_examples_of_the_media_type_come_first() {
    let page = page(&everything(), "GET /pets/{}");
    let examples = &page.responses[0].media_types[0].examples;
    assert_eq!(examples.len(), 2);
    assert_eq!(
        (&*examples[0].name, examples[0].summary.as_deref()),
        ("tom", Some("Tom"))
    );
    assert_eq!(examples[0].text, "{\n  \"name\": \"Tom\"\n}");
    assert!(!examples[0].generated);
    assert_eq!(
        examples[1].url.as_deref(),
        Some("https://example.com/far.json")
    );
}

#[test]
fn the_schemas_example_comes_before_a_made_one() {
    assert_eq!(
        example_of(r#"{"type":"integer","example":5}"#, "{}"),
        (json!(5), false)
    );
    assert_eq!(
        example_of(r#"{"type":"integer","examples":[6,7]}"#, "{}"),
        (json!(6), false)
    );
}

#[test]
fn made_examples_keep_the_bounds() {
    let rows = [
        (r#"{"type":"string","minLength":8}"#, json!("stringxx")),
        (r#"{"type":"string","maxLength":3}"#, json!("str")),
        (
            r#"{"type":"string","format":"uuid"}"#,
            json!("3fa85f64-5717-4562-b3fc-2c963f66afa6"),
        ),
        (r#"{"type":"string","enum":["b","a"]}"#, json!("b")),
        (r#"{"const":9}"#, json!(9)),
        (r#"{"type":"integer","minimum":10}"#, json!(10)),
        (r#"{"type":"integer","maximum":-3}"#, json!(-3)),
        (r#"{"type":"integer","exclusiveMinimum":4}"#, json!(5)),
        (r#"{"type":"integer","multipleOf":7}"#, json!(7)),
        (r#"{"type":"number","minimum":2.5}"#, json!(2.5)),
        (r#"{"type":"boolean"}"#, json!(true)),
        (r#"{"type":["null","string"]}"#, json!("string")),
        (
            r#"{"type":"array","items":{"type":"integer"},"minItems":2}"#,
            json!([1, 1]),
        ),
        (
            r#"{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}]}"#,
            json!(["string", 1]),
        ),
        (
            r#"{"type":"object","additionalProperties":{"type":"integer"}}"#,
            json!({"key": 1}),
        ),
        (
            r#"{"anyOf":[{"type":"null"},{"type":"integer"}]}"#,
            json!(1),
        ),
        (r#"{"default":"d","type":"string"}"#, json!("d")),
    ];
    for (schema, expected) in rows {
        assert_eq!(example_of(schema, "{}"), (expected, true), "{schema}");
    }
}

#[test]
fn made_examples_leave_out_what_the_direction_hides_and_what_is_deprecated() {
    let schema = r#"{"properties":{"a":{"type":"integer","readOnly":true},"b":{"type":"integer","writeOnly":true},
        "c":{"type":"integer","deprecated":true},"d":{"type":"integer"}}}"#;
    assert_eq!(example_of(schema, "{}").0, json!({"b": 1, "d": 1}));
}

#[test]
fn recursion_ends_with_what_is_required_left_hollow() {
    let node = r##"{"N":{"type":"object","required":["must"],"properties":{"v":{"type":"integer"},
        "may":{"$ref":"#/components/schemas/N"},"must":{"$ref":"#/components/schemas/N"},
        "list":{"type":"array","items":{"$ref":"#/components/schemas/N"}}}}}"##;
    let (example, _) = example_of(r##"{"$ref":"#/components/schemas/N"}"##, node);
    assert_eq!(example, json!({"v": 1, "must": {}, "list": []}));
}

#[test]
fn made_examples_are_the_same_each_time_and_bounded() {
    let description = everything();
    for operation in description.operations() {
        let fragment = description.fragment(operation);
        assert_eq!(
            OperationPage::from_fragment(&fragment),
            OperationPage::from_fragment(&fragment)
        );
    }
    let wide: Vec<String> = (0..5_000)
        .map(|n| format!("\"p{n}\":{{\"type\":\"string\"}}"))
        .collect();
    let (example, _) = example_of(&format!("{{\"properties\":{{{}}}}}", wide.join(",")), "{}");
    assert!(example.as_object().unwrap().len() <= 300);
}

#[test]
fn examples_of_xml_bodies_are_xml() {
    let page = page(&everything(), "GET /pets/{}");
    let xml = &page.responses[0].media_types[1].examples[0].text;
    assert!(
        xml.starts_with("<Pet>\n  <id>1</id>\n  <name>string</name>"),
        "{xml}"
    );
    assert!(xml.trim_end().ends_with("</Pet>"));
}

#[test]
fn examples_of_text_bodies_are_bare_text() {
    let page = page(&everything(), "GET /pets/{}");
    assert_eq!(page.responses[2].media_types[0].examples[0].text, "string");
}
