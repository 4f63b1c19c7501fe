//! Schemas as trees.

use gatehouse_spec::render::SchemaNode;

use super::*;

fn shapes() -> SchemaNode {
    let page = page(&everything(), "GET /shapes");
    page.responses[0].media_types[0].schema.clone().unwrap()
}

fn pet() -> SchemaNode {
    let page = page(&everything(), "GET /pets/{}");
    page.responses[0].media_types[0].schema.clone().unwrap()
}

fn child<'n>(node: &'n SchemaNode, name: &str) -> &'n SchemaNode {
    node.children
        .iter()
        .find(|child| child.name == name)
        .expect(name)
}

#[test]
fn all_of_is_merged_and_marks_where_properties_come_from() {
    let pet = pet();
    assert_eq!(pet.type_words, "Pet");
    assert_eq!(pet.description_html.as_str().trim(), "<p>A pet</p>");
    let id = child(&pet, "id");
    assert_eq!(id.from.as_deref(), Some("Base"));
    assert!(id.required && id.read_only);
    assert_eq!(id.type_words, "integer, 64 bits");
    assert_eq!(child(&pet, "name").from, None);
}

#[test]
fn bounds_enumerations_and_null_are_told() {
    let pet = pet();
    let name = child(&pet, "name");
    assert!(name.required);
    assert_eq!(name.bounds, ["1 to 50 characters", "matches ^[A-Z]"]);
    assert_eq!(name.anchor, "200.name");
    let status = child(&pet, "status");
    let values: Vec<_> = status
        .enum_values
        .iter()
        .map(|one| (one.value.as_str(), one.description.as_deref()))
        .collect();
    assert_eq!(values, [("new", Some("Just in")), ("sold", Some("Gone"))]);
    assert!(status.deprecated);
    let born = child(&pet, "born");
    assert!(born.nullable && born.type_words == "string, date (YYYY-MM-DD)");
}

#[test]
fn maps_tell_what_their_values_are() {
    let pet = pet();
    let labels = child(&pet, "labels");
    assert_eq!(labels.type_words, "map of string");
    assert_eq!(labels.additional[0].name, "{key}");
    let shapes = shapes();
    let keyed = child(&shapes, "keyed");
    assert_eq!(keyed.additional[0].name, "^x-");
    assert_eq!(keyed.additional[0].type_words, "integer");
    assert_eq!(shapes.bounds, ["no other properties"]);
}

#[test]
fn variants_have_labels_and_the_value_that_chooses_them() {
    let pet = pet();
    let kind = child(&pet, "kind");
    assert_eq!(kind.variants_words, "one of");
    let variants: Vec<_> = kind
        .variants
        .iter()
        .map(|variant| (variant.label.as_str(), variant.discriminator.as_deref()))
        .collect();
    assert_eq!(
        variants,
        [
            ("Cat", Some("petType = feline")),
            ("Dog", Some("petType = Dog"))
        ]
    );
    let cat = &kind.variants[0].schema;
    assert_eq!(child(cat, "petType").bounds, ["always feline"]);
    assert_eq!(child(cat, "lives").bounds, ["more than 0, at most 9"]);
    let text = "<p>beside the reference</p>";
    assert_eq!(
        kind.description_html.as_str().trim(),
        text,
        "3.1: siblings of $ref count"
    );
}

#[test]
fn what_3_1_added_is_shown() {
    let shapes = shapes();
    assert_eq!(child(&shapes, "fixed").bounds, ["always 42"]);
    let pair = child(&shapes, "pair");
    assert_eq!(pair.type_words, "tuple");
    let elements: Vec<_> = pair
        .children
        .iter()
        .map(|one| (one.name.as_str(), one.type_words.as_str()))
        .collect();
    assert_eq!(elements, [("[0]", "string"), ("[1]", "integer")]);
    assert_eq!(child(&shapes, "anything").type_words, "any value");
    assert_eq!(child(&shapes, "nothing").type_words, "nothing");
    for name in ["local", "relative", "anchored"] {
        let text = child(&shapes, name)
            .description_html
            .as_str()
            .trim()
            .to_owned();
        assert_eq!(text, "<p>The inner one</p>", "{name}");
    }
    assert_eq!(child(&shapes, "notText").bounds, ["not string"]);
    assert_eq!(child(&shapes, "either").type_words, "string or integer");
    assert_eq!(child(&shapes, "either").variants_words, "any of");
    assert_eq!(child(&shapes, "$ref").type_words, "string");
}

#[test]
fn something_or_null_is_that_thing_nullable() {
    let shapes = shapes();
    let maybe = child(&shapes, "maybe");
    assert!(maybe.nullable && maybe.variants.is_empty());
    assert_eq!(maybe.type_words, "Dog");
    assert_eq!(child(maybe, "good").type_words, "boolean");
}

#[test]
fn recursion_is_a_name_and_not_a_tree() {
    let shapes = shapes();
    let children = child(child(&shapes, "tree"), "children");
    assert_eq!(children.type_words, "array of Node");
    assert_eq!(children.recursive_ref.as_deref(), Some("Node"));
    assert_eq!(children.children, []);
}

#[test]
fn below_four_levels_the_tree_is_cut_and_says_so() {
    let shapes = shapes();
    let mut node = child(&shapes, "deep");
    for name in ["a", "b", "c"] {
        assert!(!node.cut);
        node = child(node, name);
    }
    assert!(node.cut && node.children.is_empty());
}

#[test]
fn arrays_tell_of_their_items() {
    let shapes = shapes();
    let steps = child(&shapes, "steps");
    assert_eq!(steps.type_words, "array of object");
    assert_eq!(steps.bounds, ["at least 1 item", "no item twice"]);
    assert_eq!(child(steps, "at").anchor, "200.steps[].at");
    assert_eq!(
        child(steps, "at").type_words,
        "string, date and time (RFC 3339)"
    );
}

#[test]
fn nullable_of_3_0_is_shown_with_and_without_a_type() {
    let description = read(
        "openapi: 3.0.0\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get:\n      parameters:\n        \
         - {name: a, in: query, schema: {type: string, nullable: true}}\n        \
         - {name: b, in: query, schema: {nullable: true, allOf: [{type: integer}]}}\n        \
         - {name: c, in: query, schema: {type: string}}\n      responses: {}\n",
    );
    let page = page(&description, "GET /a");
    let nullable: Vec<_> = page.parameter_groups[0]
        .parameters
        .iter()
        .map(|one| one.schema.nullable)
        .collect();
    assert_eq!(nullable, [true, true, false]);
}

#[test]
fn a_long_enumeration_is_cut_and_the_rest_counted() {
    let values: Vec<usize> = (0..500).collect();
    let description = read(&with_paths(&format!(
        r#"{{"/a":{{"get":{{"parameters":[{{"name":"p","in":"query","schema":{{"enum":{values:?}}}}}]}}}}}}"#
    )));
    let page = page(&description, "GET /a");
    let schema = &page.parameter_groups[0].parameters[0].schema;
    assert_eq!((schema.enum_values.len(), schema.enum_more), (200, 300));
}

#[test]
fn a_page_has_a_bounded_number_of_nodes() {
    fn count(node: &SchemaNode) -> usize {
        1 + node.children.iter().map(count).sum::<usize>()
    }
    let leaf: Vec<String> = (0..30)
        .map(|n| format!("\"p{n}\":{{\"type\":\"string\"}}"))
        .collect();
    let mut schema = format!("{{\"properties\":{{{}}}}}", leaf.join(","));
    for _ in 0..2 {
        let level: Vec<String> = (0..30).map(|n| format!("\"p{n}\":{schema}")).collect();
        schema = format!("{{\"properties\":{{{}}}}}", level.join(","));
    }
    let description = read(&with_paths(&format!(
        r#"{{"/a":{{"post":{{"requestBody":{{"content":{{"application/json":{{"schema":{schema}}}}}}}}}}}}}"#
    )));
    let fragment = fragment(&description, "POST /a");
    let page = OperationPage::from_fragment(&fragment);
    let nodes = count(
        page.request_body.unwrap().media_types[0]
            .schema
            .as_ref()
            .unwrap(),
    );
    assert!(nodes < 3_100, "{nodes}");
}
