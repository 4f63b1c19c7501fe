//! Fragments stand alone and stay small.

use gatehouse_spec::FRAGMENT_BYTES_MAX;
use serde_json::json;

use super::*;

fn schema_names(fragment: &Value) -> Vec<&str> {
    let schemas = fragment["components"]["schemas"].as_object().unwrap();
    schemas.keys().map(String::as_str).collect()
}

#[test]
fn parameters_of_the_path_are_merged_and_references_followed() {
    let fragment = fragment(&everything(), "GET /pets/{}");
    let names: Vec<_> = fragment["operation"]["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|parameter| parameter["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "petId", "ids", "filter", "where", "session", "Accept", "trace", "limit"
        ]
    );
    let pet_id = &fragment["operation"]["parameters"][0];
    assert_eq!(pet_id["description"], "from the operation");
    assert_eq!(
        fragment["operation"]["responses"]["404"]["description"],
        "Not there"
    );
}

#[test]
fn every_schema_it_can_reach_is_there_once_and_no_other() {
    let fragment = fragment(&everything(), "GET /pets/{}");
    let mut names = schema_names(&fragment);
    names.sort_unstable();
    assert_eq!(names, ["Base", "Cat", "Dog", "Kind", "Pet", "Problem"]);
    assert_eq!(fragment["cut"], json!([]));
}

#[test]
fn recursion_is_kept_as_a_reference() {
    let fragment = fragment(&everything(), "POST /upload");
    assert_eq!(schema_names(&fragment), ["Node"]);
    let items = &fragment["components"]["schemas"]["Node"]["properties"]["children"]["items"];
    assert_eq!(items["$ref"], "#/components/schemas/Node");
}

#[test]
fn schemas_that_stand_elsewhere_get_a_name() {
    let fragment = fragment(&everything(), "GET /shapes");
    let names = schema_names(&fragment);
    assert!(names.contains(&"Shapes.$defs.Inner"), "{names:?}");
    let properties = &fragment["components"]["schemas"]["Shapes"]["properties"];
    for name in ["local", "relative", "anchored"] {
        assert_eq!(
            properties[name]["$ref"], "#/components/schemas/Shapes.$defs.Inner",
            "{name}"
        );
    }
    assert_eq!(
        properties["$ref"]["type"], "string",
        "a property that is called $ref"
    );
}

#[test]
fn security_is_the_operations_own_or_that_of_the_document() {
    let description = everything();
    let own = fragment(&description, "GET /pets/{}");
    let names: Vec<_> = own["components"]["securitySchemes"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(names, ["key", "oauth", "basic"]);
    let inherited = fragment(&description, "PUT /pets/{}");
    assert_eq!(inherited["security"], json!([{ "key": [] }]));
    assert_eq!(
        fragment(&description, "POST /upload")["security"],
        json!([])
    );
}

#[test]
fn order_of_members_is_the_authors() {
    let description = everything();
    let get = operation(&description, "get-pet-by-id");
    let text = description.fragments().json(get);
    let place = |needle: &str| text.find(needle).expect(needle);
    assert!(place("\"name\":{\"type\":\"string\",\"minLength\"") < place("\"status\":"));
    assert!(place("\"status\":{") < place("\"born\":"));
    assert_eq!(description.fragment(get), text.parse::<Value>().unwrap());
}

#[test]
fn a_fragment_is_bounded_and_names_what_it_left_out() {
    let mut schemas = serde_json::Map::new();
    for n in 0..200 {
        let next = format!("#/components/schemas/S{}", n + 1);
        let schema =
            json!({ "description": "x".repeat(5_000), "properties": { "next": { "$ref": next } } });
        schemas.insert(format!("S{n}"), schema);
    }
    schemas.insert("S200".to_owned(), json!({}));
    let mut source: Value = with_paths(
        r##"{"/a":{"get":{"responses":{"200":{"description":"","content":{"application/json":
            {"schema":{"$ref":"#/components/schemas/S0"}}}}}}}}"##,
    )
    .parse()
    .unwrap();
    source["components"] = json!({ "schemas": schemas });
    let description = read(&source.to_string());
    let text = description.fragments().json(&description.operations()[0]);
    assert!(text.len() < 140 * 1024, "{}", text.len());
    let fragment: Value = text.parse().unwrap();
    assert_eq!(
        fragment["cut"].as_array().unwrap().len(),
        1,
        "the first that did not fit"
    );
    assert!(
        fragment["components"]["schemas"]["S0"].is_object(),
        "the nearest stay"
    );
    assert!(OperationPage::from_fragment(&fragment).cut);
}

#[test]
fn an_operation_that_is_too_large_itself_loses_its_depth_first() {
    let mut schema = json!({ "type": "string", "description": "y".repeat(300_000) });
    for _ in 0..8 {
        schema = json!({ "type": "object", "properties": { "in": schema } });
    }
    let mut source: Value = with_paths(r#"{"/a":{"post":{"summary":"S","responses":{}}}}"#)
        .parse()
        .unwrap();
    source["paths"]["/a"]["post"]["requestBody"] =
        json!({ "content": { "application/json": { "schema": schema } } });
    let description = read(&source.to_string());
    let text = description.fragments().json(&description.operations()[0]);
    assert!(text.len() <= FRAGMENT_BYTES_MAX);
    let page = OperationPage::from_fragment(&text.parse().unwrap());
    let body = page.request_body.unwrap();
    assert_eq!(
        body.media_types[0].schema.as_ref().unwrap().children[0].name,
        "in"
    );
}

#[test]
fn an_operation_that_cannot_be_made_small_still_has_its_head() {
    let mut source: Value =
        with_paths(r#"{"/a":{"post":{"operationId":"x","summary":"S","responses":{}}}}"#)
            .parse()
            .unwrap();
    source["paths"]["/a"]["post"]["description"] = "z".repeat(500_000).into();
    let description = read(&source.to_string());
    let text = description.fragments().json(&description.operations()[0]);
    assert!(text.len() <= FRAGMENT_BYTES_MAX);
    let page = OperationPage::from_fragment(&text.parse().unwrap());
    assert!(page.cut && page.summary.as_deref() == Some("S"));
}

#[test]
fn long_examples_are_left_out() {
    let mut source: Value = with_paths(r#"{"/a":{"post":{"responses":{}}}}"#)
        .parse()
        .unwrap();
    source["paths"]["/a"]["post"]["requestBody"] = json!({ "content": {
        "a/long": { "example": "e".repeat(40_000) }, "b/short": { "example": "e" } } });
    let fragment = fragment(&read(&source.to_string()), "POST /a");
    let content = &fragment["operation"]["requestBody"]["content"];
    assert_eq!(content["a/long"], json!({}));
    assert_eq!(content["b/short"]["example"], "e");
}
