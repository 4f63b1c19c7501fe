//! What the page of an operation says.

use super::*;

#[test]
fn parameters_are_grouped_by_place_with_their_rules_in_words() {
    let page = page(&everything(), "GET /pets/{}");
    let groups: Vec<_> = page
        .parameter_groups
        .iter()
        .map(|group| {
            let names: Vec<_> = group
                .parameters
                .iter()
                .map(|one| one.name.as_str())
                .collect();
            (group.title, names)
        })
        .collect();
    assert_eq!(
        groups,
        [
            ("Path parameters", vec!["petId"]),
            ("Query parameters", vec!["ids", "filter", "where", "limit"]),
            ("Header parameters", vec!["trace"]),
            ("Cookie parameters", vec!["session"]),
        ]
    );
    let find = |group: usize, index: usize| &page.parameter_groups[group].parameters[index];
    let pet_id = find(0, 0);
    assert_eq!(pet_id.schema.type_words, "string, UUID");
    assert_eq!(
        pet_id.description_html.as_str().trim(),
        "<p>from the operation</p>"
    );
    assert!(pet_id.required && pet_id.anchor == "path.petId");
    let ids = find(1, 0);
    assert_eq!(
        ids.style_words.as_deref(),
        Some("values separated by bars: ids=a|b")
    );
    assert_eq!(ids.schema.bounds, ["at least 2 items"]);
    let filter = find(1, 1);
    assert_eq!(
        filter.style_words.as_deref(),
        Some("each property in brackets: filter[key]=value")
    );
    assert_eq!(filter.schema.children[0].anchor, "query.filter.name");
    assert_eq!(find(1, 2).content_type.as_deref(), Some("application/json"));
    let limit = find(1, 3);
    assert_eq!(limit.schema.bounds, ["at least 1, at most 100"]);
    assert_eq!(limit.schema.default.as_deref(), Some("20"));
    assert!(limit.schema.nullable && !limit.required);
    assert!(find(3, 0).deprecated);
}

#[test]
fn every_style_of_a_parameter_is_told() {
    let rows = [
        (
            "query",
            "form",
            true,
            "array",
            "repeat it for each value: p=a&p=b",
        ),
        (
            "query",
            "form",
            false,
            "array",
            "values separated by commas: p=a,b",
        ),
        (
            "query",
            "form",
            true,
            "object",
            "each property is a parameter of its own: key=value",
        ),
        (
            "query",
            "form",
            false,
            "object",
            "keys and values separated by commas: p=key,value",
        ),
        (
            "query",
            "spaceDelimited",
            false,
            "array",
            "values separated by spaces: p=a%20b",
        ),
        (
            "query",
            "pipeDelimited",
            false,
            "array",
            "values separated by bars: p=a|b",
        ),
        (
            "query",
            "deepObject",
            true,
            "object",
            "each property in brackets: p[key]=value",
        ),
        (
            "path",
            "simple",
            false,
            "array",
            "values separated by commas: a,b",
        ),
        (
            "header",
            "simple",
            true,
            "object",
            "keys and values: key=value,other=value",
        ),
        (
            "header",
            "simple",
            false,
            "object",
            "keys and values separated by commas: key,value",
        ),
        (
            "path",
            "label",
            true,
            "array",
            "values each after a dot: .a.b",
        ),
        ("path", "label", false, "array", "values after a dot: .a,b"),
        (
            "path",
            "label",
            false,
            "string",
            "written with a leading dot: .p",
        ),
        (
            "path",
            "matrix",
            true,
            "array",
            "repeat it for each value: ;p=a;p=b",
        ),
        (
            "path",
            "matrix",
            false,
            "object",
            "keys and values: ;p=key,value",
        ),
        ("path", "matrix", false, "string", "written as ;p=value"),
    ];
    for (place, style, explode, kind, words) in rows {
        let description = read(&with_paths(&format!(
            r#"{{"/a":{{"get":{{"parameters":[{{"name":"p","in":"{place}","style":"{style}","explode":{explode},
                "schema":{{"type":"{kind}"}}}}]}}}}}}"#
        )));
        let page = page(&description, "GET /a");
        let parameter = &page.parameter_groups[0].parameters[0];
        assert_eq!(
            parameter.style_words.as_deref(),
            Some(words),
            "{place} {style} {explode} {kind}"
        );
    }
}

#[test]
fn responses_come_in_order_with_headers_links_and_bodies() {
    let page = page(&everything(), "GET /pets/{}");
    let statuses: Vec<_> = page
        .responses
        .iter()
        .map(|one| (one.status.as_str(), one.status_words))
        .collect();
    assert_eq!(
        statuses,
        [
            ("200", "OK"),
            ("404", "Not found"),
            ("default", "Any other status")
        ]
    );
    let ok = &page.responses[0];
    let headers: Vec<_> = ok
        .headers
        .iter()
        .map(|header| header.name.as_str())
        .collect();
    assert_eq!(
        headers,
        ["X-Rate"],
        "the media type speaks for Content-Type"
    );
    assert!(ok.headers[0].required && ok.headers[0].example.as_deref() == Some("7"));
    assert_eq!(ok.links[0].operation_id.as_deref(), Some("getOwner"));
    assert_eq!(ok.links[0].parameters[0].1, "$response.body#/owner");
    let types: Vec<_> = ok
        .media_types
        .iter()
        .map(|media| media.media_type.as_str())
        .collect();
    assert_eq!(types, ["application/json", "application/xml"]);
    let anchors: Vec<_> = ok
        .media_types
        .iter()
        .map(|media| media.schema.as_ref().unwrap().anchor.as_str())
        .collect();
    assert_eq!(anchors, ["200", "200-2"]);
}

#[test]
fn bodies_show_every_media_type() {
    let page = page(&everything(), "PUT /pets/{}");
    let body = page.request_body.unwrap();
    assert!(body.required);
    let types: Vec<_> = body
        .media_types
        .iter()
        .map(|media| {
            (
                media.media_type.as_str(),
                media.schema.is_some(),
                media.examples.len(),
            )
        })
        .collect();
    assert_eq!(
        types,
        [
            ("application/json", true, 1),
            ("application/x-www-form-urlencoded", true, 1),
            ("application/octet-stream", false, 0),
        ]
    );
}

#[test]
fn read_only_is_left_out_of_requests_and_write_only_of_responses() {
    let description = everything();
    let names = |schema: &gatehouse_spec::render::SchemaNode| -> Vec<String> {
        schema
            .children
            .iter()
            .map(|child| child.name.clone())
            .collect()
    };
    let request = page(&description, "PUT /pets/{}").request_body.unwrap();
    let request = names(request.media_types[0].schema.as_ref().unwrap());
    assert!(request.contains(&"secret".to_owned()) && !request.contains(&"id".to_owned()));
    let response = page(&description, "GET /pets/{}");
    let response = names(
        response.responses[0].media_types[0]
            .schema
            .as_ref()
            .unwrap(),
    );
    assert!(response.contains(&"id".to_owned()) && !response.contains(&"secret".to_owned()));
    // A webhook is sent by the API: its reader receives what responses show.
    let webhook = page(&description, "POST petSold").request_body.unwrap();
    let webhook = names(webhook.media_types[0].schema.as_ref().unwrap());
    assert!(webhook.contains(&"id".to_owned()) && !webhook.contains(&"secret".to_owned()));
}

#[test]
fn security_reads_as_a_sentence() {
    let description = everything();
    let security = page(&description, "GET /pets/{}").security;
    assert_eq!(
        security.words,
        "an API key in the header X-Key and an OAuth 2.0 token (authorization code) with the scopes read, write, \
         or a user name and password (HTTP basic), or no authentication"
    );
    assert!(security.optional);
    assert_eq!(security.alternatives[0][1].scopes, ["read", "write"]);
    assert_eq!(
        security.alternatives[0][0].description_html.as_str().trim(),
        "<p>Ask us</p>"
    );
    assert_eq!(
        page(&description, "POST /upload").security.words,
        "no authentication"
    );
}

#[test]
fn every_kind_of_security_has_words() {
    let rows = [
        (
            r#"{"type":"apiKey","in":"query","name":"k"}"#,
            "an API key in the query parameter k",
        ),
        (
            r#"{"type":"apiKey","in":"cookie","name":"k"}"#,
            "an API key in the cookie k",
        ),
        (
            r#"{"type":"http","scheme":"Bearer","bearerFormat":"JWT"}"#,
            "a bearer token (JWT)",
        ),
        (
            r#"{"type":"http","scheme":"digest"}"#,
            "HTTP authentication digest",
        ),
        (
            r#"{"type":"oauth2","flows":{"clientCredentials":{},"password":{}}}"#,
            "an OAuth 2.0 token (client credentials or password)",
        ),
        (
            r#"{"type":"openIdConnect","openIdConnectUrl":"https://e.com"}"#,
            "an OpenID Connect token",
        ),
        (
            r#"{"type":"mutualTLS"}"#,
            "a client certificate (mutual TLS)",
        ),
    ];
    for (scheme, words) in rows {
        let description = read(&format!(
            r#"{{"openapi":"3.1.0","info":{{"title":"T","version":"1"}},"security":[{{"s":[]}}],"paths":{{"/a":{{"get":{{}}}}}},
            "components":{{"securitySchemes":{{"s":{scheme}}}}}}}"#
        ));
        assert_eq!(page(&description, "GET /a").security.words, words);
    }
}

#[test]
fn callbacks_and_webhooks_are_shown() {
    let description = everything();
    let upload = page(&description, "POST /upload");
    let callback = &upload.callbacks[0];
    assert_eq!((&*callback.name, &*callback.method), ("done", "POST"));
    assert_eq!(callback.expression, "{$request.body#/url}");
    let mut operations = description.operations().iter();
    let operation = operations.find(|one| one.key.as_str() == "POST /upload");
    let fragment = description.fragment(operation.unwrap());
    let sent =
        gatehouse_spec::render::CallbackPage::from_fragment(&fragment, &callback.slug).unwrap();
    assert_eq!(sent.page.responses[0].status_words, "Any success");
    assert!(
        sent.page.request_body.unwrap().media_types[0]
            .schema
            .is_some()
    );
    assert_eq!(
        sent.when,
        "Sent to the address in the field /url of the request body."
    );
    assert!(gatehouse_spec::render::CallbackPage::from_fragment(&fragment, "done").is_none());
    let sold = page(&description, "POST petSold");
    assert!(sold.webhook && sold.path == "petSold");
}

#[test]
fn the_head_of_the_page_is_safe_and_whole() {
    let page = page(&everything(), "GET /pets/{}");
    assert_eq!(page.summary.as_deref(), Some("One pet"));
    assert!(page.deprecated && !page.cut);
    assert!(!page.description_html.as_str().contains("<script"));
    assert_eq!(page.more_url.as_deref(), Some("https://example.com/pets"));
}

#[test]
fn a_link_to_more_must_be_a_web_address() {
    let description = read(&with_paths(
        r#"{"/a":{"get":{"externalDocs":{"url":"javascript:alert(1)"}}}}"#,
    ));
    assert_eq!(page(&description, "GET /a").more_url, None);
}

#[test]
fn parts_of_a_form_tell_how_they_are_sent() {
    let body = page(&everything(), "POST /upload").request_body.unwrap();
    assert_eq!(
        body.media_types[0].encoding_words,
        ["file is sent as image/png"]
    );
}

#[test]
fn anchors_are_unique_on_a_page() {
    fn collect(node: &gatehouse_spec::render::SchemaNode, anchors: &mut Vec<String>) {
        anchors.push(node.anchor.clone());
        for child in node.children.iter().chain(&node.additional) {
            collect(child, anchors);
        }
        node.variants
            .iter()
            .for_each(|variant| collect(&variant.schema, anchors));
    }
    let description = everything();
    for operation in description.operations() {
        let page = OperationPage::from_fragment(&description.fragment(operation));
        let mut anchors = Vec::new();
        for parameter in page
            .parameter_groups
            .iter()
            .flat_map(|group| &group.parameters)
        {
            collect(&parameter.schema, &mut anchors);
        }
        let bodies = page.request_body.iter().flat_map(|body| &body.media_types);
        let responses = page
            .responses
            .iter()
            .flat_map(|response| &response.media_types);
        for schema in bodies
            .chain(responses)
            .filter_map(|media| media.schema.as_ref())
        {
            collect(schema, &mut anchors);
        }
        let count = anchors.len();
        anchors.sort();
        anchors.dedup();
        assert_eq!(anchors.len(), count, "{}", operation.key);
    }
}
