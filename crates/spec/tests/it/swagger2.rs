//! Swagger 2.0, as it reads after conversion.

use gatehouse_spec::Format;
use serde_json::json;

use super::*;

fn shop() -> Description {
    read(&std::fs::read_to_string(data("shop-2.0.yaml")).unwrap())
}

#[test]
fn host_base_path_and_schemes_become_servers() {
    let description = shop();
    assert_eq!(description.format(), Format::Swagger20);
    let urls: Vec<_> = description
        .servers()
        .into_iter()
        .map(|server| server.url)
        .collect();
    assert_eq!(
        urls,
        [
            "https://shop.example.com/api/v2",
            "http://shop.example.com/api/v2"
        ]
    );
    let only_base =
        read("swagger: '2.0'\ninfo: {title: T, version: '1'}\nbasePath: /v1\npaths: {}\n");
    assert_eq!(only_base.servers()[0].url, "/v1");
}

#[test]
fn the_document_is_one_of_3_1() {
    let description = shop();
    let document = description.document();
    assert_eq!(document["openapi"], "3.1.0");
    for gone in [
        "swagger",
        "definitions",
        "host",
        "securityDefinitions",
        "consumes",
    ] {
        assert!(document.get(gone).is_none(), "{gone}");
    }
    let order = &document["components"]["schemas"]["Order"];
    assert_eq!(order["discriminator"], json!({ "propertyName": "kind" }));
    assert_eq!(
        order["properties"]["id"]["type"],
        json!(["integer", "null"])
    );
    assert_eq!(
        order["properties"]["parent"]["$ref"],
        "#/components/schemas/Order"
    );
    assert_eq!(
        order["properties"]["sub"]["$ref"], "#/components/schemas/Error",
        "a bare name"
    );
}

#[test]
fn parameters_get_a_schema_and_a_style() {
    let page = page(&shop(), "GET /orders");
    let query = &page.parameter_groups[0].parameters;
    let words: Vec<_> = query
        .iter()
        .map(|one| {
            (
                one.name.as_str(),
                one.style_words.as_deref().unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(
        words,
        [
            ("tags", "repeat it for each value: tags=a&tags=b"),
            ("ids", "values separated by commas: ids=a,b"),
            ("pipes", "values separated by bars: pipes=a|b"),
            ("page", ""),
        ]
    );
    assert_eq!(query[3].schema.bounds, ["more than 1"]);
    assert_eq!(query[0].schema.type_words, "array of string");
}

#[test]
fn what_cannot_be_said_in_3_is_warned_of_at_its_place() {
    let description = shop();
    let warning = description
        .warnings()
        .iter()
        .find(|warning| warning.message.contains("tab separated"))
        .unwrap();
    assert_eq!(warning.pointer, "/paths/~1orders/get/parameters/3");
    assert!(warning.location.is_some() && warning.code.as_str() == "not_converted");
}

#[test]
fn a_body_parameter_becomes_the_request_body() {
    let fragment = fragment(&shop(), "POST /orders");
    let body = &fragment["operation"]["requestBody"];
    assert_eq!(body["required"], true);
    assert_eq!(body["description"], "The order");
    let types: Vec<_> = body["content"].as_object().unwrap().keys().collect();
    assert_eq!(types, ["application/json", "application/xml"]);
    let parameters = fragment["operation"]["parameters"].as_array().unwrap();
    assert_eq!(
        parameters.len(),
        1,
        "the form field of the path gives way to the body"
    );
}

#[test]
fn form_parameters_and_files_become_a_form() {
    let fragment = fragment(&shop(), "PUT /orders/{}/picture");
    let body = &fragment["operation"]["requestBody"];
    let form = &body["content"]["multipart/form-data"]["schema"];
    assert_eq!(
        form["properties"]["picture"],
        json!({ "type": "string", "format": "binary" })
    );
    assert_eq!(form["properties"]["title"]["maxLength"], 20);
    assert_eq!(form["required"], json!(["picture"]));
    let response = &fragment["operation"]["responses"]["200"]["content"]["application/json"];
    assert_eq!(response["schema"]["format"], "binary");
}

#[test]
fn responses_get_media_types_examples_and_headers() {
    let page = page(&shop(), "GET /orders");
    let ok = &page.responses[0];
    let types: Vec<_> = ok
        .media_types
        .iter()
        .map(|one| one.media_type.as_str())
        .collect();
    assert_eq!(types, ["application/json", "text/csv"]);
    assert_eq!(
        ok.media_types[0].examples[0].text.parse::<Value>().unwrap(),
        json!([{ "id": 1 }])
    );
    assert_eq!(ok.headers[0].schema.type_words, "integer");
    let broken = &page.responses[1];
    assert_eq!(
        broken.media_types[0].schema.as_ref().unwrap().type_words,
        "Error"
    );
}

#[test]
fn security_definitions_become_schemes() {
    let description = shop();
    assert_eq!(
        page(&description, "POST /orders").security.words,
        "an OAuth 2.0 token (authorization code) with the scope buy, or a user name and password (HTTP basic)"
    );
    assert_eq!(
        page(&description, "GET /orders").security.words,
        "an API key in the query parameter token"
    );
}

#[test]
fn faults_point_into_the_file_as_it_was_written() {
    let errors = refuse(
        "swagger: '2.0'\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get:\n      responses:\n        \
         200: {$ref: '#/responses/None'}\n",
    );
    let (code, pointer, line, column) = place(&errors.errors[0]);
    assert_eq!(
        (code, pointer),
        ("unresolved_reference", "/paths/~1a/get/responses/200/$ref")
    );
    assert_eq!((line, column), (7, 15));
}
