//! What a description says about itself and its operations.

use gatehouse_spec::{Format, Method, parse};
use sha2::{Digest, Sha256};

use super::*;

#[test]
fn yaml_and_json_of_the_same_description_read_alike() {
    let yaml = everything();
    let json = read(&yaml.document().to_string());
    assert_eq!(json.document(), yaml.document());
    assert_eq!(json.operations(), yaml.operations());
}

#[test]
fn the_head_of_a_description_is_read() {
    let source = std::fs::read(data("everything-3.1.yaml")).unwrap();
    let description = parse(&source, &Limits::default()).unwrap();
    assert_eq!(description.format(), Format::OpenApi31);
    assert_eq!(description.title(), "Everything");
    assert_eq!(
        description.version(),
        "1.10",
        "an unquoted version keeps its last zero"
    );
    assert_eq!(description.summary().as_deref(), Some("All shapes"));
    assert_eq!(
        description.description().as_deref(),
        Some("See the **guide**.")
    );
    assert_eq!(description.sha256()[..], Sha256::digest(&source)[..]);
    assert_eq!(description.warnings(), []);
}

#[test]
fn servers_keep_their_variables() {
    let servers = everything().servers();
    assert_eq!(servers.len(), 1);
    assert_eq!(servers[0].url, "https://{region}.example.com/{base}");
    assert_eq!(servers[0].default_url(), "https://eu.example.com/v1");
    assert_eq!(servers[0].variables[0].allowed, ["eu", "us"]);
    assert_eq!(read(&with_paths("{}")).servers()[0].url, "/");
}

#[test]
fn tags_are_the_declared_ones_then_those_only_used() {
    let tags = everything().tags();
    let names: Vec<_> = tags.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(names, ["pets", "unused", "extra"]);
    assert_eq!(tags[0].description.as_deref(), Some("All about pets"));
}

#[test]
fn operations_come_with_key_slug_and_shared_texts() {
    let description = everything();
    let keys: Vec<_> = description
        .operations()
        .iter()
        .map(|operation| operation.key.as_str())
        .collect();
    assert_eq!(
        keys,
        [
            "GET /pets/{}",
            "PUT /pets/{}",
            "POST /upload",
            "GET /shapes",
            "POST petSold"
        ]
    );
    let get = &description.operations()[0];
    assert_eq!(
        (get.method, &*get.path_template),
        (Method::Get, "/pets/{petId}")
    );
    assert_eq!(get.operation_id.as_deref(), Some("get pet/by id"));
    assert_eq!(get.slug, "get-pet-by-id");
    assert_eq!(
        get.summary.as_deref(),
        Some("One pet"),
        "from the path item"
    );
    assert_eq!(get.tags, ["pets", "extra"]);
    assert!(get.deprecated && get.is_routed());
    let sold = &description.operations()[4];
    assert!(sold.webhook && !sold.is_routed());
}

#[test]
fn slugs_without_operation_id_are_stable_and_do_not_depend_on_parameter_names() {
    let slug = |path: &str| {
        let source = with_paths(&format!(
            r#"{{"/other":{{"get":{{}}}},"{path}":{{"get":{{}}}}}}"#
        ));
        read(&source).operations()[1].slug.clone()
    };
    assert_eq!(slug("/a/{x}"), slug("/a/{y}"));
    assert_ne!(slug("/a/{x}"), slug("/b/{x}"));
    // Links people keep: this text may never change.
    assert_eq!(slug("/a/{x}"), "op-23d23ab1aba1");
}

#[test]
fn equal_operation_ids_get_different_slugs_and_a_warning() {
    let description = read(&with_paths(
        r#"{"/a":{"get":{"operationId":"x"}},"/b":{"get":{"operationId":"X"}},
            "/c":{"get":{"operationId":"x"}},"/d":{"get":{"operationId":"../.."}}}"#,
    ));
    let slugs: Vec<_> = description
        .operations()
        .iter()
        .map(|one| one.slug.as_str())
        .collect();
    assert_eq!(slugs[0], "x");
    assert!(
        slugs[1].starts_with("X-") && slugs[2].starts_with("x-") && slugs[3].starts_with("op-")
    );
    assert_ne!(slugs[1], slugs[2]);
    let codes: Vec<_> = description
        .warnings()
        .iter()
        .map(|one| one.code.as_str())
        .collect();
    assert_eq!(codes, ["duplicate_operation_id"]);
}

#[test]
fn a_very_long_operation_id_is_cut_and_stays_unique() {
    let long = "a".repeat(300);
    let description = read(&with_paths(&format!(
        r#"{{"/a":{{"get":{{"operationId":"{long}b"}}}},"/b":{{"get":{{"operationId":"{long}c"}}}}}}"#
    )));
    let [first, second] = description.operations() else {
        panic!()
    };
    assert_ne!(first.slug, second.slug);
    assert!(first.slug.len() <= 120);
}

#[test]
fn operations_that_requests_cannot_tell_apart_both_have_pages_and_one_has_the_route() {
    let description = read(&with_paths(
        r#"{"/a/{id}":{"get":{"operationId":"byId"}},"/a/{name}":{"get":{"operationId":"byName"},"put":{}}}"#,
    ));
    let [by_id, by_name, put] = description.operations() else {
        panic!()
    };
    assert!(by_id.is_routed() && !by_name.is_routed() && put.is_routed());
    assert_eq!(by_id.key.as_str(), "GET /a/{}");
    assert_eq!(by_name.key.as_str(), "GET /a/{name}");
    assert!(
        description
            .warnings()
            .iter()
            .any(|one| one.code.as_str() == "duplicate_operation")
    );
}

#[test]
fn version_3_2_is_read_as_3_1() {
    let source = with_paths(r#"{"/a":{"get":{}}}"#).replace("3.1.0", "3.2.0");
    assert_eq!(read(&source).format(), Format::OpenApi31);
}

#[test]
fn a_path_item_may_be_a_reference() {
    let description = read(
        r##"{"openapi":"3.1.0","info":{"title":"T","version":"1"},
            "paths":{"/a":{"$ref":"#/components/pathItems/A"}},
            "components":{"pathItems":{"A":{"get":{"operationId":"a"}}}}}"##,
    );
    assert_eq!(operation(&description, "a").path_template, "/a");
    assert_eq!(
        description.fragment(operation(&description, "a"))["path"],
        "/a"
    );
}

#[test]
fn yaml_keys_merges_and_aliases_mean_what_authors_think() {
    let description = read(
        "openapi: 3.0.3\ninfo: {title: T, version: 1.0}\nx-base: &base\n  description: shared\n  summary: s\n\
         paths:\n  /a:\n    get:\n      <<: *base\n      summary: own\n      responses:\n        200: &ok {description: fine}\n        201: *ok\n",
    );
    let get = &description.document()["paths"]["/a"]["get"];
    assert_eq!(get["summary"], "own");
    assert_eq!(get["description"], "shared");
    assert_eq!(get["responses"]["200"]["description"], "fine");
    assert_eq!(get["responses"]["201"], get["responses"]["200"]);
}

#[test]
fn json_with_comments_is_read_as_the_yaml_it_is() {
    let source =
        "{\n  # the version\n  openapi: 3.1.0, info: {title: T, version: '1'}, paths: {}\n}";
    assert_eq!(read(source).title(), "T");
}

#[test]
fn openapi_3_0_keywords_become_those_of_3_1() {
    let description = read(
        "openapi: 3.0.0\ninfo: {title: T, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n    A:\n      properties:\n        \
         a: {type: string, nullable: true}\n        b: {type: integer, minimum: 3, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false}\n        \
         c: {example: {nullable: true, type: string}}\n",
    );
    let properties = &description.document()["components"]["schemas"]["A"]["properties"];
    assert_eq!(
        properties["a"],
        serde_json::json!({"type": ["string", "null"]})
    );
    assert_eq!(
        properties["b"],
        serde_json::json!({"type": "integer", "maximum": 9, "exclusiveMinimum": 3})
    );
    assert_eq!(
        properties["c"]["example"]["nullable"], true,
        "examples are not touched"
    );
}
