//! Samples that are pasted into a shell.

use std::process::Command;

use gatehouse_spec::sample::{SampleBody, SampleRequest, curl};

use super::*;

/// The arguments `curl` would get when the sample is run by a shell.
fn arguments(sample: &str) -> Vec<String> {
    let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}\n{sample}\n");
    let output = Command::new("sh")
        .args(["-eu", "-c", &script])
        .env("KEY", "gth_test_1")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}\n{sample}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

fn sample(key: &str) -> Vec<String> {
    arguments(&curl(
        "http://127.0.0.1:8080/base/",
        &fragment(&everything(), key),
        "$KEY",
    ))
}

#[test]
fn required_parameters_are_filled_in_and_optional_ones_left_out() {
    assert_eq!(
        sample("GET /pets/{}"),
        [
            "http://127.0.0.1:8080/base/pets/3fa85f64-5717-4562-b3fc-2c963f66afa6?ids=1%7C1",
            "-H",
            "X-API-Key: gth_test_1",
            "-H",
            "Cookie: session=abc",
        ]
    );
}

#[test]
fn a_json_body_is_sent_with_its_type() {
    let arguments = sample("PUT /pets/{}");
    assert_eq!(arguments[..2], ["-X", "PUT"]);
    assert!(arguments.contains(&"Content-Type: application/json".to_owned()));
    let body = &arguments[arguments
        .iter()
        .position(|one| one == "--data-raw")
        .unwrap()
        + 1];
    let body: Value = body.parse().unwrap();
    assert_eq!(body["name"], "string");
    assert!(body.get("id").is_none(), "read-only");
}

#[test]
fn a_form_with_a_file_is_sent_in_parts() {
    let arguments = sample("POST /upload");
    let parts: Vec<_> = arguments
        .windows(2)
        .filter(|pair| pair[0] == "-F" || pair[0] == "--form-string")
        .collect();
    assert_eq!(
        parts,
        [
            ["-F", "file=@file.bin;type=image/png"],
            ["--form-string", "note=it's"]
        ]
    );
}

/// The parts of a form with these properties, as curl gets them.
fn parts(properties: &Value, encoding: &Value) -> Vec<[String; 2]> {
    let paths = serde_json::json!({"/a": {"post": {
        "requestBody": {"required": true, "content": {"multipart/form-data": {
            "schema": {"type": "object", "properties": properties}, "encoding": encoding}}},
        "responses": {"200": {"description": "Well"}}}}});
    let description = read(&with_paths(&paths.to_string()));
    let arguments = arguments(&curl("http://h", &fragment(&description, "POST /a"), ""));
    let parts = arguments
        .windows(2)
        .filter(|pair| pair[0] == "-F" || pair[0] == "--form-string");
    parts
        .map(|pair| [pair[0].clone(), pair[1].clone()])
        .collect()
}

#[test]
fn no_name_of_a_part_ends_early_and_makes_curl_send_a_file_of_the_readers() {
    let properties = serde_json::json!({
        "a=@/etc/passwd;b": {"type": "string", "example": "x"},
        "c=@/etc/passwd;d": {"type": "string", "example": "x"},
        "e=@/etc/passwd;f": {"type": "string", "format": "binary"},
        "g=</etc/passwd;=h": {"type": "object", "example": {"i": "=@j"}},
    });
    let encoding = serde_json::json!({
        "c=@/etc/passwd;d": {"contentType": "text/plain"},
        "e=@/etc/passwd;f": {"contentType": "image/png"},
    });
    assert_eq!(
        parts(&properties, &encoding),
        [
            ["--form-string", "a%3D@/etc/passwd;b=x"],
            ["-F", "c%3D@/etc/passwd;d=\"x\";type=text/plain"],
            ["-F", "e%3D@/etc/passwd;f=@file.bin;type=image/png"],
            [
                "-F",
                r#"g%3D</etc/passwd;%3Dh="{\"i\":\"=@j\"}";type=application/json"#
            ],
        ]
    );
}

#[test]
fn a_type_of_a_part_keeps_its_parameters_but_those_that_curl_obeys() {
    let properties = serde_json::json!({
        "file": {"type": "string", "format": "binary"},
        "note": {"type": "string", "example": "x"},
    });
    let encoding = serde_json::json!({
        "file": {"contentType": "image/png;headers=@/etc/passwd; Headers=</etc/passwd;filename=x;encoder=base64"},
        "note": {"contentType": "text/plain; charset=utf-8;\theaders=@/etc/passwd;type=text/html; format=flowed"},
    });
    assert_eq!(
        parts(&properties, &encoding),
        [
            ["-F", "file=@file.bin;type=image/png"],
            [
                "-F",
                "note=\"x\";type=text/plain; charset=utf-8; format=flowed"
            ],
        ]
    );
}

#[test]
fn a_plain_form_is_encoded() {
    let description = read(&with_paths(
        r#"{"/a":{"post":{"requestBody":{"content":{"application/x-www-form-urlencoded":{"example":{"a b":"c&d=é"}}}}}}}"#,
    ));
    let arguments = arguments(&curl("http://h", &fragment(&description, "POST /a"), ""));
    assert_eq!(
        arguments,
        [
            "-X",
            "POST",
            "http://h/a",
            "--data-raw",
            "a%20b=c%26d%3D%C3%A9"
        ]
    );
}

#[test]
fn a_key_that_is_no_variable_is_quoted() {
    let description = everything();
    let fragment = fragment(&description, "GET /shapes");
    assert_eq!(
        arguments(&curl("http://h", &fragment, "gth_test_abc"))[2],
        "X-API-Key: gth_test_abc"
    );
    assert_eq!(
        arguments(&curl("http://h", &fragment, "$(touch x)"))[2],
        "X-API-Key: $(touch x)"
    );
    assert_eq!(
        arguments(&curl("http://h", &fragment, "$1"))[2],
        "X-API-Key: $1"
    );
    assert_eq!(
        arguments(&curl("http://h", &fragment, "")),
        ["http://h/shapes"]
    );
}

#[test]
fn nothing_in_a_description_escapes_its_quotes() {
    for attack in [
        "'; touch /tmp/x; '",
        "$(id)",
        "`id`",
        "\"",
        "\\",
        "a\nb",
        "${IFS}",
        "!!",
        "\u{0}",
    ] {
        let value = serde_json::to_string(attack).unwrap();
        let description = read(&with_paths(&format!(
            r#"{{"/a{{p}}":{{"post":{{"parameters":[{{"name":"p","in":"path","required":true,"example":{value}}},
                {{"name":{value},"in":"query","required":true,"example":{value}}},
                {{"name":"X-A","in":"header","required":true,"example":{value}}}],
                "requestBody":{{"content":{{"text/plain":{{"example":{value}}}}}}}}}}}}}"#
        )));
        let arguments = arguments(&curl(
            "http://h",
            &fragment(&description, "POST /a{}"),
            "$KEY",
        ));
        assert_eq!(arguments.len(), 11, "{attack:?}: {arguments:?}");
        assert_eq!(arguments[10], attack.replace('\0', "\u{fffd}"));
        assert!(
            !arguments[2].contains(['\'', ' ', '\n', '"', '`']),
            "{}",
            arguments[2]
        );
    }
}

#[test]
fn parameters_are_written_in_their_style() {
    let rows = [
        (
            r#""in":"query","schema":{"type":"array"},"example":["a b","c"]"#,
            "http://h/a?p=a%20b&p=c",
        ),
        (
            r#""in":"query","explode":false,"example":["a","b"]"#,
            "http://h/a?p=a,b",
        ),
        (
            r#""in":"query","style":"spaceDelimited","explode":false,"example":["a","b"]"#,
            "http://h/a?p=a%20b",
        ),
        (
            r#""in":"query","style":"deepObject","example":{"k":"v"}"#,
            "http://h/a?p%5Bk%5D=v",
        ),
        (
            r#""in":"query","example":{"k":"v","l":2}"#,
            "http://h/a?k=v&l=2",
        ),
        (
            r#""in":"query","explode":false,"example":{"k":"v"}"#,
            "http://h/a?p=k,v",
        ),
        (
            r#""in":"query","content":{"application/json":{"schema":{"const":{"k":1}}}}"#,
            "http://h/a?p=%7B%22k%22%3A1%7D",
        ),
    ];
    for (parameter, expected) in rows {
        let description = read(&with_paths(&format!(
            r#"{{"/a":{{"get":{{"parameters":[{{"name":"p","required":true,{parameter}}}]}}}}}}"#
        )));
        let request = SampleRequest::from_fragment("http://h", &fragment(&description, "GET /a"));
        assert_eq!(request.url, expected, "{parameter}");
    }
}

#[test]
fn a_path_stays_within_its_segment() {
    let description = read(&with_paths(
        r#"{"/a/{p}/b":{"get":{"parameters":[{"name":"p","in":"path","required":true,"example":"../x?y#z"}]}}}"#,
    ));
    let request = SampleRequest::from_fragment("http://h", &fragment(&description, "GET /a/{}/b"));
    assert_eq!(request.url, "http://h/a/..%2Fx%3Fy%23z/b");
    assert_eq!(request.body, SampleBody::None);
}

#[test]
fn a_binary_body_is_a_file_of_the_readers() {
    let description = read(&with_paths(
        r#"{"/a":{"put":{"requestBody":{"content":{"image/png":{}}}}}}"#,
    ));
    let arguments = arguments(&curl("http://h", &fragment(&description, "PUT /a"), ""));
    assert_eq!(
        arguments[3..],
        [
            "-H",
            "Content-Type: image/png",
            "--data-binary",
            "@file.bin"
        ][..]
    );
}

#[test]
fn a_text_that_nothing_is_known_of_is_named_after_its_parameter() {
    let description = read(&with_paths(
        r#"{"/a/{owner}":{"get":{"parameters":[{"name":"owner","in":"path","required":true,"schema":{"type":"string"}}]}}}"#,
    ));
    let request = SampleRequest::from_fragment("http://h", &fragment(&description, "GET /a/{}"));
    assert_eq!(request.url, "http://h/a/owner");
}
