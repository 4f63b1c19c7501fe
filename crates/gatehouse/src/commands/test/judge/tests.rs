use bytes::Bytes;
use serde_json::json;

use super::super::reading::read;
use super::*;

fn answer() -> Answer {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("x-a", "1"),
        ("x-a", "2"),
        ("content-type", "text/plain"),
        ("gatehouse-request-id", "req_1"),
    ] {
        headers.append(name, value.parse().unwrap());
    }
    Answer {
        status: 429,
        headers,
        body: Bytes::from(
            json!({"code": "rate_limited", "request_id": "req_1", "a": {"b": [1], "c": 2}})
                .to_string(),
        ),
    }
}

fn recorded() -> Recorded {
    Recorded {
        target: "https://pets.example".to_owned(),
        method: "POST".to_owned(),
        path: "/pets".to_owned(),
        query: "x=1".to_owned(),
        headers: HeaderMap::new(),
        body: Bytes::from_static(b"plain"),
    }
}

/// What differs: pointer, expected, got.
fn told(expect: &str, received: &[Recorded]) -> Vec<(String, String, String)> {
    let text = format!("cases: [{{name: x, request: {{path: /}}, expect: {expect}}}]");
    let file = read("x".to_owned(), text.into_bytes()).unwrap();
    let found = judge(&file.cases[0].steps[0].expect, &answer(), received);
    let told = found
        .into_iter()
        .map(|one| (one.pointer, one.expected, one.got));
    told.collect()
}

#[test]
fn what_is_as_expected_is_not_told() {
    let expect = "{status: 429, code: rate_limited, headers: {x-a: '1, 2', x-b: false, content-type: true}, \
                  body: {a: {b: [1]}}, received: {target: 'https://pets.example', method: POST, path: /pets, query: x=1, \
                  headers: {x-api-key: false}, body: plain}}";
    assert_eq!(told(expect, &[recorded()]), []);
    assert_eq!(told("{received: nothing}", &[]), []);
}

#[test]
fn each_thing_that_differs_is_told_with_its_place_and_both_sides() {
    for (expect, pointer, expected, got) in [
        ("{status: 200}", "/status", "200", "429 rate_limited"),
        ("{code: no_key}", "/code", "no_key", "rate_limited"),
        ("{headers: {x-a: '1'}}", "/headers/x-a", "1", "1, 2"),
        ("{headers: {x-a: false}}", "/headers/x-a", "none", "1, 2"),
        (
            "{headers: {x-b: true}}",
            "/headers/x-b",
            "any value",
            "none",
        ),
        ("{headers: {x-b: ''}}", "/headers/x-b", "", "none"),
        ("{body: {a: {c: 3}}}", "/body/a/c", "3", "2"),
        ("{body: {a: {b: [1, 2]}}}", "/body/a/b", "[1,2]", "[1]"),
        ("{body: {d: 1}}", "/body/d", "1", "none"),
        (
            "{received: nothing}",
            "/received",
            "nothing",
            "POST /pets?x=1",
        ),
        (
            "{received: {target: 'https://other.example'}}",
            "/received/target",
            "https://other.example",
            "https://pets.example",
        ),
        (
            "{received: {method: GET}}",
            "/received/method",
            "GET",
            "POST",
        ),
        ("{received: {path: /}}", "/received/path", "/", "/pets"),
        ("{received: {query: ''}}", "/received/query", "", "x=1"),
        (
            "{received: {headers: {x-a: true}}}",
            "/received/headers/x-a",
            "any value",
            "none",
        ),
        (
            "{received: {body: other}}",
            "/received/body",
            "other",
            "plain",
        ),
        (
            "{received: {body: {a: 1}}}",
            "/received/body",
            r#"{"a":1}"#,
            "plain",
        ),
    ] {
        let one = (pointer.to_owned(), expected.to_owned(), got.to_owned());
        assert_eq!(told(expect, &[recorded()]), [one], "{expect}");
    }
    let nothing = told("{received: {path: /}}", &[]);
    assert_eq!(nothing[0].2, "nothing");
}

#[test]
fn a_code_of_the_backend_s_own_is_none() {
    let text = "cases: [{name: x, request: {path: /}, expect: {code: rate_limited}}]";
    let file = read("x".to_owned(), text.into()).unwrap();
    let expect = &file.cases[0].steps[0].expect;
    assert_eq!(judge(expect, &answer(), &[]), []);
    for body in [
        json!({"code": "rate_limited"}),
        json!({"code": "rate_limited", "request_id": "req_2"}),
    ] {
        let body = Bytes::from(body.to_string());
        let answer = Answer { body, ..answer() };
        let told = judge(expect, &answer, &[recorded()]);
        assert_eq!(told[0].got, "no code, with status 429");
    }
}
